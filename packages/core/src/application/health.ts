import { type Health, type KubernetesObject, referenceTo } from '@capstan/base';
import { type ComposedComponent, slotOf } from './compose.ts';
import type { DecidedComponent, Lookup } from './model.ts';
import { objectKey } from './names.ts';
import { childrenOf, healthOfGroup, healthOfRaw, type LiveState, type OwnHealth, waiting } from './object-health.ts';
import { isObject, specOf, statusOf } from './plain.ts';
import type { RenderedComponent } from './render.ts';
import { assessTrait, podOwnerByTrait, viewFor, workloadHealthByTrait } from './trait-health.ts';

/** How a rendered component does, judged by the live state of its objects. */
export function assessComponent(state: LiveState, component: RenderedComponent): DecidedComponent {
  const { composed, workload, waits } = component;
  const { contribution, served } = composed;
  const reference = referenceTo(workload);
  const scale = served.subresources.includes('scale') ? scaleOf(state, component) : undefined;
  const waitsFor = waits.get(slotOf(composed)) ?? [];
  return {
    name: composed.name,
    instance: composed.instance,
    revision: composed.resolved.revision,
    key: objectKey(reference),
    workload: reference,
    health: waitsFor.length > 0 ? waiting(waitsFor) : healthOfWorkload(state, component),
    ownStatus: contribution?.render !== undefined && served.subresources.includes('status'),
    waitsFor,
    ...(scale ? { scale } : {}),
    traits: component.traits.map((trait, at) => {
      return assessTrait(state, component, trait, waits.get(slotOf(composed, at)) ?? []);
    }),
    scopes: composed.resolved.entry.scopes?.flatMap(({ scopeRef }) => scopeRef ?? []) ?? [],
  };
}

function healthOfWorkload(state: LiveState, component: RenderedComponent): Health {
  const { composed, workload, children, takenBy } = component;
  const { contribution } = composed;
  const byTrait = workloadHealthByTrait(state, component);
  if (byTrait) return byTrait;
  const health = contribution?.health?.bind(contribution);
  const own: OwnHealth | undefined = health && ((owner, objects) => health(owner, objects, viewFor(state, composed)));
  if (!contribution?.render) {
    if (!own) return healthOfRaw(state, workload, composed);
    return healthOfGroup(state, workload, [workload], (live) => own(live, childrenOf(state, composed, live)));
  }
  const live = state.live.get(objectKey(referenceTo(workload)));
  const wanted = children.filter((child) => {
    return !takenBy.has(objectKey(referenceTo(child))) && !isDone(state.live, composed, live, child);
  });
  return healthOfGroup(state, workload, wanted, own);
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

/** The live object that has the workload's pods, for workloads that can be scaled: its child, or what a trait says. */
export function podOwnerOf(state: LiveState, component: RenderedComponent): KubernetesObject | undefined {
  const byTrait = podOwnerByTrait(state, component);
  if (byTrait) return byTrait;
  const scaled = component.children.find(isScaledPodOwner);
  return scaled && state.live.get(objectKey(referenceTo(scaled)));
}

/** Whether an object is of a kind that has pods, as many as its `spec.replicas` says. */
export function isScaledPodOwner({ apiVersion, kind }: KubernetesObject): boolean {
  return apiVersion === 'apps/v1' && kind !== 'DaemonSet';
}

/** Replicas and pod selector for the workload's scale subresource, from the object that has its pods. */
function scaleOf(state: LiveState, component: RenderedComponent): DecidedComponent['scale'] | undefined {
  const live = podOwnerOf(state, component);
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
