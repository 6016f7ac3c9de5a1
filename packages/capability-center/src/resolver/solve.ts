import { Assigned } from './assigned.ts';
import { idlePackages, splitGoals } from './components.ts';
import { encode, takeOut } from './encode.ts';
import type { Encoded, Reached, RefusedVersions } from './encoded.ts';
import { setOf } from './engine/universe.ts';
import { hopsOf } from './lock.ts';
import { DEFAULT_MAX_STEPS, type SearchResult, search } from './search.ts';
import type { ResolverWarning } from './types.ts';
import type { View } from './view.ts';

/** How a question was answered, before anything is told about it. */
export type Answer = {
  readonly steps: number;
  readonly encoded: Encoded;
  readonly warnings: readonly ResolverWarning[];
} & (
  | { readonly status: 'solved'; readonly assigned: Assigned }
  | Extract<SearchResult, { status: 'unsatisfiable' | 'undecided' }>
);

/** What `solve` may leave out. */
export interface SolveOptions {
  readonly maxSteps?: number;
  /** False where it does not matter why there is no answer. */
  readonly core?: boolean;
  /** What a question with the same requirements has reached. */
  readonly known?: Reached;
}

/** Times that a way over other versions may turn out to be closed before the search gives up. */
const MAX_CLOSED_WAYS = 20;

/** Answers a question: goals that want something new, beside those that are met and have nothing to do with them. */
export function solve(view: View, options: SolveOptions = {}): Answer {
  const maxSteps = options.maxSteps ?? view.input.policy?.maxSteps ?? DEFAULT_MAX_STEPS;
  const whole = encode(view, view.input.goals, options.known);
  const { asked, idle } = splitGoals(whole, view);
  const { assignment: kept, warnings } = idlePackages(whole, view, idle);
  let encoded: Encoded = { ...whole, goals: asked };
  let steps = 0;
  for (let closed = 0; ; closed++) {
    const found = search(encoded, maxSteps - steps, options);
    steps += found.steps;
    if (found.status !== 'solved') return { ...found, steps, encoded, warnings };
    const assigned = new Assigned(encoded, view, new Map([...found.assignment, ...kept]));
    const refused = closedWays(assigned, encoded, view);
    if (refused.length === 0) return { status: 'solved', steps, encoded, warnings, assigned };
    if (closed === MAX_CLOSED_WAYS) {
      const hottest = refused.flatMap(({ of }) => assigned.candidateOf(of)?.name ?? []).slice(0, 2);
      return { status: 'undecided', hottest, steps, encoded, warnings };
    }
    encoded = refusing(encoded, refused);
  }
}

/** Chosen versions to which no way leads over versions that fit everything else that was chosen. */
function closedWays(assigned: Assigned, encoded: Encoded, view: View): RefusedVersions[] {
  return view.input.installed.flatMap(({ package: name, version }): RefusedVersions[] => {
    const of = encoded.ordinals.get(name);
    const candidate = of === undefined ? undefined : assigned.candidateOf(of);
    if (of === undefined || !candidate || hopsOf(candidate, of, { assigned, encoded, view })) return [];
    const set = setOf(encoded.universe.versions[of] as number, [assigned.versionOf(of) as number]);
    return [{ of, set, kind: 'upgrade', rule: `cannot be reached from ${version} over versions that fit the others` }];
  });
}

function refusing(encoded: Encoded, refused: readonly RefusedVersions[]): Encoded {
  const initial = encoded.initial.slice();
  for (const { of, set } of refused) takeOut(initial, encoded.universe.offset[of] as number, set);
  return { ...encoded, initial, refused: [...encoded.refused, ...refused] };
}
