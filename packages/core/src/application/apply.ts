import { CapstanError, isCapstanError, type KubernetesObject, messageOf, type OwnerReference } from '@capstan/base';
import { type FieldConflict, KUBE_CODES, type KubeClient } from '@capstan/kube';
import { CORE_CODES } from '../codes.ts';
import { controllerOf } from '../controllers/shared/objects.ts';
import { claim } from './claim.ts';
import { type FieldPlace, managersOf } from './drift.ts';
import { replicasLetGo } from './field-owners.ts';
import { fieldLeftOut, withoutUndeclared } from './known-fields.ts';
import type { PlannedObject } from './model.ts';
import { CONTROLLER_MANAGER, REPLICAS_MANAGER } from './names.ts';
import { specOf } from './plain.ts';
import { applyOf } from './plan.ts';

/** One object that is to be applied. */
export interface ApplyInput {
  readonly planned: PlannedObject;
  readonly live: KubernetesObject | undefined;
  readonly owner: OwnerReference;
  /** uids of what is about to be deleted: what it controls is ours to take. */
  readonly going: readonly string[];
}

/** An applied object, the managers whose fields were taken back, and what was left out of it, as sentences. */
export interface Applied {
  readonly object: KubernetesObject;
  readonly managers: readonly string[];
  readonly leftOut: readonly string[];
}

/**
 * Applies an object by server-side apply. Fields that others set are taken back only where we control the object; one
 * that somebody else controls is refused, in the reference's words. Throws with the object's name before the reason.
 */
export async function applyPlanned(
  client: KubeClient,
  input: ApplyInput,
  signal: AbortSignal | undefined,
): Promise<Applied> {
  const { planned, live, owner } = input;
  try {
    await letReplicasGo(client, live, planned, signal);
    const strangers = await removeStrangers(client, input, signal);
    const applied = await applyKnown(client, input, signal);
    return { ...applied, managers: [...new Set([...strangers, ...applied.managers])] };
  } catch (error) {
    throw failed(planned, owner, error);
  }
}

/** Applies without the fields that the API server says it does not know: the reference has it prune them. */
async function applyKnown(client: KubeClient, input: ApplyInput, signal: AbortSignal | undefined): Promise<Applied> {
  try {
    return await applyForced(client, input, signal);
  } catch (error) {
    const { planned } = input;
    const { object, removed } = withoutUndeclared(planned.object, messageOf(error));
    if (removed.length === 0) throw error;
    // A refusal need not name all of them.
    const applied = await applyKnown(client, { ...input, planned: { ...planned, object } }, signal);
    const told = removed.map((why) => fieldLeftOut(planned.component, planned.role, object, why));
    return { ...applied, leftOut: [...told, ...applied.leftOut] };
  }
}

async function applyForced(client: KubeClient, input: ApplyInput, signal: AbortSignal | undefined): Promise<Applied> {
  const { object, firstReplicas } = input.planned;
  const begun = firstReplicas === undefined ? {} : { spec: { ...specOf(object), replicas: firstReplicas } };
  const desired = { ...object, ...begun, metadata: { ...object.metadata, ownerReferences: [input.owner] } };
  const options = { fieldManager: CONTROLLER_MANAGER, ...(signal ? { signal } : {}) };
  try {
    return { object: await client.apply(desired, options), managers: [], leftOut: [] };
  } catch (error) {
    const claimed = await claimFromGoing(client, input, error, signal);
    const managers = claimed ? [] : await managersToOverrule(client, input, error);
    if (!managers) throw error;
    // Drift: the object is wholly ours (we control it), so the stated fields are taken back, and an event says from whom.
    return { object: await client.apply(desired, { ...options, force: true }), managers, leftOut: [] };
  }
}

/** What the controller of something that goes had made, and that we make ourselves from now on. */
async function claimFromGoing(
  client: KubeClient,
  { planned: { reference, object }, owner, going }: ApplyInput,
  error: unknown,
  signal: AbortSignal | undefined,
): Promise<KubernetesObject | undefined> {
  if (going.length === 0 || !messageOf(error).includes(SECOND_CONTROLLER)) return undefined;
  return claim(client, { reference, owner, labels: object.metadata.labels ?? {}, from: going }, signal);
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
  const replicas = live && role !== 'trait' ? replicasLetGo(live, object) : undefined;
  if (replicas === undefined) return;
  const { apiVersion, kind, ...metadata } = reference;
  const fieldManager = REPLICAS_MANAGER;
  await client.apply(
    { apiVersion, kind, metadata, spec: { replicas } },
    { fieldManager, ...(signal ? { signal } : {}) },
  );
}

/** Takes out what somebody added to an object whose only controller we are. Returns the managers that had added it. */
async function removeStrangers(
  client: KubeClient,
  { planned, live }: ApplyInput,
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const strangers = planned.strangers ?? [];
  if (strangers.length === 0 || !live) return [];
  const patch = [
    // The places were found in this very version of the object.
    { op: 'test', path: '/metadata/resourceVersion', value: live.metadata.resourceVersion },
    ...strangers.toReversed().map((place) => ({ op: 'remove', path: pointerTo(place) })),
  ];
  const options = { type: 'json', fieldManager: CONTROLLER_MANAGER, ...(signal ? { signal } : {}) } as const;
  await client.patch(planned.reference, patch, options);
  const managers = new Set(strangers.flatMap((place) => managersOf(live, place)));
  return managers.size > 0 ? [...managers] : ['somebody'];
}

/** RFC 6901. */
function pointerTo(place: FieldPlace): string {
  return place.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** The others whose fields may be taken back: only on an object that this application controls already. */
async function managersToOverrule(
  client: KubeClient,
  { planned, owner }: ApplyInput,
  error: unknown,
): Promise<readonly string[] | undefined> {
  if (!isCapstanError(error, KUBE_CODES.fieldConflict)) return undefined;
  const live = await client.get(planned.reference);
  if (!live || controllerOf(live)?.uid !== owner.uid) return undefined;
  const managers = (error.fields['managers'] as readonly FieldConflict[]).map(({ manager }) => manager);
  return managers.filter((manager) => manager !== REPLICAS_MANAGER);
}

/** How the API server refuses a second controller: the object is somebody else's, and not one of those in our caches. */
const SECOND_CONTROLLER = 'Only one reference can have Controller set to true';

function failed({ object, role, reference }: PlannedObject, owner: OwnerReference, error: unknown): CapstanError {
  const known = isCapstanError(error) ? error : undefined;
  const fields = { ...known?.fields, object: reference };
  const what = applyOf(role, object);
  if (known?.message.includes(SECOND_CONTROLLER)) {
    return new CapstanError(
      CORE_CODES.notControlled,
      `${what}: existing object is not controlled by UID "${owner.uid}"`,
      { cause: error, fields, hint: 'It belongs to another owner: rename the component, or delete that owner.' },
    );
  }
  return new CapstanError(known?.code ?? CORE_CODES.applyFailed, `${what}: ${messageOf(error)}`, {
    cause: error,
    fields,
    ...(known?.hint ? { hint: known.hint } : {}),
  });
}
