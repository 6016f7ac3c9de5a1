import type { Health, KubernetesObject } from '@capstan/base';
import { conditionsOf, setCondition } from '@capstan/kube';
import { CONDITIONS, conditionOf } from './conclude.ts';
import type { DecidedComponent, Decision } from './model.ts';
import { covers, statusOf } from './plain.ts';

/** A status to be written to a workload or trait object. */
export interface StatusWrite {
  readonly object: KubernetesObject;
  readonly status: Record<string, unknown>;
}

/** The statuses that core fills for workloads and traits that a plugin renders; only those that change. */
export function ownStatuses(
  decision: Decision,
  live: ReadonlyMap<string, KubernetesObject>,
  now: number,
): StatusWrite[] {
  const writes: StatusWrite[] = [];
  const consider = (key: string, health: Health, scale?: DecidedComponent['scale']) => {
    const object = live.get(key);
    if (!object || object.metadata.deletionTimestamp) return;
    const status = ownStatus(object, health, now, scale);
    if (!covers(statusOf(object), status)) writes.push({ object, status });
  };
  for (const component of decision.components) {
    if (component.ownStatus) consider(component.key, component.health, component.scale);
    for (const trait of component.traits) if (trait.ownStatus) consider(trait.key, trait.health);
  }
  return writes;
}

function ownStatus(
  object: KubernetesObject,
  health: Health,
  now: number,
  scale: DecidedComponent['scale'],
): Record<string, unknown> {
  const { generation } = object.metadata;
  const stamp = { generation, now };
  const synced = { type: CONDITIONS.synced, status: 'True', reason: 'ReconcileSuccess', message: '' } as const;
  const conditions = setCondition(
    setCondition(conditionsOf(object), synced, stamp),
    conditionOf(health, 'what it renders is ready'),
    stamp,
  );
  return { conditions, ...(generation === undefined ? {} : { observedGeneration: generation }), ...scale };
}
