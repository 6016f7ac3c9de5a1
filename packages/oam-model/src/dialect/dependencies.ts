import { nearest } from '@capstan/base';
import { OAM_CODES } from '../codes.ts';
import { type DependencyNode, dependencyGraph } from '../dependencies.ts';
import type { ApplicationComponent, Component } from '../kinds/index.ts';
import { componentNameOf, instanceNameOf } from '../names.ts';
import type { DialectContext } from './context.ts';
import { workloadOf } from './entries.ts';

/** The entries of an application as its `dependencyGraph` wants them: known by instance, Component and workload. */
export function dependencyNodes(
  entries: readonly ApplicationComponent[],
  components: ReadonlyMap<string, Component>,
): DependencyNode[] {
  return entries.map((entry) => {
    const own: unknown = workloadOf(entry, components)?.metadata?.name;
    return {
      instance: instanceNameOf(entry),
      aliases: [componentNameOf(entry), ...(isText(own) && own !== '' ? [own] : [])],
      dependencies: Array.isArray(entry.dependencies) ? entry.dependencies.filter(isText) : [],
    };
  });
}

/** Reports dependencies on what the application does not have, and cycles. */
export function reportDependencies(
  context: DialectContext,
  entries: readonly ApplicationComponent[],
  components: ReadonlyMap<string, Component>,
): void {
  const nodes = dependencyNodes(entries, components);
  const names = nodes.flatMap(({ instance, aliases }) => [instance, ...aliases]);
  for (const { kind, node, dependency, message } of dependencyGraph(nodes).problems) {
    const unknown = kind === 'unknown';
    const [near] = unknown ? nearest(nodes[node]?.dependencies?.[dependency] ?? '', names) : [];
    context.refuse(['spec', 'components', node, 'dependencies', dependency], {
      code: unknown ? OAM_CODES.dependencyUnknown : OAM_CODES.dependencyCycle,
      reason: unknown ? 'DependencyUnknown' : 'DependencyCycle',
      message,
      hint: unknown
        ? near
          ? `Did you mean "${near}"?`
          : `Its instances: ${names.join(', ')}.`
        : 'Take one of them out.',
    });
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
