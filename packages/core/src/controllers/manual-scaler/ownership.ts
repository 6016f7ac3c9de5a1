import type { KubernetesObject } from '@capstan/base';
import type { ManualScalerTrait } from '@capstan/oam-model';
import { SCALER_MANAGER, type ScaleTarget, scaledObject } from './targets.ts';

/**
 * Finalizer of a trait that is the only owner of what it scales. The garbage collector would delete that together with the
 * trait; so the trait stays until it is no owner any more. Traits of applications do not need it.
 */
export const LEAVE_FINALIZER = 'capstan.dev/leave-scaled';

/** True for an object that nobody but traits like this one owns. */
export function isOnlyOurs({ metadata }: KubernetesObject, trait: ManualScalerTrait): boolean {
  return (metadata.ownerReferences ?? []).every(({ kind, apiVersion }) => {
    return kind === trait.kind && apiVersion === trait.apiVersion;
  });
}

/** True for an object that names the trait as one of its owners. */
export function isOwnedBy({ metadata }: KubernetesObject, trait: ManualScalerTrait): boolean {
  return metadata.ownerReferences?.some(({ uid }) => uid === trait.metadata.uid) ?? false;
}

/** True for an object that would be deleted together with the trait. */
export function wouldGoWith(object: KubernetesObject, trait: ManualScalerTrait): boolean {
  return isOwnedBy(object, trait) && isOnlyOurs(object, trait);
}

/** What is applied to the trait itself, so that it has the finalizer or has it no longer. */
export function withFinalizer(trait: ManualScalerTrait, present: boolean): KubernetesObject {
  const { apiVersion, kind, metadata } = trait;
  const { name, namespace, uid } = metadata;
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
      ...(present ? { finalizers: [LEAVE_FINALIZER] } : {}),
    },
  };
}

/**
 * What is applied to a target that is left: no owner any more. The number stays stated: a field that its only manager
 * drops falls back to its default.
 */
export function leftObject(target: ScaleTarget, trait: ManualScalerTrait): KubernetesObject {
  const now = target.path.reduce<unknown>(
    (part, key) => (part as Record<string, unknown> | undefined)?.[key],
    target.object,
  );
  const replicaCount = typeof now === 'number' ? now : trait.spec.replicaCount;
  const { ownerReferences: _, ...metadata } = scaledObject(target, trait).metadata;
  return { ...scaledObject(target, { ...trait, spec: { ...trait.spec, replicaCount } }), metadata };
}

/** What is applied to an object of which a scaler states nothing any more: the number is for others to say. */
export function forgottenObject({ apiVersion, kind, metadata }: KubernetesObject): KubernetesObject {
  const { name, namespace, uid } = metadata;
  return {
    apiVersion,
    kind,
    metadata: { name, ...(namespace === undefined ? {} : { namespace }), ...(uid === undefined ? {} : { uid }) },
  };
}

/** Options of every apply of a scaler: the number is its own. */
export const SCALER_APPLY = { fieldManager: SCALER_MANAGER, force: true } as const;
