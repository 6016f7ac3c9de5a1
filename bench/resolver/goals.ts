import { type Candidate, indexUniverse, type ResolverInput, resolve } from '@capstan/capability-center';
import { candidatesOf } from './candidates.ts';
import { secondsSince } from './every-version.ts';
import { goalUniverse } from './universes.ts';

/** Milliseconds of processor time that goals take. */
export interface GoalFigures {
  readonly index: number;
  readonly p50: number;
  readonly p99: number;
  readonly unsolved: number;
}

/** Solves a goal for each package of a universe, over one index of it; the first ones warm up. */
export function measureGoals(
  seed: number,
  size: { readonly packages: number; readonly versions: number },
): GoalFigures {
  const universe = candidatesOf(goalUniverse(seed, size));
  const start = process.cpuUsage();
  const index = indexUniverse(universe);
  const indexed = secondsSince(start) * 1000;
  const names = [...new Set(universe.map(({ name }) => name))].slice(0, 300);
  for (const name of names.slice(0, 20)) resolve(asking(universe, name), index);
  let unsolved = 0;
  const times = names
    .map((name) => {
      const from = process.cpuUsage();
      if (resolve(asking(universe, name), index).status !== 'solved') unsolved++;
      return secondsSince(from) * 1000;
    })
    .sort((a, b) => a - b);
  const at = (part: number) => times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? Number.NaN;
  return { index: indexed, p50: at(0.5), p99: at(0.99), unsolved };
}

/** Milliseconds for a goal that cannot be met, with its proof and every way out that is tried. */
export function measureFailure(seed: number, size: { readonly packages: number; readonly versions: number }): number {
  const universe = candidatesOf(goalUniverse(seed, size));
  const names = [...new Set(universe.map(({ name }) => name))];
  const [first = '', ...others] = names;
  const wanted = { package: first, range: '*', askedBy: 'you' };
  const question = asking(universe, first);
  const solved = resolve(question);
  // The oldest version of everything that the goal needs, wanted by somebody else: nothing fits.
  const needed = solved.status === 'solved' ? solved.lock.map((entry) => entry.package) : others;
  const goals = needed
    .filter((name) => name !== first)
    .slice(0, 8)
    .map((name) => ({ package: name, range: `=${oldest(universe, name)}`, askedBy: `CapabilityInstall ${name}` }));
  const times = Array.from({ length: 5 }, () => {
    const from = process.cpuUsage();
    const result = resolve({ ...question, goals: [{ ...wanted, range: newest(universe, first) }, ...goals] });
    if (result.status !== 'unsatisfiable') throw new Error(`the impossible goal is ${result.status}`);
    return secondsSince(from) * 1000;
  });
  return Math.min(...times);
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
