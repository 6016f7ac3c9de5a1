import type { PackageGraph } from '@capstan/capability-center';
import { describe, expect, test } from 'vitest';
import { type Drawing, drawGraph, graphAround } from './graph.ts';

const pipe = { isTTY: false, columns: undefined, color: false, ellipsis: '…' };

/** Two goals share a dependency; one needs a contract; two need one another. */
const graph: PackageGraph = {
  nodes: [
    { id: 'goal:you', kind: 'goal', name: 'you' },
    { id: 'package:flagger', kind: 'package', name: 'flagger', version: '1.42.0' },
    { id: 'package:istio', kind: 'package', name: 'istio', version: '1.27.0' },
    { id: 'package:left', kind: 'package', name: 'left', version: '1.0.0' },
    { id: 'package:prometheus', kind: 'package', name: 'prometheus', version: '3.5.1' },
    { id: 'package:right', kind: 'package', name: 'right', version: '1.0.0' },
    { id: 'capability:traffic-split', kind: 'capability', name: 'traffic-split' },
  ],
  edges: [
    { from: 'goal:you', to: 'package:flagger', kind: 'wants', text: '', range: '*' },
    { from: 'goal:you', to: 'package:istio', kind: 'wants', text: '', range: '^1.27' },
    { from: 'package:flagger', to: 'package:prometheus', kind: 'needs', text: '', range: '>=3.0' },
    { from: 'package:flagger', to: 'capability:traffic-split', kind: 'needs', text: '', range: '>=1.0' },
    { from: 'package:istio', to: 'capability:traffic-split', kind: 'provides', text: '' },
    { from: 'package:istio', to: 'package:prometheus', kind: 'optional', text: '', range: '>=2' },
    { from: 'package:left', to: 'package:right', kind: 'needs', text: '', range: '*' },
    { from: 'package:right', to: 'package:left', kind: 'needs', text: '', range: '*' },
    { from: 'package:istio', to: 'package:left', kind: 'conflicts', text: 'both inject sidecars' },
  ],
};
const drawn = (drawing: Drawing, of = graph) => drawGraph(of, drawing, pipe).join('\n');

describe('a graph', () => {
  test('as a tree: who asked first, contracts with their providers, nothing twice, circles end', () => {
    expect(`\n${drawn('tree')}\n`).toBe(`
asked for by you
|- flagger 1.42.0
|  |- prometheus 3.5.1          wanted >=3.0
|  \`- contract traffic-split    wanted >=1.0
|     \`- istio 1.27.0           1 optional
|        \`- prometheus 3.5.1    see above
\`- istio 1.27.0                 see above
left 1.0.0
\`- right 1.0.0
   \`- left 1.0.0    see above
istio 1.27.0 conflicts with left 1.0.0: both inject sidecars
`);
  });

  test('for Graphviz: every node and edge, quoted', () => {
    const lines = drawn('dot').split('\n');
    expect(lines[0]).toBe('digraph capabilities {');
    expect(lines.at(-1)).toBe('}');
    expect(lines.filter((line) => line.includes(' -> '))).toHaveLength(graph.edges.length);
    expect(lines).toContain('  "package:flagger" -> "package:prometheus" [label=">=3.0", style=solid];');
    const odd = { nodes: [{ id: 'goal:a"b\\', kind: 'goal', name: 'a"b\\' } as const], edges: [] };
    expect(drawn('dot', odd)).toContain('"goal:a\\"b\\\\" [label="asked for by a\\"b\\\\"');
  });

  test('for Mermaid: what means something to it is written as entities', () => {
    const lines = drawn('mermaid').split('\n');
    expect(lines[0]).toBe('flowchart LR');
    expect(lines).toContain('  n1["flagger 1.42.0"]');
    expect(lines).toContain('  n1 -->|"#62;=3.0"| n4');
    expect(lines).toHaveLength(1 + graph.nodes.length + graph.edges.length);
  });

  test('around one package: what it needs and what needs it', () => {
    const names = (name: string) => graphAround(graph, name).nodes.map((node) => node.name);
    expect(names('prometheus')).toEqual(['you', 'flagger', 'istio', 'prometheus', 'traffic-split']);
    expect(names('flagger')).toEqual(['you', 'flagger', 'istio', 'prometheus', 'traffic-split']);
    expect(names('left')).toEqual(['left', 'right']);
  });
});
