import type { JournalKind, Operation } from '@capstan/capability-center';

/**
 * Where in a step the process is killed: before its journal entry, before its effect, or after it. Before an entry is
 * after the effect of the step before, so the first comes only with the first step.
 */
export const MOMENTS = ['before', 'between', 'after'] as const;

/** What is disturbed: an operation, or giving an unfinished one up. */
export type Disturbed = Operation | 'cancelled install' | 'cancelled upgrade';

/** One kill: what is disturbed, the boundary, and which passage of it. */
export interface KillCase {
  readonly of: Disturbed;
  readonly step: JournalKind;
  readonly moment: (typeof MOMENTS)[number];
  readonly passage: number;
}

/** How often an operation passes its steps. */
export type Passages = Readonly<Partial<Record<JournalKind, number>>>;

const ALL = { begin: 1, fetch: 1, preflight: 1, snapshot: 1, crd: 1, namespace: 3, unit: 4, probe: 3, publish: 3 };
const END = { commit: 1, prune: 1 };

/**
 * What an undisturbed run on the set passes, in the order in which one cluster can go through everything: each begins
 * where the one before ended. Only the CRDs that an upgrade changes have stored objects to migrate.
 */
export const PASSAGES: Readonly<Record<Disturbed, Passages>> = {
  'cancelled install': { revert: 1, withdraw: 3, unit: 4, crd: 1, namespace: 3, tombstone: 3 },
  install: { ...ALL, ...END },
  upgrade: { ...ALL, migrate: 1, withdraw: 1, ...END },
  rollback: { ...ALL, withdraw: 1, ...END },
  'cancelled upgrade': { revert: 1, withdraw: 3, crd: 3, namespace: 3, unit: 4, probe: 3, publish: 3 },
  uninstall: { begin: 1, withdraw: 3, guard: 1, archive: 1, drain: 3, unit: 4, crd: 1, namespace: 3, tombstone: 3 },
};

/** All that is disturbed, in order. */
export const DISTURBED = Object.keys(PASSAGES) as readonly Disturbed[];

/** The form in which the process is told where to end. */
export function killAt({ of, step, moment, passage }: KillCase): string {
  const operation = of === 'cancelled install' || of === 'cancelled upgrade' ? 'revert' : of;
  return `${operation}:${step}:${moment}:${passage}`;
}

/** Every kill of what can be disturbed. */
export function casesOf(of: Disturbed): KillCase[] {
  const steps = Object.entries(PASSAGES[of]) as [JournalKind, number][];
  return steps
    .flatMap(([step, count]) =>
      Array.from({ length: count }, (_, index) => index + 1).flatMap((passage) =>
        MOMENTS.map((moment) => ({ of, step, moment, passage })),
      ),
    )
    .filter(({ step, moment }) => moment !== 'before' || step === steps[0]?.[0]);
}

/** Some of the cases, others for each seed: `count` of them, spread over the whole length. */
export function rotated(cases: readonly KillCase[], seed: number, count: number): KillCase[] {
  const stride = cases.length / count;
  return Array.from({ length: count }, (_, index) => cases[Math.floor(index * stride + (seed % stride))]).filter(
    (one) => one !== undefined,
  );
}
