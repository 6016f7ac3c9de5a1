import { type Requirement, versionLabel } from '@capstan/capability-model';
import { linksBetween } from './links.ts';
import type { GraphEdge, GraphNode, PackageGraph } from './report-types.ts';
import { apiName, goalClause } from './rules.ts';
import type { Candidate, ResolverInput } from './types.ts';
import { View } from './view.ts';

/** Which packages of the universe a graph shows: a lock's, or by default those that are installed. */
export interface GraphOptions {
  readonly lock?: readonly { readonly package: string; readonly digest: string }[];
}

/**
 * The graph of what is installed, or of a lock: goals, packages, the contracts and APIs that they share, and the
 * conflicts that are declared between them. Pure, and in a fixed order.
 */
export function packageGraph(input: ResolverInput, options: GraphOptions = {}): PackageGraph {
  const { lock } = options;
  const view = new View(input);
  const chosen = input.universe
    .filter((each) =>
      lock ? lock.some((entry) => entry.package === each.name && entry.digest === each.digest) : view.isInstalled(each),
    )
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const needs = linksBetween(chosen, view);
  const edges = distinct([
    ...goalEdges(chosen, input),
    ...needs.flatMap(({ from, to, requirement, because }) => needEdges(from, to, requirement, because.text)),
    ...chosen.flatMap((each) => conflictEdges(each, chosen)),
  ]);
  const used = new Set(edges.flatMap(({ from, to }) => [from, to]));
  const nodes = [
    ...goalNodes(input).filter(({ id }) => used.has(id)),
    ...chosen.map(packageNode),
    ...offerNodes(chosen).filter(({ id }) => used.has(id)),
  ];
  return { nodes, edges };
}

function goalNodes({ goals }: ResolverInput): GraphNode[] {
  const askers = [...new Set(goals.map(({ askedBy }) => askedBy))].sort();
  return askers.map((name) => ({ id: `goal:${name}`, kind: 'goal', name }));
}

function packageNode({ name, center, ...id }: Candidate): GraphNode {
  return { id: `package:${name}`, kind: 'package', name, version: versionLabel(id), center };
}

function offerNodes(chosen: readonly Candidate[]): GraphNode[] {
  const capabilities = chosen.flatMap(({ provides }) => provides.capabilities.map(({ id }) => id));
  const apis = chosen.flatMap(({ provides }) => provides.apis.map((api) => apiName({ api })));
  return [
    ...[...new Set(capabilities)]
      .sort()
      .map((name): GraphNode => ({ id: `capability:${name}`, kind: 'capability', name })),
    ...[...new Set(apis)].sort().map((name): GraphNode => ({ id: `api:${name}`, kind: 'api', name })),
  ];
}

function goalEdges(chosen: readonly Candidate[], { goals }: ResolverInput): GraphEdge[] {
  return goals
    .filter((goal) => chosen.some(({ name }) => name === goal.package))
    .map((goal) => ({
      from: `goal:${goal.askedBy}`,
      to: `package:${goal.package}`,
      kind: 'wants',
      text: goalClause(goal).text,
      range: goal.range,
    }));
}

/** A contract or an API stands between the package that needs it and the one that provides it. */
function needEdges(from: string, to: string, requirement: Requirement, text: string): GraphEdge[] {
  const kind = requirement.optional ? 'optional' : 'needs';
  const straight = (range?: string): GraphEdge => ({
    from: `package:${from}`,
    to: `package:${to}`,
    kind,
    text,
    ...(range === undefined ? {} : { range }),
  });
  if ('package' in requirement) return [straight(requirement.range)];
  if ('anyOf' in requirement) return [straight()];
  const between = 'capability' in requirement ? `capability:${requirement.capability}` : `api:${apiName(requirement)}`;
  const range = 'capability' in requirement ? requirement.range : (requirement.anyVersion ?? []).join(' or ');
  return [
    { from: `package:${from}`, to: between, kind, text, range },
    { from: `package:${to}`, to: between, kind: 'provides', text: `${to} provides ${between.replace(':', ' ')}` },
  ];
}

function conflictEdges(candidate: Candidate, chosen: readonly Candidate[]): GraphEdge[] {
  return candidate.conflicts.flatMap(({ package: name, range, reason }) =>
    chosen.some((each) => each.name === name)
      ? [
          {
            from: `package:${candidate.name}`,
            to: `package:${name}`,
            kind: 'conflicts' as const,
            text: reason,
            ...(range === undefined ? {} : { range }),
          },
        ]
      : [],
  );
}

function distinct(edges: readonly GraphEdge[]): GraphEdge[] {
  return [...new Map(edges.map((edge) => [JSON.stringify(edge), edge])).values()];
}
