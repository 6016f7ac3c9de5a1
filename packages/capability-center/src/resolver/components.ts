import { Assigned, installedVersions } from './assigned.ts';
import type { Encoded, GoalAssumption } from './encoded.ts';
import { goalAdmits } from './rules.ts';
import type { Assignment } from './search.ts';
import type { ResolverGoal, ResolverWarning } from './types.ts';
import type { View } from './view.ts';

/** The goals that a question is about, and those that have nothing to do with them and are met already. */
export interface Split {
  readonly asked: readonly GoalAssumption[];
  readonly idle: readonly GoalAssumption[];
}

/**
 * Splits the goals by what binds their packages: those of a component in which nothing new is wanted are idle, so that
 * a fault which was there before blocks nothing elsewhere. Where nothing new is wanted at all, everything is asked.
 */
export function splitGoals(encoded: Encoded, view: View): Split {
  const roots = components(encoded);
  const rootOf = (ordinal: number) => roots[ordinal] ?? ordinal;
  const busy = new Set(encoded.goals.filter(({ goal }) => isNew(goal, view)).map(({ of }) => rootOf(of)));
  if (busy.size === 0) return { asked: encoded.goals, idle: [] };
  const isBusy = ({ of }: GoalAssumption) => busy.has(rootOf(of));
  return { asked: encoded.goals.filter(isBusy), idle: encoded.goals.filter((goal) => !isBusy(goal)) };
}

/** Whether a goal wants something that is not there, or may move what is. */
function isNew(goal: ResolverGoal, view: View): boolean {
  const installed = view.versionsOf(goal.package).find((each) => view.isInstalled(each));
  if (!view.installedOf(goal.package) || view.isLifted(goal.package)) return true;
  if (goal.earlier !== undefined) return !goal.earlier;
  return goal.askedBy === 'you' || (installed !== undefined && !goalAdmits(goal, installed, view));
}

/** For each subject the representative of everything that rules bind it to. */
function components({ subjects, pairs }: Encoded): Int32Array {
  const parent = Int32Array.from(subjects.keys());
  const find = (of: number) => {
    let at = of;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at] as number] as number;
      at = parent[at] as number;
    }
    return at;
  };
  for (const { first, second } of pairs) parent[find(first)] = find(second);
  return parent.map((_, at) => find(at));
}

/** What stays as it is: the installed packages that idle goals lead to, and what is wrong with them already. */
export interface Idle {
  readonly assignment: Assignment;
  readonly warnings: readonly ResolverWarning[];
}

/** The installed packages of idle goals. */
export function idlePackages(encoded: Encoded, view: View, idle: readonly GoalAssumption[]): Idle {
  const installed = new Assigned(encoded, view, installedVersions(encoded, view));
  const assignment = new Map<number, number>();
  const warnings: ResolverWarning[] = [];
  const pending = idle.map(({ of }) => of);
  for (const ordinal of pending) {
    const candidate = installed.candidateOf(ordinal);
    if (!candidate || assignment.has(ordinal)) continue;
    assignment.set(ordinal, installed.versionOf(ordinal) as number);
    pending.push(...installed.neededBy(ordinal));
    for (const { text } of installed.faultsOf(ordinal)) {
      if (!warnings.some((each) => each.text === text)) warnings.push({ package: candidate.name, text });
    }
  }
  return { assignment, warnings };
}
