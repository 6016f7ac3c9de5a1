import { groupOf, type KubernetesObject, type ObjectReference } from '@capstan/base';
import { conditionsOf, type Discovery, type SharedInformer } from '@capstan/kube';
import type { CustomResourceDefinition, ManualScalerTrait } from '@capstan/oam-model';
import type { KindPlace, KindWatches } from '../shared/kind-watches.ts';
import { objectKey } from '../shared/objects.ts';
import {
  childPlace,
  definitionName,
  noMatchText,
  notFoundText,
  workloadDefinition,
  workloadDefinitionName,
} from '../shared/workload-kinds.ts';
import { isOwnedBy, wouldGoWith } from './ownership.ts';
import { replicasPath } from './replicas.ts';
import { type ScaleTarget, targetsOf } from './targets.ts';

/** What a trait depends on, in keys of `Dependents`. */
export const DEPENDS = {
  object: (reference: ObjectReference) => `object:${objectKey(reference)}`,
  owner: (uid: string) => `owner:${uid}`,
  definition: (name: string) => `definition:${name}`,
  /** `<group>/<kind>` */
  kind: (kind: string) => `kind:${kind}`,
  target: (uid: string) => `target:${uid}`,
} as const;

/** What a trait is about. */
export interface Observed {
  readonly targets: readonly ScaleTarget[];
  /** The workload itself, scaled by this trait while it had no children yet: what it made is the target now. */
  readonly passedOver?: PassedOver;
  /** What else would be deleted with the trait: it scaled that before it was pointed at something else. */
  readonly former: readonly ScaleTarget[];
  /** Why there is no target, in the reference's words first. */
  readonly problem?: string;
  /** The problem may pass by itself, for an object is only just being made: how long to wait before it is told. */
  readonly patienceMs?: number;
  /** The workload is being deleted: there is nothing to be done any more. */
  readonly ending?: boolean;
  /** The kind of the workload is not served: discovery cannot be watched. */
  readonly unserved?: boolean;
  /** A kind that cannot be read yet. */
  readonly unread?: KindPlace;
  readonly depends: ReadonlySet<string>;
  readonly places: readonly KindPlace[];
}

/** An object that the trait has let go of, and where it is followed. */
export interface PassedOver {
  readonly object: KubernetesObject;
  readonly place: KindPlace;
}

/** What `observe` reads from: caches only. */
export interface ObserveInput {
  readonly discovery: Discovery;
  readonly watches: KindWatches;
  readonly definitions: SharedInformer;
  readonly crds: SharedInformer;
  /** Key of the trait, as a user of the watches. */
  readonly user: string;
}

/** A workload and its children are made one after the other; until then nothing is wrong yet. */
const PATIENCE_MS = 2_000;
const LONG_PATIENCE_MS = 15_000;

const NO_WORKLOAD = 'cannot find the workload that the trait is referencing to';
const NOTHING_TO_SCALE = 'cannot scale the resource';

/** What a trait is about, but for what it scaled before. */
type Now = Omit<Observed, 'former'>;

/** Looks up what a trait scales, and what it still owns of what it scaled before. */
export async function observe(input: ObserveInput, trait: ManualScalerTrait): Promise<Observed> {
  const now = await observeNow(input, trait);
  const { watches } = input;
  const isTarget = (one: KubernetesObject) =>
    now.targets.some(({ object }) => object.metadata.uid === one.metadata.uid);
  const former: ScaleTarget[] = [];
  for (const place of now.places) {
    for (const object of watches.list(place)) {
      if (!wouldGoWith(object, trait) || isTarget(object)) continue;
      const path = await pathIn(input, object);
      if (path) former.push({ object, path, place });
    }
  }
  return { ...now, former };
}

async function observeNow(input: ObserveInput, trait: ManualScalerTrait): Promise<Now> {
  const { watches, user, discovery } = input;
  const depends = new Set<string>();
  const places: KindPlace[] = [];
  const ends = (more: Partial<Now>): Now => ({ targets: [], depends, places, ...more });
  const { apiVersion = '', kind = '', name = '' } = trait.spec.workloadRef ?? {};
  if (!apiVersion || !kind || !name) return ends({ problem: `${NO_WORKLOAD}: no workload reference` });

  const place = { apiVersion, kind, namespace: trait.metadata.namespace ?? '' };
  const reference = { ...place, name };
  depends.add(DEPENDS.object(reference));
  depends.add(DEPENDS.kind(`${groupOf(apiVersion)}/${kind}`));
  if (!(await discovery.find(place))) return ends({ problem: `${NO_WORKLOAD}: ${noMatchText(place)}`, unserved: true });
  places.push(place);
  watches.need(user, place);
  if (watches.waitingSince(place) !== undefined) return ends({ unread: place });
  const workload = watches.get(place, name);
  if (!workload)
    return ends({ problem: `${NO_WORKLOAD}: ${await notFoundText(discovery, reference)}`, patienceMs: PATIENCE_MS });
  if (workload.metadata.deletionTimestamp) return ends({ ending: true });

  const definition = await definitionOf(input, workload, depends);
  const kinds = definition?.spec.childResourceKinds ?? [];
  depends.add(DEPENDS.owner(workload.metadata.uid ?? ''));
  for (const childKind of kinds) {
    const child = childPlace(workload, childKind);
    places.push(child);
    watches.need(user, child);
  }
  const unread = places.find((one) => watches.waitingSince(one) !== undefined);
  if (unread) return ends({ unread });
  const found = targetsOf(workload, definition, (childKind) => watches.list(childPlace(workload, childKind)));
  const placeOf = (object: KubernetesObject) => (object === workload ? place : childPlace(workload, object));
  const targets = await scalable(input, found, depends, placeOf);
  if (targets.length > 0) return ends({ targets, ...directly(found, workload, place, trait, kinds.length > 0) });
  const what = kinds.length > 0 ? `${kind} ${name} and what it made have` : `${kind} ${name} has`;
  const problem = `${NOTHING_TO_SCALE}: ${what} no number of replicas`;
  if (kinds.length === 0) return ends({ problem });
  // A busy controller takes its time; one that has reported has made what it makes.
  return ends({ problem, patienceMs: conditionsOf(workload).length === 0 ? LONG_PATIENCE_MS : PATIENCE_MS });
}

/** What is to be done about the workload itself, which is a target only as long as it has no children. */
function directly(
  found: readonly KubernetesObject[],
  workload: KubernetesObject,
  place: KindPlace,
  trait: ManualScalerTrait,
  mayHaveChildren: boolean,
): Partial<Now> {
  const isTarget = found.includes(workload);
  // What has reported nothing yet may be about to make the children that are meant.
  if (isTarget && mayHaveChildren && conditionsOf(workload).length === 0) return { patienceMs: PATIENCE_MS };
  return !isTarget && isOwnedBy(workload, trait) ? { passedOver: { object: workload, place } } : {};
}

async function definitionOf(
  { discovery, definitions }: ObserveInput,
  workload: KubernetesObject,
  depends: Set<string>,
) {
  const name = await workloadDefinitionName(discovery, workload);
  depends.add(DEPENDS.definition(name));
  return workloadDefinition(definitions, name);
}

/** Where an object has its number of replicas. */
async function pathIn({ discovery, crds }: ObserveInput, object: KubernetesObject) {
  const name = await definitionName(discovery, object);
  return replicasPath(object, crds.informer.get(name) as CustomResourceDefinition | undefined);
}

async function scalable(
  input: ObserveInput,
  found: readonly KubernetesObject[],
  depends: Set<string>,
  placeOf: (object: KubernetesObject) => KindPlace,
): Promise<ScaleTarget[]> {
  const targets: ScaleTarget[] = [];
  for (const object of found) {
    depends.add(DEPENDS.kind(`${groupOf(object.apiVersion)}/${object.kind}`));
    const path = await pathIn(input, object);
    if (!path || object.metadata.deletionTimestamp) continue;
    const { apiVersion, kind, metadata } = object;
    depends.add(DEPENDS.object({ apiVersion, kind, name: metadata.name, namespace: metadata.namespace ?? '' }));
    depends.add(DEPENDS.target(metadata.uid ?? ''));
    targets.push({ object, path, place: placeOf(object) });
  }
  return targets;
}
