import { type Candidate, indexUniverse, type ResolverInput, resolve } from '@capstan/capability-center';
import { candidatesOf } from './candidates.ts';
import { secondsSince } from './every-version.ts';
import { goalUniverse } from './universes.ts';

/** Milliseconds of processor time that goals take. */
export interface GoalFigures {
  readonly index: number;
  readonly p50: number;
  readonly p99: number;
  /** Every package wanted at once. */
  readonly all: number;
}

const ROUNDS = 4;

/** Solves a goal for each package of a universe, over one index of it, some rounds over; the first one warms up. */
export function measureGoals(
  seed: number,
  size: { readonly packages: number; readonly versions: number },
): GoalFigures {
  const universe = candidatesOf(goalUniverse(seed, size));
  const start = process.cpuUsage();
  const index = indexUniverse(universe);
  const indexed = secondsSince(start) * 1000;
  const names = [...new Set(universe.map(({ name }) => name))];
  const everything = {
    ...asking(universe, ''),
    goals: names.map((name) => ({ package: name, range: '*', askedBy: 'you' })),
  };
  const times: number[] = [];
  const all: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const taken = names.slice(0, 300).map((name) => timed(() => resolve(asking(universe, name), index)));
    if (round > 0) times.push(...taken);
    all.push(timed(() => resolve(everything, index)));
  }
  times.sort((a, b) => a - b);
  const at = (part: number) => times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? Number.NaN;
  return { index: indexed, p50: at(0.5), p99: at(0.99), all: Math.min(...all) };
}

/** Milliseconds of processor time that some work takes. */
function timed(work: () => unknown): number {
  const from = process.cpuUsage();
  work();
  return secondsSince(from) * 1000;
}

/** Milliseconds for a goal that cannot be met, with its proof and every way out that is tried; minimum of several. */
export function measureFailure(seed: number, size: { readonly packages: number; readonly versions: number }): number {
  const universe = candidatesOf(goalUniverse(seed, size));
  const names = [...new Set(universe.map(({ name }) => name))].slice(0, 100);
  const impossible = names
    .map((name) => pinned(universe, name))
    .find((each) => resolve(each).status === 'unsatisfiable');
  if (!impossible) throw new Error('every goal of the universe can be met');
  return Math.min(...Array.from({ length: 5 }, () => timed(() => resolve(impossible))));
}

/** The newest version of a package beside the oldest of what it needs, which others want: mostly nothing fits. */
function pinned(universe: readonly Candidate[], name: string): ResolverInput {
  const question = asking(universe, name);
  const solved = resolve(question);
  const needed = solved.status === 'solved' ? solved.lock.map((entry) => entry.package) : [];
  const others = needed
    .filter((each) => each !== name)
    .slice(0, 8)
    .map((each) => ({ package: each, range: `=${oldest(universe, each)}`, askedBy: `CapabilityInstall ${each}` }));
  return { ...question, goals: [{ package: name, range: newest(universe, name), askedBy: 'you' }, ...others] };
}

function asking(universe: readonly Candidate[], name: string): ResolverInput {
  return {
    universe,
    goals: [{ package: name, range: '*', askedBy: 'you' }],
    installed: [],
    facts: { kubernetes: '1.35.0', arch: ['amd64'] },
  };
}

function versionsOf(universe: readonly Candidate[], name: string): string[] {
  return universe.filter((each) => each.name === name).map(({ version }) => version);
}

function oldest(universe: readonly Candidate[], name: string): string {
  return versionsOf(universe, name)[0] ?? '';
}

function newest(universe: readonly Candidate[], name: string): string {
  return `=${versionsOf(universe, name).at(-1)}`;
}
