import { describeObject, type Health, type KubernetesObject, referenceTo, worstHealth } from '@capstan/base';
import { healthOf } from '@capstan/kube';
import { EMPTY_CLUSTER } from '@capstan/plugin-api';
import { type ComposedComponent, slotOf } from './compose.ts';
import type { DecidedComponent, DecidedTrait, Lookup, ObservedApplication } from './model.ts';
import { objectKey } from './names.ts';
import { isObject, specOf, statusOf } from './plain.ts';
import type { RenderedComponent, RenderedTrait } from './render.ts';
import { reportOf } from './reports.ts';

/** What health is judged from: the live state of the application's objects and of what they own. */
export type LiveState = Pick<ObservedApplication, 'live' | 'ownedBy'>;

/** What the status says of a trait whose kind no TraitDefinition registers, in the reference's words. */
export const DUMMY_TRAIT_MESSAGE =
  'No valid TraitDefinition found, all framework capabilities will work as default or disabled';

/** How a rendered component does, judged by the live state of its objects. */
export function assessComponent(state: LiveState, component: RenderedComponent): DecidedComponent {
  const { composed, workload, children, waits } = component;
  const { contribution, served } = composed;
  const reference = referenceTo(workload);
  const scale = served.subresources.includes('scale') ? scaleOf(state, children) : undefined;
  const waitsFor = waits.get(slotOf(composed)) ?? [];
  return {
    name: composed.name,
    instance: composed.instance,
    revision: composed.resolved.revision,
    key: objectKey(reference),
    workload: reference,
    health: waitsFor.length > 0 ? waiting(waitsFor) : healthOfWorkload(state, component),
    ownStatus: contribution !== undefined && served.subresources.includes('status'),
    waitsFor,
    ...(scale ? { scale } : {}),
    traits: component.traits.map((trait, at) => assessTrait(state, trait, waits.get(slotOf(composed, at)) ?? [])),
    scopes: composed.resolved.entry.scopes?.flatMap(({ scopeRef }) => scopeRef ?? []) ?? [],
  };
}

function assessTrait(state: LiveState, trait: RenderedTrait, waitsFor: readonly string[]): DecidedTrait {
  const { composed, object, objects } = trait;
  const { contribution, served, registered } = composed;
  const reference = referenceTo(object);
  const own = contribution?.health?.bind(contribution);
  const judgement =
    own && ((owner: KubernetesObject, all: readonly KubernetesObject[]) => own(owner, all, EMPTY_CLUSTER));
  const judge = () => (contribution ? healthOfGroup(state, object, objects, judgement) : healthOfRaw(state, object));
  const health = waitsFor.length > 0 ? waiting(waitsFor) : judge();
  const said = health.status !== 'ready' ? health.message : undefined;
  const message = registered ? said : DUMMY_TRAIT_MESSAGE;
  return {
    key: objectKey(reference),
    reference,
    ...(message ? { message } : {}),
    health,
    ownStatus: contribution !== undefined && served.subresources.includes('status'),
  };
}

function waiting(waitsFor: readonly string[]): Health {
  return { status: 'progressing', reason: 'WaitingForDependencies', message: waitsFor.join('; ') };
}

function healthOfWorkload(state: LiveState, { composed, workload, children }: RenderedComponent): Health {
  const { contribution } = composed;
  if (!contribution) return healthOfRaw(state, workload, composed);
  const live = state.live.get(objectKey(referenceTo(workload)));
  const wanted = children.filter((child) => !isDone(state.live, composed, live, child));
  return healthOfGroup(state, workload, wanted, contribution.health);
}

/** Whether a child of a workload has done its work and may be gone. */
export function isDone(
  live: Lookup<KubernetesObject>,
  { contribution }: ComposedComponent,
  workload: KubernetesObject | undefined,
  child: KubernetesObject,
): boolean {
  if (!workload || !contribution?.isDone) return false;
  return !live.get(objectKey(referenceTo(child))) && contribution.isDone(workload, child);
}

type OwnHealth = (owner: KubernetesObject, objects: readonly KubernetesObject[]) => Health;

/** The worst health of what was rendered; what is not there yet is being made. */
function healthOfGroup(
  { live }: LiveState,
  owner: KubernetesObject,
  rendered: readonly KubernetesObject[],
  own: OwnHealth | undefined,
): Health {
  const references = rendered.map(referenceTo);
  const missing = references.find((reference) => !live.get(objectKey(reference)));
  if (missing) return creating(missing);
  const objects = references.flatMap((reference) => live.get(objectKey(reference)) ?? []);
  if (own) return own(live.get(objectKey(referenceTo(owner))) ?? owner, objects);
  return worstHealth(objects.map(describedHealth));
}

/** Of an object that some controller acts on: what it says itself, and how its children do. */
function healthOfRaw(state: LiveState, object: KubernetesObject, composed?: ComposedComponent): Health {
  const live = state.live.get(objectKey(referenceTo(object)));
  if (!live) return creating(referenceTo(object));
  const report = reportOf(live);
  if (report.state === 'failed') {
    const message = `${describeObject(referenceTo(live))}: ${report.message}`;
    return { status: 'degraded', reason: 'ReconcileError', message };
  }
  if (report.state === 'awaited') {
    const message = `${describeObject(referenceTo(live))}: its controller has not reported yet`;
    return { status: 'progressing', reason: 'Creating', message };
  }
  const children = composed ? childrenOf(state, composed, live) : [];
  const missing = report.resources.find(({ uid }) => !children.some((child) => child.metadata.uid === uid));
  if (missing)
    return creating({ ...missing, ...(live.metadata.namespace ? { namespace: live.metadata.namespace } : {}) });
  return worstHealth([live, ...children].map(describedHealth));
}

function childrenOf(state: LiveState, { definition }: ComposedComponent, live: KubernetesObject) {
  return state.ownedBy?.(live, definition.spec.childResourceKinds ?? []) ?? [];
}

function creating(missing: ReturnType<typeof referenceTo>): Health {
  return { status: 'progressing', reason: 'Creating', message: `${describeObject(missing)} is being created` };
}

/** kstatus of a live object, with the object's name before its message. */
export function describedHealth(object: KubernetesObject): Health {
  const health = healthOf(object);
  if (health.status === 'ready') return health;
  const text = health.message ?? health.reason;
  return { ...health, message: `${describeObject(referenceTo(object))}: ${text}` };
}

/** The live state of the child that has the workload's pods, for workloads that can be scaled. */
export function scaledChild({ live }: LiveState, children: readonly KubernetesObject[]): KubernetesObject | undefined {
  const scaled = children.find((child) => child.apiVersion === 'apps/v1' && child.kind !== 'DaemonSet');
  return scaled && live.get(objectKey(referenceTo(scaled)));
}

/** Replicas and pod selector for the workload's scale subresource, from the child that has pods. */
function scaleOf(state: LiveState, children: readonly KubernetesObject[]): DecidedComponent['scale'] | undefined {
  const live = scaledChild(state, children);
  if (!live) return undefined;
  const selector = specOf(live)['selector'];
  const labels = isObject(selector) && isObject(selector['matchLabels']) ? selector['matchLabels'] : {};
  const replicas = statusOf(live)['replicas'];
  return {
    replicas: typeof replicas === 'number' ? replicas : 0,
    selector: Object.entries(labels)
      .map(([key, value]) => `${key}=${String(value)}`)
      .sort()
      .join(','),
  };
}
