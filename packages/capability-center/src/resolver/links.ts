import type { Requirement } from '@capstan/capability-model';
import { goalClause, isInstalled, meets, requirementClause } from './rules.ts';
import type { Candidate, Clause, ResolverGoal, ResolverInput } from './types.ts';

/** A requirement of one chosen package that another one meets. */
export interface Link {
  readonly from: string;
  readonly to: string;
  readonly requirement: Requirement;
  readonly because: Clause;
}

/** The candidates that are installed now, by name. What no candidate describes is left out. */
export function installedCandidates(input: ResolverInput): Candidate[] {
  const seen = new Set<string>();
  return input.universe
    .filter((each) => isInstalled(each, input) && !seen.has(each.name) && seen.add(each.name))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Who of the chosen packages meets which requirement of which other one, in the order of the chosen. */
export function linksBetween(chosen: readonly Candidate[], input: ResolverInput): Link[] {
  return chosen.flatMap((from) =>
    from.requires.flatMap((requirement) =>
      chosen
        .filter((to) => to !== from && meets(to, requirement, input))
        .map((to) => ({
          from: from.name,
          to: to.name,
          requirement,
          because: requirementClause(from, requirement),
        })),
    ),
  );
}

/** The goals that lead straight to a package, with their clauses. */
export function goalsFor(name: string, goals: readonly ResolverGoal[]): { goal: ResolverGoal; because: Clause }[] {
  return goals.filter((goal) => goal.package === name).map((goal) => ({ goal, because: goalClause(goal) }));
}
