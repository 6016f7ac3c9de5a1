import { type KubernetesObject, type ObjectReference, referenceTo } from '@capstan/base';
import type { KubeClient } from '@capstan/kube';
import { controllerOf } from './objects.ts';

/**
 * Whether an owner may take live objects that nobody controls. When an owner is deleted without what it made
 * (`--cascade=orphan`), the garbage collector takes the references to it out of that first, and a cache may show this
 * before it shows the deletion: whoever then took the objects back would have them deleted with itself. So the server is
 * asked, where there is such an object, whether the owner is there and stays.
 */
export async function mayTake(
  client: Pick<KubeClient, 'get'>,
  owner: KubernetesObject,
  objects: readonly (KubernetesObject | undefined)[],
  signal: AbortSignal,
): Promise<boolean> {
  if (objects.every((object) => object === undefined || controllerOf(object))) return true;
  const now = await client.get(referenceTo(owner), { signal });
  return now !== undefined && now.metadata.uid === owner.metadata.uid && now.metadata.deletionTimestamp === undefined;
}

/**
 * Whether an owner that went out of a cache was deleted. A kind that is not served for a moment looks as if all of its
 * objects were, and then nothing is known: what they made is not deleted on that word. Where the kind is gone for good,
 * the garbage collector sees to it.
 */
export async function isDeleted(
  client: Pick<KubeClient, 'get' | 'discovery'>,
  owner: KubernetesObject,
  signal: AbortSignal,
): Promise<boolean> {
  const now = await client.get(referenceTo(owner), { signal });
  if (now) return now.metadata.uid !== owner.metadata.uid;
  // Asked afterwards: an answer that the path is not served makes it be read anew.
  return (await client.discovery.find(owner)) !== undefined;
}

/** What a deleted owner made, and how it is told from a stranger's object of the same name. */
export interface Made {
  /** Begins with what the owner itself controls. */
  readonly entries: readonly (ObjectReference & { readonly uid?: string })[];
  /** Whether an object is the owner's although its uid is not on record. */
  readonly isOurs: (object: KubernetesObject) => boolean;
}

/**
 * Whether a deleted owner was deleted without what it made, for somebody who may have missed its finalizer `orphan`: the
 * garbage collector takes that off once nothing refers to the owner any more, and leaves objects without any owner. After
 * another deletion it leaves none such: it only drops a reference where there is another owner. Mostly one request.
 */
export async function wasOrphaning(
  client: Pick<KubeClient, 'get'>,
  ownerUid: string | undefined,
  { entries, isOurs }: Made,
  signal: AbortSignal,
): Promise<boolean> {
  for (const entry of entries) {
    const live = await client.get(entry, { signal });
    if (!live || (entry.uid === undefined ? !isOurs(live) : entry.uid !== live.metadata.uid)) continue;
    if ((live.metadata.ownerReferences ?? []).length === 0) return true;
    if (controllerOf(live)?.uid === ownerUid) return false;
  }
  return false;
}
