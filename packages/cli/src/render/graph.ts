import type { GraphEdge, GraphNode, PackageGraph } from '@capstan/capability-center';
import type { Terminal } from './terminal.ts';
import { renderTree, type TreeNode } from './tree.ts';

/** Forms in which a graph is drawn. */
export const DRAWINGS = ['tree', 'dot', 'mermaid'] as const;

/** One of the forms. */
export type Drawing = (typeof DRAWINGS)[number];

/** The part of a graph that concerns one package: what it needs, and what needs it. */
export function graphAround({ nodes, edges }: PackageGraph, name: string): PackageGraph {
  const start = `package:${name}`;
  const below = closure(start, edges, ({ from, to, kind }) => (kind === 'provides' ? [to, from] : [from, to]));
  const above = closure(start, edges, ({ from, to, kind }) => (kind === 'provides' ? [from, to] : [to, from]));
  const kept = new Set([...below, ...above]);
  return {
    nodes: nodes.filter(({ id }) => kept.has(id)),
    edges: edges.filter(({ from, to }) => kept.has(from) && kept.has(to)),
  };
}

function closure(
  start: string,
  edges: readonly GraphEdge[],
  step: (edge: GraphEdge) => readonly [string, string],
): Set<string> {
  const found = new Set([start]);
  const ways = edges.filter(({ kind }) => kind !== 'conflicts').map(step);
  for (const at of found) for (const [from, to] of ways) if (from === at) found.add(to);
  return found;
}

/** A graph as a text: a tree for people, or the input of Graphviz or Mermaid. */
export function drawGraph(graph: PackageGraph, drawing: Drawing, terminal: Terminal): string[] {
  if (drawing === 'dot') return dot(graph);
  return drawing === 'mermaid' ? mermaid(graph) : tree(graph, terminal);
}

/** Who asked, then what it led to; what stands further up already is not drawn again. */
function tree({ nodes, edges }: PackageGraph, terminal: Terminal): string[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const drawn = new Set<string>();
  const draw = (id: string, range: string | undefined): TreeNode => {
    const node = byId.get(id);
    const name = node ? labelOf(node) : id;
    if (drawn.has(id)) return { name, remark: 'see above' };
    drawn.add(id);
    const remark = remarkOf(node, range, edges);
    const children = waysFrom(id, edges).flatMap((edge) => {
      const next = edge.kind === 'provides' ? edge.from : edge.to;
      return next === id ? [] : [draw(next, edge.range)];
    });
    return { name, ...(remark === '' ? {} : { remark }), ...(children.length > 0 ? { children } : {}) };
  };
  const roots = rootsOf(nodes, edges);
  const lines = roots.map((id) => renderTree(draw(id, undefined), terminal));
  const conflicts = edges.filter(({ kind }) => kind === 'conflicts');
  const name = (id: string) => labelOf(byId.get(id) ?? { id, kind: 'package', name: id });
  return [
    ...lines.flat(),
    ...conflicts.map(({ from, to, text }) => `${name(from)} conflicts with ${name(to)}: ${text}`),
  ];
}

/** What a node leads to: what it needs; of a contract or an API those that provide it. */
function waysFrom(id: string, edges: readonly GraphEdge[]): GraphEdge[] {
  const offer = id.startsWith('capability:') || id.startsWith('api:');
  return edges.filter(({ from, to, kind }) =>
    offer
      ? kind === 'provides' && to === id
      : from === id && (kind === 'wants' || kind === 'needs' || kind === 'optional'),
  );
}

/** Where the drawing begins: everybody who asked, and what nobody leads to. */
function rootsOf(nodes: readonly GraphNode[], edges: readonly GraphEdge[]): string[] {
  const reached = new Set(
    edges.flatMap(({ from, to, kind }) => (kind === 'provides' ? [] : [to, ...(kind === 'conflicts' ? [from] : [])])),
  );
  const led = new Set<string>();
  const visit = (id: string): void => {
    if (led.has(id)) return;
    led.add(id);
    for (const edge of waysFrom(id, edges)) visit(edge.kind === 'provides' ? edge.from : edge.to);
  };
  const roots: string[] = [];
  const start = (ids: readonly string[]) => {
    for (const id of ids) {
      if (led.has(id)) continue;
      roots.push(id);
      visit(id);
    }
  };
  const packages = nodes.filter(({ kind }) => kind === 'package').map(({ id }) => id);
  start(nodes.filter(({ kind }) => kind === 'goal').map(({ id }) => id));
  start(packages.filter((id) => !reached.has(id)));
  // In a circle nobody is on top: the first one begins.
  start(packages);
  return roots;
}

function labelOf({ kind, name, version }: GraphNode): string {
  if (kind === 'goal') return `asked for by ${name}`;
  if (kind === 'package') return version === undefined ? name : `${name} ${version}`;
  return kind === 'capability' ? `contract ${name}` : `API ${name}`;
}

function remarkOf(node: GraphNode | undefined, range: string | undefined, edges: readonly GraphEdge[]): string {
  const wanted = range === undefined || range === '' || range === '*' ? '' : `wanted ${range}`;
  if (node?.kind !== 'package') return wanted;
  const optional = edges.filter(({ from, kind }) => from === node.id && kind === 'optional').length;
  return [wanted, optional > 0 ? `${optional} optional` : ''].filter(Boolean).join(', ');
}

const DOT_SHAPES: Readonly<Record<GraphNode['kind'], string>> = {
  goal: 'plaintext',
  package: 'box',
  capability: 'ellipse',
  api: 'ellipse',
};
const DOT_STYLES: Readonly<Record<GraphEdge['kind'], string>> = {
  wants: 'solid',
  needs: 'solid',
  optional: 'dashed',
  provides: 'dotted',
  conflicts: 'bold',
};

function dot({ nodes, edges }: PackageGraph): string[] {
  const quote = (text: string) => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
  return [
    'digraph capabilities {',
    '  rankdir=LR;',
    ...nodes.map((node) => `  ${quote(node.id)} [label=${quote(labelOf(node))}, shape=${DOT_SHAPES[node.kind]}];`),
    ...edges.map(({ from, to, kind, range }) => {
      const label = kind === 'conflicts' ? 'conflicts' : kind === 'provides' ? 'provides' : (range ?? '');
      const direction = kind === 'conflicts' ? ', dir=both, color=red' : '';
      return `  ${quote(from)} -> ${quote(to)} [label=${quote(label)}, style=${DOT_STYLES[kind]}${direction}];`;
    }),
    '}',
  ];
}

const ARROWS: Readonly<Record<GraphEdge['kind'], string>> = {
  wants: '-->',
  needs: '-->',
  optional: '-.->',
  provides: '-.->',
  conflicts: '<-->',
};

function mermaid({ nodes, edges }: PackageGraph): string[] {
  const ids = new Map(nodes.map(({ id }, index) => [id, `n${index}`]));
  // Mermaid reads quotes and brackets in a label as its own; it has entities for them.
  const entities = (text: string) => text.replace(/["#;<>|[\]{}()]/g, (sign) => `#${sign.codePointAt(0)};`);
  return [
    'flowchart LR',
    ...nodes.map((node) => {
      const label = `"${entities(labelOf(node))}"`;
      return `  ${ids.get(node.id)}${node.kind === 'package' ? `[${label}]` : `([${label}])`}`;
    }),
    ...edges.map(({ from, to, kind, range }) => {
      const text = kind === 'conflicts' || kind === 'provides' ? kind : (range ?? '');
      return `  ${ids.get(from)} ${ARROWS[kind]}${text === '' ? '' : `|"${entities(text)}"|`} ${ids.get(to)}`;
    }),
  ];
}
