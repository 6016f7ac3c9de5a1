import { type KubernetesObject, type ObjectReference, referenceTo } from '@capstan/base';
import type { ChildResourceKind, ManualScalerTrait, WorkloadDefinition } from '@capstan/oam-model';
import { isApplied } from '../shared/applied-state.ts';
import type { KindPlace } from '../shared/kind-watches.ts';
import { isRecord, objectKey } from '../shared/objects.ts';

/** Field manager of the replicas that scalers set. */
export const SCALER_MANAGER = 'capstan-manual-scaler';

/** Something that a trait scales, and where its number of replicas is. */
export interface ScaleTarget {
  readonly object: KubernetesObject;
  readonly path: readonly string[];
  /** Where it is followed. */
  readonly place: KindPlace;
}

/**
 * What a trait works on: the workload's children of the kinds that its WorkloadDefinition names, or the workload itself
 * where there are none. `childrenOf` lists the objects of a kind in the workload's namespace.
 */
export function targetsOf(
  workload: KubernetesObject,
  definition: WorkloadDefinition | undefined,
  childrenOf: (kind: ChildResourceKind) => readonly KubernetesObject[],
): readonly KubernetesObject[] {
  const { uid } = workload.metadata;
  const children = (definition?.spec.childResourceKinds ?? []).flatMap((kind) =>
    childrenOf(kind).filter(({ metadata }) => {
      const isOwned = metadata.ownerReferences?.some((owner) => owner.uid === uid) ?? false;
      return isOwned && isSelected(metadata.labels, kind.selector);
    }),
  );
  return children.length > 0 ? children : [workload];
}

/** Labels match the selector; an empty value asks only for the key. */
function isSelected(
  labels: Readonly<Record<string, string>> = {},
  selector: ChildResourceKind['selector'] = {},
): boolean {
  return Object.entries(selector).every(([key, value]) => (value === '' ? key in labels : labels[key] === value));
}

/** What is applied to a target: the number, and the trait as one of its owners, though not the one that controls it. */
export function scaledObject({ object, path }: ScaleTarget, trait: ManualScalerTrait): KubernetesObject {
  const { apiVersion, kind } = object;
  const { name, namespace, uid } = object.metadata;
  const owner = {
    apiVersion: trait.apiVersion,
    kind: trait.kind,
    name: trait.metadata.name,
    uid: trait.metadata.uid ?? '',
    controller: false,
    blockOwnerDeletion: true,
  };
  return {
    ...nested(path, trait.spec.replicaCount),
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      // The API server refuses it for another object of this name, and makes none anew.
      ...(uid === undefined ? {} : { uid }),
      ownerReferences: [owner],
    },
  };
}

/** True when the target says already what `scaledObject` states. */
export function isScaled(target: ScaleTarget, trait: ManualScalerTrait): boolean {
  return isApplied(target.object, scaledObject(target, trait), SCALER_MANAGER);
}

/** What an autoscaler scales; undefined when it does not say. */
export function scaledReference({ spec, metadata }: KubernetesObject): ObjectReference | undefined {
  const reference = isRecord(spec) ? spec['scaleTargetRef'] : undefined;
  if (!isRecord(reference)) return undefined;
  const [apiVersion, kind, name] = [reference['apiVersion'], reference['kind'], reference['name']].map(String);
  return { apiVersion: apiVersion ?? '', kind: kind ?? '', name: name ?? '', namespace: metadata.namespace ?? '' };
}

/** The name of the autoscaler of a target, if it has one: what it decides must not be fought over. */
export function autoscalerOf(target: KubernetesObject, autoscalers: readonly KubernetesObject[]): string | undefined {
  const wanted = objectKey(referenceTo(target));
  const found = autoscalers.find((one) => {
    const reference = scaledReference(one);
    return reference !== undefined && objectKey(reference) === wanted;
  });
  return found?.metadata.name;
}

/** The trait that decides about a target that several want to scale: the oldest. */
export function oldest<T extends KubernetesObject>(traits: readonly T[]): T | undefined {
  const age = ({ metadata: { creationTimestamp, uid } }: T) => `${creationTimestamp ?? ''}/${uid ?? ''}`;
  return traits.toSorted((a, b) => age(a).localeCompare(age(b)))[0];
}

function nested(path: readonly string[], value: number): Record<string, unknown> {
  return path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Record<string, unknown>;
}
