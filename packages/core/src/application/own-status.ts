import { type Health, type JsonObject, type KubernetesObject, referenceTo } from '@capstan/base';
import { conditionsOf, findCondition, healthOf, type NewCondition, setCondition } from '@capstan/kube';
import { covers } from '../controllers/shared/covers.ts';
import { CONDITIONS, conditionsOfHealth, refusalOf, shorten, withHealth } from './conditions.ts';
import type { Decision, Lookup } from './model.ts';
import { objectKey } from './names.ts';
import { statusOf } from './plain.ts';
import { TAKEN_OVER } from './trait-health.ts';

/** A status to be written to a workload or trait object. */
export interface StatusWrite {
  readonly object: KubernetesObject;
  readonly status: Record<string, unknown>;
}

/**
 * The statuses that core fills for workloads and traits that a plugin renders; only those that change. `unmade`: why what
 * they render was not applied, by their key; what was refused is told, however well the rest of before does.
 */
export function ownStatuses(
  decision: Decision,
  live: Lookup<KubernetesObject>,
  now: number,
  unmade: ReadonlyMap<string, unknown> = new Map(),
): StatusWrite[] {
  const writes: StatusWrite[] = [];
  const consider = (key: string, health: Health, more: (object: KubernetesObject) => JsonObject = () => ({})) => {
    const object = live.get(key);
    if (!object || object.metadata.deletionTimestamp) return;
    const refusal = unmade.has(key) ? refusalOf(unmade.get(key)) : undefined;
    const status = { ...more(object), ...ownStatus(object, { health, refusal }, now) };
    if (!covers(statusOf(object), status)) writes.push({ object, status });
  };
  for (const [at, component] of decision.components.entries()) {
    const rendered = decision.rendered[at];
    if (component.waitsFor.length > 0) continue;
    const say = (object: KubernetesObject): JsonObject => {
      const children = rendered?.children.flatMap((child) => live.get(objectKey(referenceTo(child))) ?? []) ?? [];
      return { ...rendered?.composed.contribution?.status?.(object, children), ...component.scale };
    };
    if (component.ownStatus) consider(component.key, component.health, say);
    for (const trait of component.traits) if (trait.ownStatus) consider(trait.key, trait.health);
  }
  return writes;
}

/**
 * Whether a status is about something that is or was ready, or gets degraded or out of it: that is told at once; progress
 * only from time to time.
 */
export function isTurn({ object, status }: StatusWrite): boolean {
  const sides = [object, { ...object, status }];
  const [before, after] = sides.map((one) => healthOf(one).status === 'degraded');
  return before !== after || sides.some((one) => findCondition(conditionsOf(one), CONDITIONS.ready)?.status === 'True');
}

/** How an object does, and why something of it was refused. */
interface Judged {
  readonly health: Health;
  readonly refusal: Health | undefined;
}

function ownStatus(object: KubernetesObject, { health, refusal }: Judged, now: number): JsonObject {
  const { generation } = object.metadata;
  const stamp = { generation, now };
  const conditions = withHealth(
    setCondition(conditionsOf(object), syncedOf(refusal), stamp),
    ownConditions(refusal ?? health),
    stamp,
  );
  return { conditions, ...(generation === undefined ? {} : { observedGeneration: generation }) };
}

function syncedOf(refusal: Health | undefined): NewCondition {
  const type = CONDITIONS.synced;
  if (!refusal) return { type, status: 'True', reason: 'ReconcileSuccess', message: '' };
  return { type, status: 'False', reason: 'ReconcileError', message: shorten(refusal.message ?? refusal.reason) };
}

/** That another trait's controller does a trait's work is worth a reason of its own. */
function ownConditions(health: Health): NewCondition[] {
  const conditions = conditionsOfHealth(health, 'what it renders is ready');
  const { reason, message = '' } = health;
  return reason === TAKEN_OVER ? conditions.map((one) => ({ ...one, reason, message })) : conditions;
}
