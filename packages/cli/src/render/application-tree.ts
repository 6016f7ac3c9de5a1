import type { ApplicationTree, TreeNode as CoreNode } from '@capstan/core';
import { shownHealth } from '../lib/application-state.ts';
import { formatAge } from '../lib/duration.ts';
import type { TreeNode } from './tree.ts';

/** The tree of an application as lines: what it is, how it does, why, and what is simulated. */
export function applicationLines({ application }: ApplicationTree, wide: boolean): TreeNode {
  return node(application, wide);
}

/** The first node, deepest first, that keeps the application from being ready. */
export function blockingNode(root: CoreNode): CoreNode | undefined {
  for (const child of root.children) {
    const found = blockingNode(child);
    if (found) return found;
  }
  return root.health.status === 'ready' ? undefined : root;
}

function node(from: CoreNode, wide: boolean): TreeNode {
  return {
    name: nameOf(from),
    state: shownHealth(from.health),
    remark: remarkOf(from, wide),
    children: from.children.map((child) => node(child, wide)),
  };
}

function nameOf({ role, kind, name }: CoreNode): string {
  if (role === 'application') return name;
  if (role === 'component') return `component ${name}`;
  const object = `${kind.toLowerCase()}/${name}`;
  return role === 'trait' || role === 'scope' ? `${role} ${object}` : object;
}

function remarkOf({ health, simulated, createdAt, remarks = [] }: CoreNode, wide: boolean): string {
  const why = health.status === 'ready' ? '' : (health.message ?? health.reason);
  return [why, ...remarks, simulated ? 'simulated' : '', wide && createdAt ? `age ${formatAge(createdAt)}` : '']
    .filter((part) => part !== '')
    .join('; ');
}
