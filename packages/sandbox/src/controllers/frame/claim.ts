import { isCapstanError, type KubernetesObject } from '@capstan/base';
import { KUBE_CODES } from '@capstan/kube';
import type { LabelSelector } from '../model/meta.ts';
import { controllerReference, isDeleting } from '../model/meta.ts';
import { isEmptySelector, selects } from '../model/selector.ts';
import type { Resource } from './resource.ts';

/**
 * The objects that an owner controls, after it has adopted the orphans that its selector matches and released those that it
 * no longer matches (controller.PodControllerRefManager). An owner that is being deleted adopts nothing; one without a
 * selector keeps what has its reference.
 */
export async function claim<T extends KubernetesObject>(
  resource: Resource<T>,
  owner: KubernetesObject,
  selector: LabelSelector | undefined,
  mayAdopt: (object: T) => boolean = () => true,
): Promise<T[]> {
  const { uid = '', namespace = '' } = owner.metadata;
  if (selector === undefined || isEmptySelector(selector)) return resource.controlledBy(uid);
  const matches = (object: T) => selects(selector, object.metadata.labels);
  const owned = resource.controlledBy(uid);
  const strangers = owned.filter((object) => !matches(object) && !isDeleting(object));
  const orphans = isDeleting(owner)
    ? []
    : resource.orphans(namespace).filter((one) => matches(one) && !isDeleting(one) && mayAdopt(one));
  await Promise.all(strangers.map((object) => release(resource, object, uid)));
  const adopted = await Promise.all(orphans.map((object) => adopt(resource, object, owner)));
  return [...owned.filter(matches), ...adopted.flat()];
}

async function adopt<T extends KubernetesObject>(
  resource: Resource<T>,
  object: T,
  owner: KubernetesObject,
): Promise<T[]> {
  const { uid, resourceVersion, ownerReferences = [] } = object.metadata;
  const references = [...ownerReferences, controllerReference(owner)];
  const patched = await orGone(
    resource.patch(object, { metadata: { uid, resourceVersion, ownerReferences: references } }),
  );
  return patched ? [patched] : [];
}

async function release<T extends KubernetesObject>(resource: Resource<T>, object: T, owner: string): Promise<void> {
  const { uid, resourceVersion, ownerReferences = [] } = object.metadata;
  const references = ownerReferences.filter((one) => one.uid !== owner);
  await orGone(resource.patch(object, { metadata: { uid, resourceVersion, ownerReferences: references } }));
}

/** What a write resolves to, or undefined when its object is gone. */
export async function orGone<T>(written: Promise<T>): Promise<T | undefined> {
  try {
    return await written;
  } catch (error) {
    if (isCapstanError(error, KUBE_CODES.notFound)) return undefined;
    throw error;
  }
}
