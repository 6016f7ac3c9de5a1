import { groupOf, type KubernetesObject, referenceTo } from '@capstan/base';
import { type InventoryEntry, OAM_LABELS } from '@capstan/oam-model';
import { controllerOf } from '../controllers/shared/objects.ts';
import { currentInventory } from './inventory.ts';
import type { Claim } from './leaving.ts';
import type { ObservedApplication, PlannedObject } from './model.ts';
import { objectKey } from './names.ts';
import type { RenderedComponent } from './render.ts';

/** What becomes of the inventory's entries that are not planned. */
export interface PrunePlan {
  /** Workloads of earlier revisions, and what belongs to something that waits: they stay. */
  readonly retained: readonly InventoryEntry[];
  /** Last created first. */
  readonly prune: readonly InventoryEntry[];
  /** What a trait has taken over and stays for it: it gets that trait as its owner. */
  readonly claims: readonly Claim[];
}

/**
 * What the application made before and does not want any more. The inventory alone says what that is, never a name. What
 * an object rendered that now waits counts as wanted; so do the workloads of earlier revisions of a component whose
 * trait works with revisions, for that trait removes them when it has rolled over; and what a trait has taken over from
 * a trait that is gone, for its controller still uses that. What a controller made for one of our objects and would leave
 * behind is deleted with the rest.
 */
export function planPrune(
  observed: ObservedApplication,
  planned: readonly PlannedObject[],
  components: readonly RenderedComponent[],
): PrunePlan {
  const inventory = currentInventory(observed);
  const wanted = new Set(planned.map(({ reference }) => identityOf(reference)));
  const recorded = new Set(inventory.map(identityOf));
  const behind = planned
    .flatMap((one) => leftBehind(observed, one))
    .filter((entry) => !wanted.has(identityOf(entry)) && !recorded.has(identityOf(entry)));
  // Of what goes in one pass, what they were made of goes first: it is not copied once more.
  const unwanted = [...behind, ...inventory.filter((entry) => !wanted.has(identityOf(entry)))];
  if (unwanted.length === 0) return { retained: [], prune: [], claims: [] };
  const keepers = new Set(
    planned.flatMap(({ key, action }) => (action === 'wait' ? (observed.live.get(key)?.metadata.uid ?? []) : [])),
  );
  const live = unwanted.map((entry) => observed.live.get(objectKey(entry)));
  for (const object of live) {
    if (object && components.some((component) => isEarlier(component, object))) keepers.add(object.metadata.uid ?? '');
  }
  const going = new Set(unwanted.flatMap(({ uid }) => uid ?? []));
  const taken = live.flatMap((object) => takenFrom(observed, object, components, going) ?? []);
  for (const { uid } of taken) keepers.add(uid);
  const isKept = (object: KubernetesObject | undefined) =>
    object !== undefined &&
    (keepers.has(object.metadata.uid ?? '') || keepers.has(controllerOf(object)?.uid ?? 'nobody'));
  return {
    retained: unwanted.filter((_, at) => isKept(live[at])),
    prune: unwanted.filter((_, at) => !isKept(live[at])).toReversed(),
    claims: taken.flatMap(({ claim }) => claim ?? []),
  };
}

/** What the controller of a live object made for it and does not look after once it is changed; nobody else knows of it. */
function leftBehind(
  { live, contributions }: ObservedApplication,
  { key, action, object }: PlannedObject,
): InventoryEntry[] {
  const before = action === 'update' ? live.get(key) : undefined;
  if (!before) return [];
  return contributions.leavesBehind(before, object).flatMap((reference) => {
    const found = live.get(objectKey(reference));
    const { uid = '' } = found?.metadata ?? {};
    return found && controllerOf(found)?.uid === before.metadata.uid ? [{ ...referenceTo(found), uid }] : [];
  });
}

/** What a trait of its component has taken over although nothing of the component asks for it any more. */
function takenFrom(
  { live }: ObservedApplication,
  object: KubernetesObject | undefined,
  components: readonly RenderedComponent[],
  going: ReadonlySet<string>,
): { readonly uid: string; readonly claim?: Claim } | undefined {
  const { labels = {}, uid = '', deletionTimestamp } = object?.metadata ?? {};
  if (!object || deletionTimestamp || labels[OAM_LABELS.resourceType] === 'WORKLOAD') return undefined;
  const takers = components.flatMap((one) => (one.composed.name === labels[OAM_LABELS.component] ? one.takers : []));
  const taker = takers.find(({ takes }) => takes(object));
  if (!taker) return undefined;
  const owner = objectKey(taker.reference);
  const controller = controllerOf(object);
  const ownerUid = live.get(owner)?.metadata.uid;
  if (!ownerUid || !controller || !going.has(controller.uid)) return { uid };
  return { uid, claim: { reference: referenceTo(object), owner, labels: {}, from: [controller.uid] } };
}

/** Whether an object is the workload of an earlier revision of a component that may have several. */
function isEarlier({ composed, workload }: RenderedComponent, object: KubernetesObject): boolean {
  const labels = object.metadata.labels ?? {};
  return (
    composed.revisionEnabled &&
    object.kind === workload.kind &&
    groupOf(object.apiVersion) === groupOf(workload.apiVersion) &&
    labels[OAM_LABELS.component] === composed.name &&
    labels[OAM_LABELS.resourceType] === 'WORKLOAD'
  );
}

/** An object that moved to another version of its group is the same object. */
function identityOf({ apiVersion, kind, namespace, name }: InventoryEntry): string {
  return `${groupOf(apiVersion)}|${kind}|${namespace ?? ''}|${name}`;
}
