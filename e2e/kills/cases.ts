import { JOURNAL_BOUNDARIES, type Operation } from '@capstan/capability-center';
import { PACKAGES } from './set.ts';

/** Where in a step the process is killed: before its journal entry, before its effect, or after it. */
export const MOMENTS = ['before', 'between', 'after'] as const;

/** One kill: the operation, the boundary, and which passage of it. */
export interface KillCase {
  readonly operation: Operation;
  readonly step: string;
  readonly moment: (typeof MOMENTS)[number];
  readonly passage: number;
}

/** The operations in the order in which a cycle goes through them; each starts where the one before ended. */
export const OPERATIONS = ['install', 'upgrade', 'rollback', 'uninstall'] as const satisfies readonly Operation[];

/** Steps that an operation passes once for the whole plan; all others once for each package. */
const ONCE: readonly string[] = ['begin', 'fetch', 'preflight', 'commit', 'prune'];

/** The form in which the process is told where to end. */
export function killAt({ operation, step, moment, passage }: KillCase): string {
  return `${operation}:${step}:${moment}:${passage}`;
}

/** Every kill of an operation. Some name a passage that the set does not have; they show as not passed. */
export function casesOf(operation: Operation): KillCase[] {
  return JOURNAL_BOUNDARIES[operation].flatMap((step) =>
    passagesOf(step).flatMap((passage) => MOMENTS.map((moment) => ({ operation, step, moment, passage }))),
  );
}

function passagesOf(step: string): number[] {
  return ONCE.includes(step) ? [1] : PACKAGES.map((_, index) => index + 1);
}

/** Some of the cases, others for each seed: `count` of them, spread over the operation's whole length. */
export function rotated(cases: readonly KillCase[], seed: number, count: number): KillCase[] {
  const stride = cases.length / count;
  return Array.from({ length: count }, (_, index) => cases[Math.floor(index * stride + (seed % stride))]).filter(
    (one) => one !== undefined,
  );
}
