import type { Requirement } from '@capstan/capability-model';
import { goalClause, meets, requirementClause } from './rules.ts';
import type { Candidate, Clause, ResolverGoal } from './types.ts';
import type { View } from './view.ts';

/** A requirement of one chosen package that another one meets. */
export interface Link {
  readonly from: string;
  readonly to: string;
  readonly requirement: Requirement;
  readonly because: Clause;
}

/** The candidates that are installed now, by name. What no candidate describes is left out. */
export function installedCandidates(view: View): Candidate[] {
  const names = [...new Set(view.input.installed.map((each) => each.package))].sort();
  return names.flatMap((name) => view.versionsOf(name).find((each) => view.isInstalled(each)) ?? []);
}

/** Who of the chosen packages meets which requirement of which other one, in the order of the chosen. */
export function linksBetween(chosen: readonly Candidate[], view: View): Link[] {
  const byName = new Map(chosen.map((each) => [each.name, each]));
  return chosen.flatMap((from) =>
    view.requirementsOf(from).flatMap((requirement) => {
      const named = 'package' in requirement ? byName.get(requirement.package) : undefined;
      const able = 'package' in requirement ? (named ? [named] : []) : chosen;
      return able
        .filter((to) => to !== from && meets(to, requirement, view))
        .map((to) => ({ from: from.name, to: to.name, requirement, because: requirementClause(from, requirement) }));
    }),
  );
}

/** The goals that lead straight to a package, with their clauses. */
export function goalsFor(name: string, goals: readonly ResolverGoal[]): { goal: ResolverGoal; because: Clause }[] {
  return goals.filter((goal) => goal.package === name).map((goal) => ({ goal, because: goalClause(goal) }));
}
