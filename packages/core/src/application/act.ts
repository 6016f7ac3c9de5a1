import {
  CapstanError,
  describeObject,
  isCapstanError,
  type KubernetesObject,
  messageOf,
  type ObjectReference,
  type OwnerReference,
} from '@capstan/base';
import { type FieldConflict, KUBE_CODES, type KubeClient, pruneInventory } from '@capstan/kube';
import { type ApplicationConfiguration, OAM_LABELS } from '@capstan/oam-model';
import { CORE_CODES } from '../codes.ts';
import { replicasLetGo } from './field-owners.ts';
import type { Decision, ObservedApplication, PlannedObject } from './model.ts';
import { CONTROLLER_MANAGER, objectKey, REPLICAS_MANAGER } from './names.ts';
import { APPLICATION_OWNER } from './plan.ts';

/** Where an action failed: the stages of the OAM reference's condition messages. */
export type Stage = 'cannot apply components' | 'cannot garbage collect components';

/** What was done about an application. */
export interface Outcome {
  /** The objects as the server returned them, by key. */
  readonly applied: ReadonlyMap<string, KubernetesObject>;
  readonly pruned: readonly ObjectReference[];
  /** Fields that somebody else had set on our objects and that were set back. */
  readonly repaired: readonly { readonly reference: ObjectReference; readonly managers: readonly string[] }[];
  readonly failure?: { readonly stage: Stage; readonly error: unknown };
}

/** Applies what was decided, in order, then deletes what is not wanted. The first failure ends it. */
export async function act(
  client: KubeClient,
  observed: ObservedApplication,
  decision: Decision,
  signal?: AbortSignal,
): Promise<Outcome> {
  const applied = new Map<string, KubernetesObject>();
  const pruned: ObjectReference[] = [];
  const repaired: { reference: ObjectReference; managers: readonly string[] }[] = [];
  let stage: Stage = 'cannot apply components';
  try {
    for (const planned of decision.objects.filter((object) => object.action !== 'keep')) {
      const owner = ownerReference(observed, decision, planned, applied);
      await letReplicasGo(client, observed.live.get(planned.key), planned, signal);
      const result = await applyOne(client, planned, owner, signal);
      applied.set(planned.key, result.object);
      if (result.managers.length > 0) repaired.push({ reference: planned.reference, managers: result.managers });
    }
    stage = 'cannot garbage collect components';
    await pruneInventory(client, {
      previous: decision.prune.toReversed(),
      desired: [],
      ownerUids: ownerUids(observed.application),
      isOurs: (object) => object.metadata.labels?.[OAM_LABELS.application] === observed.application.metadata.name,
      onProgress: ({ entry, outcome }) => outcome === 'deleted' && pruned.push(entry),
      ...(signal ? { signal } : {}),
    });
    return { applied, pruned, repaired };
  } catch (error) {
    return { applied, pruned, repaired, failure: { stage, error } };
  }
}

/** uids of the controllers of an application's objects: itself, its workloads and its traits. */
export function ownerUids(application: ApplicationConfiguration): string[] {
  const recorded = application.status?.inventory?.flatMap(({ uid }) => uid ?? []) ?? [];
  return [...(application.metadata.uid ? [application.metadata.uid] : []), ...recorded];
}

async function applyOne(
  client: KubeClient,
  planned: PlannedObject,
  owner: OwnerReference,
  signal: AbortSignal | undefined,
): Promise<{ object: KubernetesObject; managers: readonly string[] }> {
  const { object } = planned;
  const desired = { ...object, metadata: { ...object.metadata, ownerReferences: [owner] } };
  const options = { fieldManager: CONTROLLER_MANAGER, ...(signal ? { signal } : {}) };
  try {
    return { object: await client.apply(desired, options), managers: [] };
  } catch (error) {
    const managers = await managersToOverrule(client, planned, owner, error);
    if (!managers) throw failed(planned, error);
    // Drift: the object is wholly ours (we control it), so the stated fields are taken back, and an event says from whom.
    return { object: await client.apply(desired, { ...options, force: true }), managers };
  }
}

/**
 * A Deployment whose replicas nobody states any more, because a trait takes them over, must not fall back to one replica
 * until the autoscaler has noticed: another field manager of ours keeps the number until somebody sets it
 * (server-side apply, "transferring ownership").
 */
async function letReplicasGo(
  client: KubeClient,
  live: KubernetesObject | undefined,
  { object, reference, role }: PlannedObject,
  signal: AbortSignal | undefined,
): Promise<void> {
  const replicas = live && role === 'resource' ? replicasLetGo(live, object) : undefined;
  if (replicas === undefined) return;
  const { apiVersion, kind, ...metadata } = reference;
  const fieldManager = REPLICAS_MANAGER;
  await client.apply(
    { apiVersion, kind, metadata, spec: { replicas } },
    { fieldManager, ...(signal ? { signal } : {}) },
  );
}

/** The managers whose fields may be taken back: only on an object that this application controls already. */
async function managersToOverrule(
  client: KubeClient,
  planned: PlannedObject,
  owner: OwnerReference,
  error: unknown,
): Promise<readonly string[] | undefined> {
  if (!isCapstanError(error, KUBE_CODES.fieldConflict)) return undefined;
  const live = await client.get(planned.reference);
  const controlled = live?.metadata.ownerReferences?.some((one) => one.controller && one.uid === owner.uid);
  if (!controlled) return undefined;
  return (error.fields['managers'] as readonly FieldConflict[]).map(({ manager }) => manager);
}

function ownerReference(
  observed: ObservedApplication,
  decision: Decision,
  planned: PlannedObject,
  applied: ReadonlyMap<string, KubernetesObject>,
): OwnerReference {
  const key = planned.owner;
  if (key === APPLICATION_OWNER) return ownedBy(observed.application);
  const owner = applied.get(key) ?? observed.live.get(key);
  const reference = decision.objects.find((object) => object.key === key)?.reference;
  if (!owner) {
    const name = reference ? describeObject(reference) : key;
    throw new CapstanError(CORE_CODES.ownerMissing, `the owner ${name} is not there yet`);
  }
  return ownedBy(owner);
}

function ownedBy(owner: KubernetesObject | ApplicationConfiguration): OwnerReference {
  const { apiVersion, kind, metadata } = owner;
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid ?? '', controller: true, blockOwnerDeletion: true };
}

function failed(planned: PlannedObject, error: unknown): CapstanError {
  const known = isCapstanError(error) ? error : undefined;
  return new CapstanError(
    known?.code ?? CORE_CODES.applyFailed,
    `cannot apply ${describeObject(planned.reference)}: ${messageOf(error)}`,
    {
      cause: error,
      fields: { ...known?.fields, object: planned.reference, key: objectKey(planned.reference) },
      ...(known?.hint ? { hint: known.hint } : {}),
    },
  );
}
