import type { ApplicationTree, TreeNode as CoreNode } from '@capstan/core';
import { shownHealth } from '../lib/application-state.ts';
import { formatAge } from '../lib/duration.ts';
import type { TreeNode } from './tree.ts';

/** The tree of an application as lines: what it is, how it does, why, and what is simulated. */
export function applicationLines({ application }: ApplicationTree, wide: boolean): TreeNode {
  return node(application, wide);
}

/**
 * The node that keeps the application from being ready: the first one, deepest first, that waits for nothing else in it.
 * Where all wait for one another, the first that waits.
 */
export function blockingNode(root: CoreNode): CoreNode | undefined {
  return firstBlocking(root, (node) => node.health.reason !== WAITING) ?? firstBlocking(root, () => true);
}

const WAITING = 'WaitingForDependencies';

function firstBlocking(node: CoreNode, counts: (node: CoreNode) => boolean): CoreNode | undefined {
  for (const child of node.children) {
    const found = firstBlocking(child, counts);
    if (found) return found;
  }
  return node.health.status === 'ready' || !counts(node) ? undefined : node;
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
