import { describeObject, type KubernetesObject, type OwnerReference, referenceTo } from '@capstan/base';
import { type InventoryEntry, OAM_LABELS } from '@capstan/oam-model';
import type { ObservedApplication, PlannedObject } from './model.ts';
import { APPLIED_ANNOTATION, objectKey } from './names.ts';
import { covers, withDigest } from './plain.ts';
import type { RenderedComponent } from './render.ts';
import type { Report } from './resolve.ts';

/** Owner of workloads and traits in `PlannedObject.owner`. */
export const APPLICATION_OWNER = 'application';

/** Every object of the rendered components in the order in which they are applied, compared with what is live. */
export function planObjects(
  observed: ObservedApplication,
  components: readonly RenderedComponent[],
  report: Report,
): PlannedObject[] {
  const planned = new Map<string, PlannedObject>();
  const add = (component: string, role: PlannedObject['role'], owner: string, rendered: KubernetesObject) => {
    const object = withDigest(rendered);
    const reference = referenceTo(object);
    const key = objectKey(reference);
    if (planned.has(key)) {
      report({
        reason: 'DuplicateObject',
        component,
        message: `${describeObject(reference)} is rendered twice`,
        hint: 'Two components or traits ask for one object: name one of them differently.',
      });
      return key;
    }
    const live = observed.live.get(key);
    const action = !live ? 'create' : isAsPlanned(observed, live, object, owner) ? 'keep' : 'update';
    if (live) checkControl(observed, { live, owner, component }, report);
    planned.set(key, { key, reference, object, owner, role, component, action });
    return key;
  };
  for (const { resolved, workload, children, traits } of components) {
    const workloadKey = add(resolved.name, 'workload', APPLICATION_OWNER, workload);
    for (const child of children) add(resolved.name, 'resource', workloadKey, child);
    for (const trait of traits) {
      const traitKey = add(resolved.name, 'trait', APPLICATION_OWNER, trait.object);
      for (const object of trait.objects) add(resolved.name, 'resource', traitKey, object);
    }
  }
  return [...planned.values()];
}

/** What the application made before and does not want any more, last created first. */
export function planPrune(observed: ObservedApplication, planned: readonly PlannedObject[]): InventoryEntry[] {
  const wanted = new Set(planned.map((object) => object.key));
  const inventory = observed.application.status?.inventory ?? [];
  return inventory.filter((entry) => !wanted.has(objectKey(entry))).toReversed();
}

function isAsPlanned(
  observed: ObservedApplication,
  live: KubernetesObject,
  object: KubernetesObject,
  owner: string,
): boolean {
  const { metadata: liveMetadata, ...liveRest } = live;
  const { metadata, ...rest } = object;
  const { labels, annotations } = metadata;
  return (
    liveMetadata.annotations?.[APPLIED_ANNOTATION] === annotations?.[APPLIED_ANNOTATION] &&
    covers(liveMetadata, { labels, annotations }) &&
    covers(liveRest, rest) &&
    controllerOf(live)?.uid === uidOfOwner(observed, owner)
  );
}

/** Refuses objects that something else controls. One without a controller is adopted. */
function checkControl(
  observed: ObservedApplication,
  { live, owner, component }: { live: KubernetesObject; owner: string; component: string },
  report: Report,
): void {
  const controller = controllerOf(live);
  if (!controller) return;
  const uid = uidOfOwner(observed, owner);
  if (controller.uid === uid || isOurs(observed, live, controller)) return;
  report({
    reason: 'NotControlled',
    component,
    message: `${describeObject(referenceTo(live))}: existing object is not controlled by UID "${uid ?? ''}"`,
    hint: `It belongs to ${controller.kind.toLowerCase()}/${controller.name}: rename the component, or delete that owner.`,
  });
}

/**
 * An object of ours whose owner was deleted and made again carries the old owner's uid until it is applied. It is told
 * from a stranger's by what is recorded: it is in our inventory, and its labels name this application.
 */
function isOurs({ application }: ObservedApplication, live: KubernetesObject, controller: OwnerReference): boolean {
  if (controller.kind === application.kind && controller.uid !== application.metadata.uid) return false;
  const key = objectKey(referenceTo(live));
  const recorded = application.status?.inventory?.some((entry) => objectKey(entry) === key) ?? false;
  return recorded && live.metadata.labels?.[OAM_LABELS.application] === application.metadata.name;
}

function controllerOf(object: KubernetesObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((owner) => owner.controller);
}

function uidOfOwner({ application, live }: ObservedApplication, owner: string): string | undefined {
  return owner === APPLICATION_OWNER ? application.metadata.uid : live.get(owner)?.metadata.uid;
}
