import {
  describeObject,
  type KubernetesObject,
  type ObjectReference,
  type OwnerReference,
  referenceTo,
} from '@capstan/base';
import { type InventoryEntry, OAM_ANNOTATIONS, OAM_LABELS } from '@capstan/oam-model';
import { isApplied } from '../controllers/shared/applied-state.ts';
import { covers } from '../controllers/shared/covers.ts';
import { controllerOf } from '../controllers/shared/objects.ts';
import { slotOf } from './compose.ts';
import { strangersIn } from './drift.ts';
import { isDone, isScaledPodOwner } from './health.ts';
import { currentInventory } from './inventory.ts';
import { withoutLeftOut } from './known-fields.ts';
import { schemaOf } from './lookup.ts';
import type { ObservedApplication, PlannedObject, ServedKind } from './model.ts';
import { APPLIED_ANNOTATION, CONTROLLER_MANAGER, isOwnKind, objectKey } from './names.ts';
import { specOf, withDigest } from './plain.ts';
import type { Report } from './problems.ts';
import type { RenderedComponent } from './render.ts';

/** Owner of workloads and traits in `PlannedObject.owner`. */
export const APPLICATION_OWNER = 'application';

/** Something rendered, and where it belongs. */
interface Candidate {
  readonly instance: string;
  readonly component: string;
  readonly slot: string;
  readonly role: PlannedObject['role'];
  readonly owner: string;
  readonly rendered: KubernetesObject;
  readonly served?: ServedKind;
  /** No Definition says any more what is to be written into it beside what is stated. */
  readonly unregistered?: boolean;
  readonly waitsFor?: readonly string[] | undefined;
  readonly takenBy?: ObjectReference | undefined;
  readonly firstReplicas?: number | undefined;
}

/** Every object of the rendered components in the order in which they are applied, compared with what is live. */
export function planObjects(
  observed: ObservedApplication,
  components: readonly RenderedComponent[],
  report: Report,
): PlannedObject[] {
  const planned = new Map<string, PlannedObject>();
  const going = goingUids(observed, components);
  const add = (candidate: Candidate): string => {
    const object = withDigest(candidate.rendered);
    const reference = referenceTo(object);
    const key = objectKey(reference);
    if (planned.has(key)) {
      report({
        reason: 'DuplicateObject',
        component: candidate.component,
        message: `${describeObject(reference)} is rendered twice`,
        hint: 'Two components or traits ask for one object: name one of them differently.',
      });
      return key;
    }
    planned.set(key, planOne(observed, { ...candidate, going }, object, report));
    return key;
  };
  for (const component of components) {
    const { composed, workload, children, traits, waits, takenBy } = component;
    const takerOf = (object: KubernetesObject) => takenBy.get(objectKey(referenceTo(object)));
    const { name, instance, served, resolved } = composed;
    const place = { component: name, instance, slot: String(resolved.index) };
    const waitsFor = waits.get(slotOf(composed));
    const rendered = workload;
    const firstReplicas = (object: KubernetesObject) => {
      return isScaledPodOwner(object) && specOf(object)['replicas'] === undefined ? composed.firstReplicas : undefined;
    };
    const first = { firstReplicas: firstReplicas(workload) };
    const owner = add({ ...place, ...first, role: 'workload', owner: APPLICATION_OWNER, rendered, served, waitsFor });
    const live = observed.live.get(owner);
    for (const child of children) {
      if (isDone(observed.live, composed, live, child)) continue;
      const more = { waitsFor, takenBy: takerOf(child), firstReplicas: firstReplicas(child) };
      add({ ...place, ...more, role: 'resource', owner, rendered: child });
    }
    for (const [at, trait] of traits.entries()) {
      const held = { waitsFor: waits.get(slotOf(composed, at)) };
      const traitOwner = add({
        ...place,
        ...held,
        role: 'trait',
        owner: APPLICATION_OWNER,
        rendered: trait.object,
        served: trait.composed.served,
        unregistered: !trait.composed.registered,
        takenBy: takerOf(trait.object),
      });
      for (const one of trait.objects) {
        add({ ...place, ...held, role: 'resource', owner: traitOwner, rendered: one, takenBy: takerOf(one) });
      }
    }
  }
  return [...planned.values()];
}

/** uids of what the application made and does not ask for any more: who is controlled by it is about to lose it. */
function goingUids(observed: ObservedApplication, components: readonly RenderedComponent[]): ReadonlySet<string> {
  const inventory = currentInventory(observed);
  if (inventory.length === 0) return new Set();
  const asked = new Set(
    components
      .flatMap(({ workload, children, traits }) => [
        workload,
        ...children,
        ...traits.flatMap(({ object, objects }) => [object, ...objects]),
      ])
      .map((object) => objectKey(referenceTo(object))),
  );
  return new Set(inventory.flatMap((entry) => (entry.uid && !asked.has(objectKey(entry)) ? [entry.uid] : [])));
}

function planOne(
  observed: ObservedApplication,
  candidate: Candidate & Pick<Claimant, 'going'>,
  rendered: KubernetesObject,
  report: Report,
): PlannedObject {
  const { instance, component, slot, role, owner, waitsFor, takenBy, served, unregistered = false } = candidate;
  const { firstReplicas } = candidate;
  const reference = referenceTo(rendered);
  const key = objectKey(reference);
  const live = observed.live.get(key);
  const object = live ? withoutLeftOut(rendered, live) : rendered;
  const common = { key, reference, object, owner, role, component: instance, slot };
  if (takenBy) return { ...common, action: 'taken', takenBy };
  if (live) checkControl(observed, { live, owner, role, component, going: candidate.going }, report);
  if (waitsFor) return { ...common, action: 'wait', waitsFor };
  if (!live) return { ...common, action: 'create', ...(firstReplicas === undefined ? {} : { firstReplicas }) };
  if (role !== 'resource' && observed.applyOnceOnly && wasApplied(live, object)) return { ...common, action: 'keep' };
  const ours = served && isOwnKind(object) && controllerOf(live)?.uid === uidOfOwner(observed, owner);
  const strangers = ours ? strangersIn(live, object, schemaOf(observed, served.name, object)) : [];
  if (strangers.length > 0) return { ...common, action: 'update', strangers };
  // Its reference to the workload, written when it had a Definition, is not taken out because that is gone.
  const isKept = isAsPlanned(observed, live, unregistered ? withDigestOf(live, object) : object, owner);
  return { ...common, action: isKept ? 'keep' : 'update' };
}

/** `--apply-once-only`: applied for this generation of the application and this revision of the component. */
function wasApplied(live: KubernetesObject, object: KubernetesObject): boolean {
  const { generation } = OAM_ANNOTATIONS;
  if (live.metadata.annotations?.[generation] !== object.metadata.annotations?.[generation]) return false;
  return [OAM_LABELS.revision, OAM_LABELS.component, OAM_LABELS.application].every(
    (label) => live.metadata.labels?.[label] === object.metadata.labels?.[label],
  );
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
    (covers(liveRest, rest) || isRewritten(live, object)) &&
    controllerOf(live)?.uid === uidOfOwner(observed, owner)
  );
}

/** Whether an object says what we applied, in the API server's words: of most kinds only that knows their quantities. */
function isRewritten(live: KubernetesObject, { metadata, ...object }: KubernetesObject): boolean {
  const ownerReferences = [controllerOf(live)].filter((owner) => owner !== undefined);
  const applied = { ...object, metadata: { ...metadata, ownerReferences } };
  return isApplied(live, applied as KubernetesObject, CONTROLLER_MANAGER, { quantities: true });
}

function withDigestOf(live: KubernetesObject, object: KubernetesObject): KubernetesObject {
  const digest = live.metadata.annotations?.[APPLIED_ANNOTATION] ?? '';
  const annotations = { ...object.metadata.annotations, [APPLIED_ANNOTATION]: digest };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

interface Claimant extends Pick<Candidate, 'owner' | 'role' | 'component'> {
  readonly live: KubernetesObject;
  /** uids of controllers of this application that it does not ask for any more. */
  readonly going: ReadonlySet<string>;
}

/** Refuses objects that something else controls, in the reference's words. One without a controller is adopted. */
function checkControl(
  observed: ObservedApplication,
  { live, owner, role, component, going }: Claimant,
  report: Report,
): void {
  const controller = controllerOf(live);
  if (!controller) return;
  const uid = uidOfOwner(observed, owner);
  if (controller.uid === uid || going.has(controller.uid) || isOurs(observed, live, controller)) return;
  report({
    reason: 'NotControlled',
    component,
    stage: 'cannot apply components',
    message: `${applyOf(role, live)}: existing object is not controlled by UID "${uid ?? ''}"`,
    hint: `It belongs to ${controller.kind.toLowerCase()}/${controller.name}: rename the component, or delete that owner.`,
  });
}

/** What the reference calls applying an object. */
export function applyOf(role: PlannedObject['role'], { apiVersion, kind, metadata }: KubernetesObject): string {
  if (role === 'workload') return `cannot apply workload "${metadata.name}"`;
  if (role === 'trait') return `cannot apply trait "${apiVersion}" "${kind}" "${metadata.name}"`;
  return `cannot apply ${describeObject(referenceTo({ apiVersion, kind, metadata }))}`;
}

/**
 * An object of ours whose owner was deleted and made again carries the old owner's uid until it is applied. It is told
 * from a stranger's by what is recorded: it is in our inventory, and its labels name this application.
 */
function isOurs({ application }: ObservedApplication, live: KubernetesObject, controller: OwnerReference): boolean {
  if (controller.kind === application.kind && controller.uid !== application.metadata.uid) return false;
  const key = objectKey(referenceTo(live));
  const recorded = application.status?.inventory?.some((entry: InventoryEntry) => objectKey(entry) === key) ?? false;
  return recorded && live.metadata.labels?.[OAM_LABELS.application] === application.metadata.name;
}

function uidOfOwner({ application, live }: ObservedApplication, owner: string): string | undefined {
  return owner === APPLICATION_OWNER ? application.metadata.uid : live.get(owner)?.metadata.uid;
}
