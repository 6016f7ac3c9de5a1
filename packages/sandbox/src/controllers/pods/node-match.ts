import type { Node, NodeRequirement, NodeTerm, Pod, Toleration } from '../model/core-types.ts';
import { hasLabels } from '../model/selector.ts';

/** Whether nodeSelector and required node affinity let the Pod onto the Node (component-helpers nodeaffinity). */
export function matchesNode({ spec }: Pick<Pod, 'spec'>, node: Node): boolean {
  if (!hasLabels(node.metadata.labels, spec.nodeSelector)) return false;
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required === undefined || required.nodeSelectorTerms.some((term) => matchesTerm(term, node));
}

function matchesTerm({ matchExpressions = [], matchFields = [] }: NodeTerm, node: Node): boolean {
  if (matchExpressions.length + matchFields.length === 0) return false;
  const { labels = {}, name } = node.metadata;
  return (
    matchExpressions.every((one) => holds(one, labels[one.key])) &&
    matchFields.every((one) => holds(one, one.key === 'metadata.name' ? name : undefined))
  );
}

function holds({ operator, values = [] }: NodeRequirement, value: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return Number.parseInt(value ?? '', 10) > Number.parseInt(values[0] ?? '', 10);
    case 'Lt':
      return Number.parseInt(value ?? '', 10) < Number.parseInt(values[0] ?? '', 10);
  }
}

/** Whether the Pod tolerates every taint of the Node with one of the effects. */
export function toleratesTaints(
  { spec }: Pick<Pod, 'spec'>,
  node: Node,
  effects: readonly string[] = ['NoSchedule', 'NoExecute'],
): boolean {
  const taints = (node.spec?.taints ?? []).filter(({ effect }) => effects.includes(effect));
  return taints.every((taint) => (spec.tolerations ?? []).some((one) => tolerates(one, taint)));
}

function tolerates(
  { key, operator = 'Equal', value = '', effect }: Toleration,
  taint: { readonly key: string; readonly value?: string; readonly effect: string },
): boolean {
  if (effect && effect !== taint.effect) return false;
  if (key && key !== taint.key) return false;
  return operator === 'Exists' || (Boolean(key) && value === (taint.value ?? ''));
}
