import { ApiError } from '../model/api-error.ts';
import { badRequest, forbidden, notFound, tooManyRequests } from '../model/errors.ts';
import type { KubeObject } from '../model/object.ts';
import { copyJson, isMap } from '../schema/json.ts';
import { parseLabelSelector } from '../selectors/label-selector.ts';
import { RevisionMismatch, type StoredObject } from '../storage/store.ts';
import { createAttributes } from './create.ts';
import { deleteObject } from './delete.ts';
import type { Caller, DeleteOptions, Target, WriteAnswer, WriteOptions } from './operations.ts';
import { findStored, namespaceOf, type PipelineParts, timestamp } from './parts.ts';
import { selectorText } from './selector-text.ts';
import { successStatus } from './status-answer.ts';

const BUDGETS = 'poddisruptionbudgets.policy';
const MAX_DISRUPTED_PODS = 2000;

interface BudgetStatus {
  readonly observedGeneration?: number;
  readonly disruptionsAllowed?: number;
  readonly currentHealthy?: number;
  readonly desiredHealthy?: number;
  readonly disruptedPods?: Readonly<Record<string, string>>;
}

/** POST to `pods/NAME/eviction`: deletes a Pod if its disruption budget allows it (EvictionREST). */
export async function evictPod(
  parts: PipelineParts,
  target: Target,
  name: string,
  eviction: KubeObject,
  options: WriteOptions,
  caller: Caller,
): Promise<WriteAnswer> {
  if ((eviction.metadata.name ?? '') !== name) throw badRequest('name in URL does not match name in Eviction object');
  const attributes = createAttributes(target, eviction, options, caller);
  await parts.admission.mutate(attributes);
  await parts.admission.validate(attributes);
  const pod = findStored(parts, target, name)?.object;
  if (!pod) throw notFound(target.resource, name);
  const deletion = deleteOptions(eviction, options);
  if (!ignoresBudgets(pod)) spend(parts, target, pod, deletion.dryRun ?? false);
  if (!deletion.dryRun) addCondition(parts, target, name);
  await deleteObject(parts, { ...target, subresource: undefined }, name, deletion, caller);
  return successStatus(201);
}

function deleteOptions(eviction: KubeObject, options: WriteOptions): DeleteOptions {
  const given = eviction['deleteOptions'];
  if (!isMap(given)) return { dryRun: options.dryRun ?? false };
  const { dryRun, ...rest } = given as unknown as { dryRun?: readonly string[] } & Omit<DeleteOptions, 'dryRun'>;
  return { ...rest, dryRun: (dryRun ?? []).length > 0 || (options.dryRun ?? false) };
}

function ignoresBudgets(pod: KubeObject): boolean {
  const { phase } = (pod['status'] ?? {}) as { phase?: string };
  const over = phase === 'Succeeded' || phase === 'Failed' || phase === 'Pending';
  return over || pod.metadata.deletionTimestamp !== undefined;
}

/** Takes one disruption from the Pod's budget. Throws 429 where there is none left. */
function spend(parts: PipelineParts, target: Target, pod: KubeObject, dryRun: boolean): void {
  const budgets = parts.store.list(BUDGETS, { namespace: namespaceOf(target) }).items.filter((one) => covers(one, pod));
  if (budgets.length > 1) {
    const message = 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.';
    throw new ApiError(500, '', message);
  }
  const [budget] = budgets;
  if (!budget || isUnhealthyAndFree(budget.object, pod)) return;
  const status = (budget.object['status'] ?? {}) as BudgetStatus;
  check(budget.object, status);
  if (dryRun) return;
  const next = copyJson(budget.object);
  next['status'] = {
    ...status,
    disruptionsAllowed: (status.disruptionsAllowed ?? 0) - 1,
    disruptedPods: { ...status.disruptedPods, [pod.metadata.name ?? '']: timestamp(parts) },
  };
  const { name = '' } = budget.object.metadata;
  parts.store.write({ key: BUDGETS, namespace: namespaceOf(target), name, expected: budget.revision, object: next });
}

function covers({ object }: StoredObject, pod: KubeObject): boolean {
  const { selector } = (object['spec'] ?? {}) as { selector?: unknown };
  return isMap(selector) && parseLabelSelector(selectorText(selector)).matches(pod.metadata.labels);
}

/** A Pod that is not ready may go where its budget's other Pods suffice, or where its budget says so. */
function isUnhealthyAndFree(budget: KubeObject, pod: KubeObject): boolean {
  const { conditions = [] } = (pod['status'] ?? {}) as { conditions?: readonly { type: string; status: string }[] };
  if (conditions.some((one) => one.type === 'Ready' && one.status === 'True')) return false;
  const { unhealthyPodEvictionPolicy } = (budget['spec'] ?? {}) as { unhealthyPodEvictionPolicy?: string };
  if (unhealthyPodEvictionPolicy === 'AlwaysAllow') return true;
  const { currentHealthy = 0, desiredHealthy = 0 } = (budget['status'] ?? {}) as BudgetStatus;
  return desiredHealthy > 0 && currentHealthy >= desiredHealthy;
}

function check(budget: KubeObject, status: BudgetStatus): void {
  const { name = '', generation = 0 } = budget.metadata;
  const { disruptionsAllowed = 0, currentHealthy = 0, desiredHealthy = 0, disruptedPods = {} } = status;
  if ((status.observedGeneration ?? 0) < generation) {
    throw refused(`The disruption budget ${name} is still being processed by the server.`, 10);
  }
  const of = { group: 'policy', resource: 'poddisruptionbudget' };
  if (disruptionsAllowed < 0) throw forbidden(of, name, 'pdb disruptions allowed is negative');
  if (Object.keys(disruptedPods).length > MAX_DISRUPTED_PODS) {
    throw forbidden(of, name, 'DisruptedPods map too big - too many evictions not confirmed by PDB controller');
  }
  if (disruptionsAllowed > 0) return;
  const have = `The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`;
  throw refused(have, 0);
}

function refused(message: string, retryAfterSeconds: number): ApiError {
  const causes = [{ reason: 'DisruptionBudget', message }];
  const sentence = "Cannot evict pod as it would violate the pod's disruption budget.";
  return tooManyRequests(sentence, retryAfterSeconds, causes);
}

/** Tells in the Pod's status why it goes. */
function addCondition(parts: PipelineParts, target: Target, name: string): void {
  for (;;) {
    const stored = findStored(parts, target, name);
    if (!stored) return;
    const next = copyJson(stored.object);
    const status = (next['status'] ?? {}) as { conditions?: { type: string }[] };
    const condition = {
      type: 'DisruptionTarget',
      status: 'True',
      lastProbeTime: null,
      lastTransitionTime: timestamp(parts),
      reason: 'EvictionByEvictionAPI',
      message: 'Eviction API: evicting',
    };
    const others = (status.conditions ?? []).filter((one) => one.type !== 'DisruptionTarget');
    next['status'] = { ...status, conditions: [...others, condition] };
    try {
      const where = { key: 'pods.', namespace: namespaceOf(target), name };
      parts.store.write({ ...where, expected: stored.revision, object: next });
      return;
    } catch (error) {
      if (!(error instanceof RevisionMismatch)) throw error;
    }
  }
}
