import { conditionsOf, findCondition, type NewCondition } from '@capstan/kube';
import type { NetworkScope } from '@capstan/oam-model';
import { syncedCondition } from '../shared/conditions.ts';

/** Reason of the condition Enforced where nothing gives the scope an effect. */
export const NOT_ENFORCED = 'NoNetworkCapability';

/** How many workloads a message names. */
const NAMED = 10;

/**
 * The conditions of a network scope. Capstan keeps the list of its workloads and nothing more, and says so; a controller
 * that does act on network scopes says it in the condition Enforced, which is then left to it.
 */
export function judgeNetworkScope(scope: NetworkScope): NewCondition[] {
  const references = scope.spec.workloadRefs ?? [];
  const wrong = references.findIndex(({ apiVersion, kind, name }) => !apiVersion || !kind || !name);
  const problem = wrong < 0 ? undefined : `spec.workloadRefs[${wrong}] needs apiVersion, kind and name`;
  const enforced = findCondition(conditionsOf(scope), 'Enforced');
  if (enforced && enforced.reason !== NOT_ENFORCED) return [syncedCondition(problem)];
  const names = references.slice(0, NAMED).map(({ kind, name }) => `${kind} ${name}`);
  const rest = references.length - names.length;
  const listed = names.length === 0 ? 'none' : `${names.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
  const message = `nothing in this cluster acts on network scopes; workloads in this one: ${listed}`;
  return [syncedCondition(problem), { type: 'Enforced', status: 'False', reason: NOT_ENFORCED, message }];
}
