/** One component of an application, as others may wait for it. */
export interface DependencyNode {
  /** The name by which messages speak of it; unique in the application. */
  readonly instance: string;
  /** Other names that mean it: of its Component, of its workload. A name of several nodes means all of them. */
  readonly aliases: readonly string[];
  readonly dependencies?: readonly string[];
}

/** A dependency that can never be met. */
export interface DependencyProblem {
  readonly kind: 'unknown' | 'cycle';
  /** Index of the node, and of the name in its `dependencies`. */
  readonly node: number;
  readonly dependency: number;
  readonly message: string;
}

/** Who waits for whom in an application. */
export interface DependencyGraph {
  /** For each node, in their order, the indexes of the nodes that must be ready before it. */
  readonly waitsFor: readonly (readonly number[])[];
  readonly problems: readonly DependencyProblem[];
}

/**
 * The `dependencies` of an application's components, resolved: an instance name first, else an alias. An unknown name
 * and a cycle (named once, from its first node) are problems; the edges that close cycles are left out of `waitsFor`.
 */
export function dependencyGraph(nodes: readonly DependencyNode[]): DependencyGraph {
  const problems: DependencyProblem[] = [];
  const named = nodesByName(nodes);
  const edges = nodes.map(({ instance, dependencies = [] }, node) =>
    dependencies.flatMap((name, dependency) => {
      const targets = named.get(name) ?? [];
      if (targets.length === 0) {
        const message = `"${instance}" depends on "${name}", which is no instance of the application`;
        problems.push({ kind: 'unknown', node, dependency, message });
      }
      return targets.map((target) => ({ target, dependency }));
    }),
  );
  const waitsFor = withoutCycles(nodes, edges, problems);
  return { waitsFor, problems: problems.sort((a, b) => a.node - b.node || a.dependency - b.dependency) };
}

interface Edge {
  readonly target: number;
  readonly dependency: number;
}

/** The nodes that each name means. */
function nodesByName(nodes: readonly DependencyNode[]): Map<string, readonly number[]> {
  const indexes = new Map<string, number[]>();
  for (const [index, { aliases }] of nodes.entries()) {
    for (const alias of new Set(aliases)) indexes.set(alias, [...(indexes.get(alias) ?? []), index]);
  }
  for (const [index, { instance }] of nodes.entries()) indexes.set(instance, [index]);
  return indexes;
}

/** Depth first without recursion, for an application may be one long chain. */
function withoutCycles(
  nodes: readonly DependencyNode[],
  edges: readonly (readonly Edge[])[],
  problems: DependencyProblem[],
): number[][] {
  const waitsFor = nodes.map((): Set<number> => new Set());
  const done = new Set<number>();
  for (const start of nodes.keys()) {
    const path: { readonly node: number; next: number }[] = done.has(start) ? [] : [{ node: start, next: 0 }];
    const onPath = new Set([start]);
    for (let at = path.at(-1); at !== undefined; at = path.at(-1)) {
      const edge = edges[at.node]?.[at.next];
      at.next += 1;
      if (edge === undefined) {
        done.add(at.node);
        onPath.delete(at.node);
        path.pop();
      } else if (onPath.has(edge.target)) {
        const members = path.slice(path.findIndex(({ node }) => node === edge.target)).map(({ node }) => node);
        problems.push(cycle(nodes, members, at.node, edge.dependency));
      } else {
        waitsFor[at.node]?.add(edge.target);
        if (done.has(edge.target)) continue;
        onPath.add(edge.target);
        path.push({ node: edge.target, next: 0 });
      }
    }
  }
  return waitsFor.map((targets) => [...targets]);
}

function cycle(
  nodes: readonly DependencyNode[],
  members: readonly number[],
  node: number,
  dependency: number,
): DependencyProblem {
  const names = [...members, ...members.slice(0, 1)].map((index) => nodes[index]?.instance ?? '');
  return { kind: 'cycle', node, dependency, message: `the dependencies form a cycle: ${names.join(' -> ')}` };
}
