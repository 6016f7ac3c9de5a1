import { describeObject } from '@capstan/base';
import type { ApplicationTree, TreeNode } from '@capstan/core';
import { blockingNode } from './application-tree.ts';
import type { Progress } from './progress.ts';

/**
 * One line of progress for each component: what it waits for, until it is ready. Before the controller has looked at what
 * was applied there is only to say what keeps it from that.
 */
export function showComponents(progress: Progress, { application }: ApplicationTree, current: boolean): void {
  if (!current) {
    const { status, reason, message } = application.health;
    const id = `application/${application.name}`;
    if (status === 'degraded') progress.update(id, `application ${application.name}  ${message ?? reason}`, 'waiting');
    return;
  }
  for (const component of application.children) {
    const ready = component.health.status === 'ready';
    progress.update(
      `component/${component.name}`,
      ready ? readyText(component) : waitingText(component),
      ready ? 'done' : 'running',
    );
  }
}

function readyText(component: TreeNode): string {
  const traits = component.children.filter(({ role }) => role === 'trait').map(({ kind }) => kind.toLowerCase());
  return `component ${component.name}  ready${traits.length > 0 ? `, with ${traits.join(', ')}` : ''}`;
}

function waitingText(component: TreeNode): string {
  const blocking = blockingNode(component) ?? component;
  const { reason, message } = blocking.health;
  const what = blocking.role === 'component' ? '' : `${describeObject({ ...blocking, namespace: '' })}: `;
  return `component ${component.name}  ${what}${message ?? reason}`;
}
