import {
  CapstanError,
  describeObject,
  EXIT,
  isCapstanError,
  type KubernetesObject,
  type ObjectReference,
  referenceTo,
} from '@capstan/base';
import { type BlockingObject, HELM_CODES } from '@capstan/helm-ts';
import { type EventSummary, healthOf, type KubeClient, lastEventOf } from '@capstan/kube';
import type { HelmUnitPlan } from '../plan/types.ts';
import { INSTALLER_CODES } from './codes.ts';

/** What keeps a unit from being ready: the object, its condition, and the last thing that happened to it or its pods. */
export interface Blocking {
  readonly object: ObjectReference;
  readonly condition: string;
  readonly event?: EventSummary;
}

/**
 * Helm's time-out as an error that names what blocks: the object, its condition and the last Event of it or of what it
 * made. Every other error is answered as it is.
 */
export async function explainTimeout(
  client: KubeClient,
  unit: HelmUnitPlan,
  error: unknown,
  limitMs: number,
): Promise<unknown> {
  if (!isCapstanError(error, HELM_CODES.timedOut)) return error;
  const named = (error.fields['blocking'] ?? []) as BlockingObject[];
  const blocking = await findBlocking(client, unit, named);
  const where = `The Helm release ${unit.namespace}/${unit.release}`;
  if (!blocking) {
    return new CapstanError(INSTALLER_CODES.notReady, `${where} was not ready within ${seconds(limitMs)}.`, {
      hint: error.message,
      exit: EXIT.timedOut,
      cause: error,
    });
  }
  const { object, condition, event } = blocking;
  return new CapstanError(
    INSTALLER_CODES.notReady,
    `${where} was not ready within ${seconds(limitMs)}: ${describeObject(object)} is not ready: ${condition}`,
    {
      hint: event ? `Last event: ${event.reason}: ${event.message}` : 'No event says why.',
      exit: EXIT.timedOut,
      fields: { object, condition, event },
      cause: error,
    },
  );
}

async function findBlocking(
  client: KubeClient,
  unit: HelmUnitPlan,
  named: readonly BlockingObject[],
): Promise<Blocking | undefined> {
  const references = unit.objects.map(({ object }) => object);
  const wanted = references.filter((object) =>
    named.some((one) => one.kind === object.kind && one.name === object.name),
  );
  for (const reference of wanted.length > 0 ? wanted : references) {
    const live = await client.get(reference);
    const health = live ? healthOf(live) : { status: 'progressing', reason: 'NotFound', message: 'it does not exist' };
    if (health.status === 'ready') continue;
    const condition = health.message ? `${health.reason}: ${health.message}` : health.reason;
    const event = await eventOf(client, live ?? reference, reference);
    return { object: reference, condition, ...(event ? { event } : {}) };
  }
  return undefined;
}

/** The last Event of the object, or of the pods and replica sets that it selects: that is where the reason stands. */
async function eventOf(
  client: KubeClient,
  live: KubernetesObject | ObjectReference,
  reference: ObjectReference,
): Promise<EventSummary | undefined> {
  const own = await lastEventOf(client, reference);
  const spec = 'spec' in live ? (live['spec'] as { selector?: { matchLabels?: Record<string, string> } }) : undefined;
  const labels = spec?.selector?.matchLabels;
  const { namespace } = reference;
  if (!labels || namespace === undefined) return own;
  const labelSelector = Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
  const kinds = [
    { apiVersion: 'v1', kind: 'Pod' },
    { apiVersion: 'apps/v1', kind: 'ReplicaSet' },
  ];
  for (const kind of kinds) {
    const { items } = await client.list(kind, { namespace, labelSelector });
    for (const item of items) {
      const event = await lastEventOf(client, referenceTo(item));
      if (event && event.type !== 'Normal') return event;
    }
  }
  return own;
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}
