import { describeObject, type Health, type KubernetesObject, referenceTo, worstHealth } from '@capstan/base';
import { healthOf } from '@capstan/kube';
import type { DecidedComponent, DecidedTrait, ObservedApplication } from './model.ts';
import { objectKey } from './names.ts';
import { isObject, specOf, statusOf } from './plain.ts';
import type { RenderedComponent, RenderedTrait } from './render.ts';

/** How a rendered component does, judged by the live state of its objects. */
export function decideComponent(observed: ObservedApplication, component: RenderedComponent): DecidedComponent {
  const { resolved, workload, children } = component;
  const { contribution, served } = resolved;
  const reference = referenceTo(workload);
  const scale = served.subresources.includes('scale') ? scaleOf(observed, children) : undefined;
  return {
    name: resolved.name,
    key: objectKey(reference),
    workload: reference,
    health: healthOfGroup(observed, workload, contribution ? children : [workload], contribution?.health),
    ownStatus: contribution !== undefined && served.subresources.includes('status'),
    ...(scale ? { scale } : {}),
    traits: component.traits.map((trait) => decideTrait(observed, trait)),
  };
}

function decideTrait(observed: ObservedApplication, { resolved, object, objects }: RenderedTrait): DecidedTrait {
  const { contribution, served } = resolved;
  const reference = referenceTo(object);
  const health = healthOfGroup(observed, object, contribution ? objects : [object], contribution?.health);
  return {
    key: objectKey(reference),
    reference,
    ...(health.status !== 'ready' && health.message ? { message: health.message } : {}),
    health,
    ownStatus: contribution !== undefined && served.subresources.includes('status'),
  };
}

type OwnHealth = (owner: KubernetesObject, objects: readonly KubernetesObject[]) => Health;

/** The worst health of what was rendered; what is not there yet is being made. */
function healthOfGroup(
  observed: ObservedApplication,
  owner: KubernetesObject,
  rendered: readonly KubernetesObject[],
  own: OwnHealth | undefined,
): Health {
  const references = rendered.map(referenceTo);
  const live = references.flatMap((reference) => observed.live.get(objectKey(reference)) ?? []);
  const missing = references.find((reference) => !observed.live.has(objectKey(reference)));
  if (missing)
    return { status: 'progressing', reason: 'Creating', message: `${describeObject(missing)} is being created` };
  if (own) return own(observed.live.get(objectKey(referenceTo(owner))) ?? owner, live);
  return worstHealth(live.map(describedHealth));
}

/** kstatus of a live object, with the object's name before its message. */
export function describedHealth(object: KubernetesObject): Health {
  const health = healthOf(object);
  if (health.status === 'ready') return health;
  const text = health.message ?? health.reason;
  return { ...health, message: `${describeObject(referenceTo(object))}: ${text}` };
}

/** Replicas and pod selector for the workload's scale subresource, from the child that has pods. */
function scaleOf(
  observed: ObservedApplication,
  children: readonly KubernetesObject[],
): DecidedComponent['scale'] | undefined {
  const scaled = children.find((child) => child.apiVersion === 'apps/v1' && child.kind !== 'DaemonSet');
  const live = scaled && observed.live.get(objectKey(referenceTo(scaled)));
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
