import type { Encoded } from './encoded.ts';
import { coreOf, derivationOf } from './engine/core.ts';
import { NONE } from './engine/search-state.ts';
import { Solver } from './engine/solver.ts';
import { type EncodedCore, minimalCore } from './unsat-core.ts';

/** What a search ends with: the chosen versions, rules that cannot hold together, or neither within the budget. */
export type SearchResult = { readonly steps: number } & (
  | { readonly status: 'solved'; readonly assignment: Assignment }
  | { readonly status: 'unsatisfiable'; readonly core: EncodedCore }
  | { readonly status: 'undecided'; readonly hottest: readonly string[] }
);

/** The version of each package that must be installed, by ordinals. */
export type Assignment = ReadonlyMap<number, number>;

/** Steps after which a search gives up, where the policy names no other number. */
export const DEFAULT_MAX_STEPS = 100_000;

/** Solves an encoded question in at most so many steps; with `core: false` without finding out why there is no answer. */
export function search(encoded: Encoded, maxSteps: number, options: { readonly core?: boolean } = {}): SearchResult {
  const solver = new Solver(encoded.universe);
  const status = solver.solve(encoded.goals, maxSteps, encoded.initial);
  const { steps } = solver;
  if (status === 'solved') return { status, steps, assignment: assignmentOf(solver, encoded) };
  if (status === 'undecided') return { status, steps, hottest: hottest(solver, encoded) };
  if (options.core === false) return { status, steps, core: { rules: [], goals: [], refused: [] } };
  return { status, steps, core: minimalCore(encoded, originsOf(solver, encoded)) };
}

function assignmentOf(solver: Solver, { subjects }: Encoded): Assignment {
  const found = new Map<number, number>();
  for (const [ordinal, { kind }] of subjects.entries()) {
    const version = kind === 'package' ? solver.chosen(ordinal) : NONE;
    if (version !== NONE) found.set(ordinal, version);
  }
  return found;
}

/** The two packages whose versions clashed most often. */
function hottest(solver: Solver, { subjects }: Encoded): string[] {
  return subjects
    .flatMap((subject, ordinal) =>
      subject.kind === 'package' ? [{ name: subject.name, clashes: solver.clashesOf(ordinal) }] : [],
    )
    .filter(({ clashes }) => clashes > 0)
    .sort((a, b) => b.clashes - a.clashes || (a.name < b.name ? -1 : 1))
    .slice(0, 2)
    .map(({ name }) => name);
}

function originsOf(solver: Solver, { universe, refused }: Encoded): EncodedCore {
  const core = coreOf(derivationOf(solver));
  const packages = new Set(core.packages);
  return {
    rules: core.rules.map((rule) => universe.origin[rule] as number),
    goals: core.assumptions,
    refused: refused.flatMap(({ of }, index) => (packages.has(of) ? [index] : [])),
  };
}
