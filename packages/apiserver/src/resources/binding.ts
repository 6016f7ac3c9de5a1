import { badRequest, conflict, notFound } from '../model/errors.ts';
import type { KubeObject, ObjectMeta } from '../model/object.ts';
import { copyJson, isMap } from '../schema/json.ts';
import { RevisionMismatch } from '../storage/store.ts';
import { createAttributes } from './create.ts';
import type { Caller, Target, WriteAnswer, WriteOptions } from './operations.ts';
import { findStored, namespaceOf, type PipelineParts, timestamp } from './parts.ts';
import { successStatus } from './status-answer.ts';

/** POST to `pods/NAME/binding`: puts a Pod on a Node, once (pkg/registry/core/pod/storage BindingREST). */
export async function bindPod(
  parts: PipelineParts,
  target: Target,
  name: string,
  binding: KubeObject,
  options: WriteOptions,
  caller: Caller,
): Promise<WriteAnswer> {
  if ((binding.metadata.name ?? '') !== name) throw badRequest('name in URL does not match name in Binding object');
  const node = nodeOf(binding);
  const attributes = createAttributes(target, binding, options, caller);
  await parts.admission.mutate(attributes);
  await parts.admission.validate(attributes);
  for (;;) {
    const stored = findStored(parts, target, name);
    if (!stored) throw notFound(target.resource, name);
    checkBindable(stored.object, binding);
    if (options.dryRun) return successStatus(201);
    try {
      const object = bound(stored.object, binding.metadata, node, timestamp(parts));
      const where = { key: 'pods.', namespace: namespaceOf(target), name };
      parts.store.write({ ...where, expected: stored.revision, object });
      return successStatus(201);
    } catch (error) {
      if (!(error instanceof RevisionMismatch)) throw error;
    }
  }
}

function nodeOf(binding: KubeObject): string {
  const target = binding['target'];
  const { kind = '', name = '' } = (isMap(target) ? target : {}) as { kind?: string; name?: string };
  if (kind !== '' && kind !== 'Node') {
    throw badRequest(`target.kind: Unsupported value: "${kind}": supported values: "Node", "<empty>"`);
  }
  if (name === '') throw badRequest('target.name: Required value');
  return name;
}

function checkBindable(pod: KubeObject, binding: KubeObject): void {
  const { name = '', uid = '', deletionTimestamp } = pod.metadata;
  const refuse = (why: string) => conflict({ group: '', resource: 'pods/binding' }, name, why);
  const { nodeName = '', schedulingGates = [] } = pod['spec'] as { nodeName?: string; schedulingGates?: unknown[] };
  const wanted = binding.metadata.uid ?? '';
  if (wanted !== '' && wanted !== uid) {
    throw refuse(`Precondition failed: UID in precondition: ${wanted}, UID in object meta: ${uid}`);
  }
  if (deletionTimestamp !== undefined) throw refuse(`pod ${name} is being deleted, cannot be assigned to a host`);
  if (nodeName !== '') throw refuse(`pod ${name} is already assigned to node "${nodeName}"`);
  if (schedulingGates.length > 0) throw refuse(`pod ${name} has non-empty .spec.schedulingGates`);
}

interface Condition {
  type: string;
  status: string;
  [field: string]: unknown;
}

function bound(pod: KubeObject, from: ObjectMeta, node: string, now: string): KubeObject {
  const next = copyJson(pod);
  next['spec'] = { ...(next['spec'] as object), nodeName: node };
  const { nominatedNodeName: _nominated, ...status } = (next['status'] ?? {}) as Record<string, unknown>;
  const conditions = (status['conditions'] ?? []) as Condition[];
  next['status'] = { ...status, conditions: scheduled(conditions, now) };
  if (from.annotations) next.metadata.annotations = { ...next.metadata.annotations, ...from.annotations };
  if (from.labels) next.metadata.labels = { ...next.metadata.labels, ...from.labels };
  return next;
}

function scheduled(conditions: readonly Condition[], now: string): Condition[] {
  const old = conditions.find((one) => one.type === 'PodScheduled');
  const generation = old?.['observedGeneration'];
  const since = old?.status === 'True' ? old['lastTransitionTime'] : now;
  const condition: Condition = {
    type: 'PodScheduled',
    ...(generation !== undefined && { observedGeneration: generation }),
    status: 'True',
    lastProbeTime: null,
    lastTransitionTime: since,
  };
  return old ? conditions.map((one) => (one === old ? condition : one)) : [...conditions, condition];
}
