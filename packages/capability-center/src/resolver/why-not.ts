import { resolve } from './resolve.ts';
import type { ClauseKind, ProofNode, ResolverInput } from './types.ts';
import { indexUniverse } from './universe-index.ts';

/** What a person would name first. */
const TELLING: readonly ClauseKind[] = [
  'platform',
  'conflict',
  'exclusive',
  'policy',
  'upgrade',
  'lifecycle',
  'catalog',
  'requirement',
];

/**
 * Why packages that are not installed could not be, beside what is wanted now: the platform, a conflict, an API that
 * another one owns. Answers the rule in a few words, by package; those that could be installed are left out. Pure.
 */
export function whyNotInstallable(question: ResolverInput, names: readonly string[]): ReadonlyMap<string, string> {
  const installed = new Set(question.installed.map((one) => one.package));
  const index = indexUniverse(question.universe);
  const found = names
    .filter((name) => !installed.has(name))
    .flatMap((name) => {
      const goal = { package: name, range: '*', askedBy: 'you', earlier: false };
      const result = resolve({ ...question, goals: [...question.goals, goal] }, index);
      if (result.status !== 'unsatisfiable') return [];
      return [[name, inWords(name, result.proof.nodes)] as const];
    });
  return new Map(found);
}

function inWords(name: string, nodes: readonly ProofNode[]): string {
  for (const kind of TELLING) {
    const node = nodes.find((one) => one.kind === kind);
    if (node) return node.stated?.by === name ? node.stated.rule : node.text;
  }
  return 'cannot be had beside what is installed';
}
