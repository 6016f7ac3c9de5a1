import { describeObject, groupOf, type KubernetesObject, type ObjectReference, referenceTo } from '@capstan/base';
import { type InventoryEntry, OAM_LABELS } from '@capstan/oam-model';
import { controllerOf } from '../controllers/shared/objects.ts';
import { slotOf } from './compose.ts';
import type { HeldBack } from './dependencies.ts';
import { currentInventory } from './inventory.ts';
import type { ObservedApplication, PlannedObject } from './model.ts';
import { objectKey } from './names.ts';
import type { PrunePlan } from './prune.ts';
import type { RenderedComponent } from './render.ts';

/**
 * A trait's object that is on its way out and has a finalizer: its controller wants to put something in order before it
 * is gone (Flagger scales the workload up again that it had scaled to zero), and finds everything as it left it.
 */
export interface Leaving {
  readonly reference: ObjectReference;
  readonly uid: string;
  /** Name of its component. */
  readonly component: string;
  readonly finalizers: readonly string[];
  /** Until when it is waited for, in milliseconds since the epoch; not set before it was told to go. */
  readonly until?: number;
  /** It was waited for long enough: its controller is taken to be gone. */
  readonly overdue: boolean;
}

/** A live object whose controller goes, and that is to stay: it gets the owner that it has from now on. */
export interface Claim {
  readonly reference: ObjectReference;
  /** `application`, or the key of the workload or trait that controls it from now on. */
  readonly owner: string;
  readonly labels: Readonly<Record<string, string>>;
  /** uids of the controllers that it is taken from; an object that somebody else controls is left alone. */
  readonly from: readonly string[];
}

/** How long a finalizer is waited for. Flagger waits for the workload to be available, which takes some rounds of its own. */
export const LONGEST_LEAVING_MS = 180_000;

/** Finalizers by which somebody else's controller keeps an object: not those of Kubernetes, which ask for no order. */
export function foreignFinalizers({ metadata: { finalizers = [] } }: KubernetesObject): string[] {
  return finalizers.filter((one) => one !== 'orphan' && one !== 'foregroundDeletion' && !BUILT_IN.test(one));
}

const BUILT_IN = /^([a-z0-9.-]+\.)?kubernetes\.io\//;

/** Of these entries of an inventory those whose deletion has to be waited for: live, of a trait, with a finalizer. */
export function leavingAmong(
  observed: Pick<ObservedApplication, 'live' | 'application' | 'now'>,
  entries: readonly InventoryEntry[],
): Leaving[] {
  const { live, now } = observed;
  const byUid = new Map(currentInventory(observed).flatMap((entry) => (entry.uid ? [[entry.uid, entry]] : [])));
  const isWorkload = (object: KubernetesObject | undefined) =>
    object?.metadata.labels?.[OAM_LABELS.resourceType] === 'WORKLOAD';
  return entries.flatMap((entry): Leaving[] => {
    const object = live.get(objectKey(entry));
    const { uid = '', labels, deletionTimestamp } = object?.metadata ?? {};
    if (!object || (entry.uid !== undefined && entry.uid !== uid)) return [];
    const finalizers = foreignFinalizers(object);
    const owner = byUid.get(controllerOf(object)?.uid ?? '');
    if (finalizers.length === 0 || isWorkload(object) || isWorkload(owner && live.get(objectKey(owner)))) return [];
    const common = { reference: referenceTo(object), uid, component: labels?.[OAM_LABELS.component] ?? '', finalizers };
    if (deletionTimestamp === undefined) return [{ ...common, overdue: false }];
    const until = Date.parse(deletionTimestamp) + LONGEST_LEAVING_MS;
    return [{ ...common, until, overdue: now !== undefined && now >= until }];
  });
}

/** Why an object waits for one that is leaving. */
export function leavingText({ reference, finalizers }: Leaving): string {
  return `${describeObject(reference)} is being deleted: its controller has not taken ${finalizers.join(', ')} off yet`;
}

/** The same of one that has been leaving for long, with what somebody can do about it. */
export function overdueText(leaving: Leaving): string {
  const { apiVersion, kind, name, namespace } = leaving.reference;
  const group = groupOf(apiVersion);
  const type = group === '' ? kind.toLowerCase() : `${kind.toLowerCase()}.${group}`;
  const place = namespace ? ` -n ${namespace}` : '';
  const command = `kubectl patch ${type} ${name}${place} --type merge -p '{"metadata":{"finalizers":null}}'`;
  const help = 'it may wait for the workload to be ready: apply a version that starts';
  return `${leavingText(leaving)}, and what it serves by stays as it is; ${help}. If that controller is gone for good: ${command}`;
}

/** A decision about objects and the inventory, with what has to wait for things that are leaving. */
export interface OrderedDecision extends HeldBack, PrunePlan {
  readonly leaving: readonly Leaving[];
  readonly claims: readonly Claim[];
}

/**
 * Puts deletion in order. What leaves with a finalizer is deleted first and alone; until it is gone, nothing else of its
 * component is applied or deleted. What its controller made and the application makes itself from now on, or another
 * trait takes over, is claimed before that, so that it does not go with it. After `LONGEST_LEAVING_MS` the workload and
 * what its pods need are applied: the controller may wait for pods that never become ready as they are. All else, which
 * leads to those pods, goes on waiting, for what the controller made is what serves.
 */
export function inOrder(observed: ObservedApplication, held: HeldBack, plan: PrunePlan): OrderedDecision {
  const leaving = leavingAmong(observed, plan.prune);
  const decided = { ...held, ...plan, leaving, claims: plan.claims };
  if (leaving.length === 0) return decided;
  const awaited = leaving.filter(({ overdue }) => !overdue);
  const components = new Set(leaving.map(({ component }) => component));
  const patient = new Set(awaited.map(({ component }) => component));
  const waitsFor = (component: string) => leaving.filter((one) => one.component === component).map(leavingText);
  const waits = (planned: PlannedObject) => {
    const component = componentOf(planned.object);
    if (planned.action !== 'create' && planned.action !== 'update') return false;
    return components.has(component) && (patient.has(component) || !isForPods(planned, held.objects));
  };
  const told = new Set(leaving.flatMap((one) => (one.until === undefined ? [] : objectKey(one.reference))));
  const first = new Set(awaited.map(({ reference }) => objectKey(reference)));
  const stays = (entry: InventoryEntry) => {
    const object = observed.live.get(objectKey(entry));
    const key = objectKey(entry);
    return told.has(key) || (object !== undefined && !first.has(key) && components.has(componentOf(object)));
  };
  const waitingObjects = held.objects.filter(waits);
  const takenObjects = held.objects.filter(({ action }) => action === 'taken');
  // Beyond that time the component is told of as it is.
  const slots = new Set(waitingObjects.flatMap(({ slot, object }) => (patient.has(componentOf(object)) ? slot : [])));
  return {
    ...decided,
    claims: [...plan.claims, ...claimsFrom(observed, [...waitingObjects, ...takenObjects], awaited)],
    objects: held.objects.map((one) =>
      waits(one) ? { ...one, action: 'wait', waitsFor: waitsFor(componentOf(one.object)) } : one,
    ),
    components: held.components.map((one) =>
      slots.has(String(one.composed.resolved.index)) ? waiting(one, waitsFor(one.composed.name)) : one,
    ),
    retained: [...plan.retained, ...plan.prune.filter(stays).toReversed()],
    prune: plan.prune.filter((entry) => !stays(entry)),
  };
}

/** Kinds that pods are made by, and that they mount and read. */
const OF_PODS: readonly string[] = ['apps', 'batch'];
const FOR_PODS: readonly string[] = ['ConfigMap', 'Secret', 'PersistentVolumeClaim', 'ServiceAccount'];

/** A workload, and of what it renders that by which its pods run. */
function isForPods({ role, owner, reference }: PlannedObject, objects: readonly PlannedObject[]): boolean {
  if (role === 'workload') return true;
  const ofWorkload = objects.some((one) => one.key === owner && one.role === 'workload');
  const group = groupOf(reference.apiVersion);
  return ofWorkload && (OF_PODS.includes(group) || (group === '' && FOR_PODS.includes(reference.kind)));
}

function waiting(component: RenderedComponent, sentences: readonly string[]): RenderedComponent {
  const { composed, waits } = component;
  const slots = [slotOf(composed), ...composed.traits.map((_, at) => slotOf(composed, at))];
  return { ...component, waits: new Map([...waits, ...slots.map((slot) => [slot, sentences] as const)]) };
}

/** Claims of what the controllers of things that are told to go only now may have made: nobody else knows of it. */
function claimsFrom(
  { live }: ObservedApplication,
  objects: readonly PlannedObject[],
  awaited: readonly Leaving[],
): Claim[] {
  return objects.flatMap(({ key, reference, owner, object }) => {
    const component = componentOf(object);
    const from = awaited.filter((one) => one.until === undefined && one.component === component).map(({ uid }) => uid);
    const found = live.get(key);
    if (from.length === 0 || (found && !from.includes(controllerOf(found)?.uid ?? ''))) return [];
    return [{ reference, owner, labels: object.metadata.labels ?? {}, from }];
  });
}

function componentOf({ metadata }: KubernetesObject): string {
  return metadata.labels?.[OAM_LABELS.component] ?? '';
}
