import type { TreeNode } from '@capstan/core';
import { type ApplicationConfiguration, instanceNameOf } from '@capstan/oam-model';
import { entriesOf } from './applications.ts';

/** The components of a tree that a name means, a Component's or an instance's; all of them without a name. */
export function componentNodes(
  tree: TreeNode,
  application: ApplicationConfiguration,
  name: string | undefined,
): readonly TreeNode[] {
  if (name === undefined) return tree.children;
  const instances = new Set(entriesOf(application, name).map(instanceNameOf));
  return tree.children.filter((node) => node.role === 'component' && instances.has(node.name));
}

/** A node and everything below it. */
export function withDescendants(node: TreeNode): TreeNode[] {
  return [node, ...node.children.flatMap(withDescendants)];
}
