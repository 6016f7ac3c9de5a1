import type { KubernetesObject, ObjectReference, OwnerReference } from '@capstan/base';
import type { KubeClient } from '@capstan/kube';
import { controllerOf } from '../controllers/shared/objects.ts';
import { CONTROLLER_MANAGER } from './names.ts';

/** An object that changes hands. */
export interface ClaimInput {
  readonly reference: ObjectReference;
  readonly owner: OwnerReference;
  /** Labels that it gets, so that it is followed from now on. */
  readonly labels: Readonly<Record<string, string>>;
  /** uids of the controllers that it may be taken from. */
  readonly from: readonly string[];
}

/**
 * Makes `owner` the controller of a live object in place of one that goes, so that the garbage collector does not take
 * the object along. Its content stays as it is: whoever still acts on it finds what it left. Undefined, and nothing
 * written, when there is no such object or somebody else controls it. A change in between is a conflict.
 */
export async function claim(
  client: KubeClient,
  { reference, owner, labels, from }: ClaimInput,
  signal: AbortSignal | undefined,
): Promise<KubernetesObject | undefined> {
  const request = signal ? { signal } : {};
  const live = await client.get(reference, request);
  const controller = live && controllerOf(live);
  if (!live || live.metadata.deletionTimestamp || !controller || !from.includes(controller.uid)) return undefined;
  const { resourceVersion, ownerReferences = [] } = live.metadata;
  const others = ownerReferences.filter(({ uid }) => uid !== controller.uid && uid !== owner.uid);
  const metadata = { resourceVersion, labels, ownerReferences: [...others, owner] };
  return client.patch(reference, { metadata }, { type: 'merge', fieldManager: CONTROLLER_MANAGER, ...request });
}
