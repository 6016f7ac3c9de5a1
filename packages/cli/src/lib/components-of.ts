import type { TreeNode } from '@capstan/core';

/** The components of an application's tree that a name means. */
export function componentNodes(application: TreeNode, name: string): readonly TreeNode[] {
  return application.children.filter((node) => node.role === 'component' && node.name === name);
}

/** A node and everything below it. */
export function withDescendants(node: TreeNode): TreeNode[] {
  return [node, ...node.children.flatMap(withDescendants)];
}
