import type { KubernetesObject, ObjectReference } from '@capstan/base';
import type { KubeClient } from './client.ts';

/** What an Event says. */
export interface EventSummary {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  /** RFC 3339; when it was last seen. */
  readonly at: string;
  readonly count: number;
}

/** The newest Event about an object, or undefined when there is none or Events may not be read. */
export async function lastEventOf(client: KubeClient, reference: ObjectReference): Promise<EventSummary | undefined> {
  const fieldSelector = `involvedObject.kind=${reference.kind},involvedObject.name=${reference.name}`;
  // Events of cluster-scoped objects are written to the namespace default.
  const namespace = reference.namespace ?? 'default';
  const list = await client
    .list({ apiVersion: 'v1', kind: 'Event' }, { namespace, fieldSelector })
    .catch(() => undefined);
  const events = (list?.items ?? []).map(eventSummary).sort((a, b) => a.at.localeCompare(b.at));
  return events.at(-1);
}

/** What an Event says, in whichever of its two forms it was written. */
export function eventSummary(event: KubernetesObject): EventSummary {
  const { type, reason, message, count, lastTimestamp, eventTime, series } = event as {
    type?: string;
    reason?: string;
    message?: string;
    count?: number;
    lastTimestamp?: string | null;
    eventTime?: string | null;
    series?: { count?: number; lastObservedTime?: string };
  };
  return {
    type: type ?? 'Normal',
    reason: reason ?? '',
    message: message ?? '',
    at: series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? event.metadata.creationTimestamp ?? '',
    count: series?.count ?? count ?? 1,
  };
}
