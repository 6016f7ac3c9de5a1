import { describeObject, type Health, type KubernetesObject, messageOf, referenceTo, worstHealth } from '@capstan/base';
import { healthOf } from '@capstan/kube';
import type { ComposedComponent } from './compose.ts';
import type { ObservedApplication } from './model.ts';
import { objectKey } from './names.ts';
import { reportOf } from './reports.ts';

/** What health is judged from: the live state of the application's objects, of what they own, and of what plugins ask for. */
export type LiveState = Pick<ObservedApplication, 'live' | 'ownedBy' | 'cluster'>;

/** When a plugin's function throws: that says nothing about the cluster, and must not keep the rest from being told. */
export function notJudged(error: unknown): Health {
  return {
    status: 'unknown',
    reason: 'ContributionFailed',
    message: `its health cannot be judged: ${messageOf(error)}`,
  };
}

/** Of something that is held back, by the sentences that say why. */
export function waiting(waitsFor: readonly string[]): Health {
  return { status: 'progressing', reason: 'WaitingForDependencies', message: waitsFor.join('; ') };
}

/** How a plugin judges what it rendered; both are live. */
export type OwnHealth = (owner: KubernetesObject, objects: readonly KubernetesObject[]) => Health;

/** The worst health of what was rendered; what is not there yet is being made. */
export function healthOfGroup(
  { live }: LiveState,
  owner: KubernetesObject,
  rendered: readonly KubernetesObject[],
  own: OwnHealth | undefined,
): Health {
  const references = rendered.map(referenceTo);
  const missing = references.find((reference) => !live.get(objectKey(reference)));
  if (missing) return creating(missing);
  const objects = references.flatMap((reference) => live.get(objectKey(reference)) ?? []);
  try {
    if (own) return own(live.get(objectKey(referenceTo(owner))) ?? owner, objects);
  } catch (error) {
    return notJudged(error);
  }
  return worstHealth(objects.map(describedHealth));
}

/** Of an object that some controller acts on: what it says itself, and how its children do. */
export function healthOfRaw(state: LiveState, object: KubernetesObject, composed?: ComposedComponent): Health {
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

/** What the controller of a workload has made so far, of the kinds that its Definition names. */
export function childrenOf(
  state: LiveState,
  { definition }: ComposedComponent,
  live: KubernetesObject,
): readonly KubernetesObject[] {
  return state.ownedBy?.(live, definition.spec.childResourceKinds ?? []) ?? [];
}

function creating(missing: ReturnType<typeof referenceTo>): Health {
  return { status: 'progressing', reason: 'Creating', message: `${describeObject(missing)} is being created` };
}

/** kstatus of a live object, with the object's name before its message. */
function describedHealth(object: KubernetesObject): Health {
  const health = healthOf(object);
  if (health.status === 'ready') return health;
  const text = health.message ?? health.reason;
  return { ...health, message: `${describeObject(referenceTo(object))}: ${text}` };
}
