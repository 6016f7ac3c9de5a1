import { createNeeds, type Need } from './needs.ts';
import { pairClause } from './rules.ts';
import type { Candidate, Clause, ResolverInput } from './types.ts';

/** A choice, and the clause that asked for it. */
export interface Choice {
  readonly candidate: Candidate;
  readonly because: Clause;
}

/** What a search ends with: choices, clauses that cannot hold together, or neither within the budget. */
export type SearchResult = { readonly steps: number } & (
  | { readonly status: 'solved'; readonly choices: readonly Choice[] }
  | { readonly status: 'unsatisfiable'; readonly clauses: readonly Clause[] }
  | { readonly status: 'undecided'; readonly hottest: string }
);

/** A need of the choice at depth `owner`; of the goals at -1. */
interface OpenNeed extends Need {
  readonly owner: number;
}

/** Choices (by depth) and clauses that together leave no way on. */
interface Conflict {
  readonly depths: Set<number>;
  readonly clauses: Set<Clause>;
}

const GOALS = -1;
const DEFAULT_MAX_STEPS = 100_000;

/**
 * Plain backtracking with conflict sets: a failure that a choice took no part in jumps over that choice, and the clauses
 * of the last failure cannot hold together. The input must be in canonical order; goals come first, then needs in the
 * order in which they arose, except that a need which nothing can meet any more is looked at once it is seen.
 */
export function search(input: ResolverInput): SearchResult {
  const maxSteps = input.policy?.maxSteps ?? DEFAULT_MAX_STEPS;
  const needs = createNeeds(input);
  const pairs = new Map<Candidate, Map<Candidate, Clause | undefined>>();
  const tries = new Map<string, number>();
  const choices: Choice[] = [];
  let steps = 0;
  let exhausted = false;

  const failure = meetAll(input.goals.map((goal) => ({ ...needs.ofGoal(goal), owner: GOALS })));
  if (exhausted) return { status: 'undecided', steps, hottest: hottest(tries) };
  if (failure) return { status: 'unsatisfiable', steps, clauses: [...failure.clauses] };
  return { status: 'solved', steps, choices };

  /** Meets the needs on top of the choices made; the choices stay when it succeeds. */
  function meetAll(wanted: readonly OpenNeed[]): Conflict | undefined {
    const open = wanted.filter(({ allowed }) => !choices.some(({ candidate }) => allowed.includes(candidate)));
    const need = open.find(({ allowed }) => allowed.every(clashOf)) ?? open[0];
    if (!need) return undefined;
    const conflict: Conflict = { depths: new Set([need.owner]), clauses: new Set([need.clause, ...need.refused]) };
    const rest = open.filter((other) => other !== need);
    for (const candidate of need.allowed) {
      const failure = choose(candidate, need, rest);
      if (!failure) return undefined;
      // A failure that this choice took no part in would come again whatever is chosen here.
      if (!failure.depths.delete(choices.length)) return failure;
      for (const depth of failure.depths) conflict.depths.add(depth);
      for (const clause of failure.clauses) conflict.clauses.add(clause);
    }
    return conflict;
  }

  function choose(candidate: Candidate, need: OpenNeed, rest: readonly OpenNeed[]): Conflict | undefined {
    const owner = choices.length;
    const clash = clashOf(candidate);
    if (clash) return { depths: new Set([clash.depth, owner]), clauses: new Set([clash.clause]) };
    if (steps === maxSteps) exhausted = true;
    // Nothing takes part in this failure, so it ends the whole search.
    if (exhausted) return { depths: new Set(), clauses: new Set() };
    steps += 1;
    tries.set(candidate.name, (tries.get(candidate.name) ?? 0) + 1);
    choices.push({ candidate, because: need.clause });
    const failure = meetAll([...rest, ...needs.ofCandidate(candidate).map((each) => ({ ...each, owner }))]);
    if (failure) choices.length = owner;
    return failure;
  }

  function clashOf(candidate: Candidate): { readonly clause: Clause; readonly depth: number } | undefined {
    for (const [depth, choice] of choices.entries()) {
      const clause = pairOf(choice.candidate, candidate);
      if (clause) return { clause, depth };
    }
    return undefined;
  }

  function pairOf(a: Candidate, b: Candidate): Clause | undefined {
    const known = pairs.get(a) ?? new Map<Candidate, Clause | undefined>();
    pairs.set(a, known);
    if (!known.has(b)) known.set(b, pairClause(a, b, input));
    return known.get(b);
  }
}

/** The package that was tried most often. */
function hottest(tries: ReadonlyMap<string, number>): string {
  const [first] = [...tries].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  return first?.[0] ?? '';
}
