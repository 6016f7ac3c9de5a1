import { createHash } from 'node:crypto';
import { isCapstanError, type KubernetesObject, type ObjectReference } from '@capstan/base';
import type { KubeClient } from './client.ts';
import { KUBE_CODES } from './codes.ts';

/** What a new Event says. */
export interface NewEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  /** How often it happened. Default 1. */
  readonly count?: number;
}

/** The object that an Event is about. */
export interface EventSubject extends ObjectReference {
  readonly uid?: string;
  readonly resourceVersion?: string;
}

/** Options of `recordEvent`. */
export interface RecordEventOptions {
  /** Who tells it: source, reporting controller and field manager. */
  readonly component: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly signal?: AbortSignal;
}

/**
 * Writes an Event about an object, as `kubectl describe` shows it. A namespace that is going away takes none, and who may
 * not write Events goes without: neither is an error.
 */
export async function recordEvent(
  client: KubeClient,
  subject: EventSubject,
  event: NewEvent,
  { component, now, signal }: RecordEventOptions,
): Promise<void> {
  try {
    await client.create(eventObject(subject, event, component, now), {
      fieldManager: component,
      ...(signal ? { signal } : {}),
    });
  } catch (error) {
    const harmless = [KUBE_CODES.forbidden, KUBE_CODES.notFound, KUBE_CODES.conflict];
    if (!harmless.some((code) => isCapstanError(error, code))) throw error;
  }
}

function eventObject(subject: EventSubject, event: NewEvent, component: string, now: number): KubernetesObject {
  // Events of cluster-scoped objects are written to the namespace default.
  const namespace = subject.namespace ?? 'default';
  const time = new Date(now).toISOString().replace(/\.\d{3}Z$/, 'Z');
  // Unique per object, reason and moment; a repeated write of the same event meets its own name.
  const digest = createHash('sha256')
    .update(JSON.stringify([subject.uid, event, now]))
    .digest('hex')
    .slice(0, 16);
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${subject.name}.${digest}`, namespace },
    involvedObject: { ...subject },
    type: event.type,
    reason: event.reason,
    // The API server takes 1024 characters.
    message: event.message.slice(0, 1024),
    source: { component },
    reportingComponent: component,
    reportingInstance: '',
    firstTimestamp: time,
    lastTimestamp: time,
    count: event.count ?? 1,
  };
}
