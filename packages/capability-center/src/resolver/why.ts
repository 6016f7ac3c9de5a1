import { goalsFor, installedCandidates, type Link, linksBetween } from './links.ts';
import type { WhyChain, WhyReport } from './report-types.ts';
import type { Clause, ResolverGoal, ResolverInput } from './types.ts';
import { View } from './view.ts';

/**
 * Why a package is installed: who asked for it, along which clauses, and who needs it. It looks at what is installed
 * now, not at what would be chosen. Pure; a package that is not installed gives an empty report.
 */
export function whyInstalled(input: ResolverInput, name: string): WhyReport {
  const view = new View(input);
  const links = linksBetween(installedCandidates(view), view).filter(({ requirement }) => !requirement.optional);
  const installed = view.installedOf(name);
  const chains = installed ? chainsTo(name, input.goals, links) : [];
  const direct = links.filter(({ to }) => to === name);
  return {
    package: name,
    ...(installed ? { version: { version: installed.version, release: installed.release } } : {}),
    installed: installed !== undefined,
    goal: input.goals.some((goal) => goal.package === name),
    askedBy: [...new Set(chains.map(({ goal }) => goal))],
    chains,
    neededBy: direct.map(({ from, because }) => ({ package: from, because })),
    dependents: reachableFrom(name, links),
  };
}

/** For each goal from which the package is reached, the shortest way. */
function chainsTo(name: string, goals: readonly ResolverGoal[], links: readonly Link[]): WhyChain[] {
  const wanted = [...new Set(goals.map((goal) => goal.package))].sort();
  return wanted.flatMap((start) => {
    const way = shortestWay(start, name, links);
    return way === undefined
      ? []
      : goalsFor(start, goals).map(({ goal, because }) => ({ goal: goal.askedBy, clauses: [because, ...way] }));
  });
}

function shortestWay(start: string, end: string, links: readonly Link[]): Clause[] | undefined {
  const ways = new Map<string, Clause[]>([[start, []]]);
  for (const [at, way] of ways) {
    if (at === end) return way;
    for (const { from, to, because } of links) if (from === at && !ways.has(to)) ways.set(to, [...way, because]);
  }
  return undefined;
}

/** Packages that need this one, themselves or through others. */
function reachableFrom(name: string, links: readonly Link[]): string[] {
  const found = new Set([name]);
  for (const at of found) for (const { from, to } of links) if (to === at) found.add(from);
  found.delete(name);
  return [...found].sort();
}
