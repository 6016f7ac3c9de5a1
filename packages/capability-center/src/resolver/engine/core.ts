import { NONE, type SearchState } from './search-state.ts';
import type { Solver } from './solver.ts';

/** What a proof rests on: rules (as in the universe), assumptions (by index), packages whose initial domain counts. */
export interface Core {
  readonly rules: readonly number[];
  readonly assumptions: readonly number[];
  readonly packages: readonly number[];
}

/** One step of a proof: a rule that was learned, or at the end the contradiction, and what it follows from. */
export interface Step {
  /** Index of the learned rule; NONE for the contradiction. */
  readonly learned: number;
  readonly rules: readonly number[];
  readonly assumptions: readonly number[];
  readonly steps: readonly number[];
  readonly packages: readonly number[];
}

/**
 * The derivation of a contradiction, after a search that ended without a solution: steps from the contradiction back to
 * the rules. Walked without recursion.
 */
export function derivationOf({ state, refusedAssumption }: Solver): Step[] {
  const steps: Step[] = [];
  const last = state.sourceStart.length - 1;
  const pending = [last];
  const known = new Set(pending);
  for (const record of pending) {
    const step = stepOf(state, record);
    const assumptions = [
      ...step.assumptions,
      ...(record === last && refusedAssumption !== NONE ? [refusedAssumption] : []),
    ];
    steps.push({ ...step, assumptions, learned: record === last ? NONE : record });
    for (const next of step.steps) {
      if (known.has(next)) continue;
      known.add(next);
      pending.push(next);
    }
  }
  return steps;
}

/** Everything that a derivation rests on. */
export function coreOf(steps: readonly Step[]): Core {
  const all = (of: (step: Step) => readonly number[]) => [...new Set(steps.flatMap(of))].sort((a, b) => a - b);
  return {
    rules: all(({ rules }) => rules),
    assumptions: all(({ assumptions }) => assumptions),
    packages: all(({ packages }) => packages),
  };
}

function stepOf(state: SearchState, record: number): Step {
  const rules = new Set<number>();
  const assumptions = new Set<number>();
  const steps = new Set<number>();
  const packages = new Set<number>();
  const entries: number[] = [];
  const seen = new Set<number>();
  const learnedFrom = state.universe.first.length;
  const end =
    record + 1 < state.sourceStart.length ? (state.sourceStart.items[record + 1] as number) : state.sources.length;
  for (let at = state.sourceStart.items[record] as number; at < end; at++) addSource(state.sources.items[at] as number);
  // What held without any decision follows from the causes of those entries, and from what held before them.
  for (const entry of entries) {
    const cause = state.trailCause[entry] as number;
    packages.add(state.trailPackage[entry] as number);
    if (cause < NONE) assumptions.add(-2 - cause);
    else {
      addSource(cause);
      for (const other of packagesOf(state, cause)) addEntriesBefore(other, entry);
    }
    addEntriesBefore(state.trailPackage[entry] as number, entry);
  }
  return {
    learned: record,
    rules: [...rules],
    assumptions: [...assumptions],
    steps: [...steps],
    packages: [...packages],
  };

  function addSource(source: number): void {
    if (source >= learnedFrom) steps.add(source - learnedFrom);
    else if (source >= 0) rules.add(source);
    else if (-2 - source < state.trailPackage.length) addEntry(-2 - source);
    else packages.add(-2 - source - state.trailPackage.length);
  }

  function addEntry(entry: number): void {
    if (seen.has(entry)) return;
    seen.add(entry);
    entries.push(entry);
  }

  function addEntriesBefore(of: number, limit: number): void {
    packages.add(of);
    let entry = state.last[of] as number;
    while (entry !== NONE && (entry >= limit || state.trailLevel[entry] !== 0))
      entry = state.trailBefore[entry] as number;
    if (entry !== NONE) addEntry(entry);
  }
}

function packagesOf(state: SearchState, cause: number): number[] {
  const { universe, learnedStart, terms } = state;
  const learned = cause - universe.first.length;
  if (learned < 0) return [universe.first[cause] as number, universe.second[cause] as number];
  const found: number[] = [];
  for (let at = learnedStart.items[learned] as number; at < (learnedStart.items[learned + 1] as number); at += 2) {
    found.push(terms.items[at] as number);
  }
  return found;
}
