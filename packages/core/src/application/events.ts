import { createHash } from 'node:crypto';
import type { KubernetesObject } from '@capstan/base';
import { isCapstanError } from '@capstan/base';
import { KUBE_CODES, type KubeClient } from '@capstan/kube';
import type { ApplicationEvent } from './conclude.ts';
import { CONTROLLER_MANAGER } from './names.ts';

/** Writes Events about an object, as `kubectl describe` shows them. A namespace that is going away takes none. */
export async function recordEvents(
  client: KubeClient,
  regarding: KubernetesObject,
  events: readonly ApplicationEvent[],
  now: number,
): Promise<void> {
  for (const event of events) {
    try {
      await client.create(eventObject(regarding, event, now), { fieldManager: CONTROLLER_MANAGER });
    } catch (error) {
      const gone = [KUBE_CODES.forbidden, KUBE_CODES.notFound, KUBE_CODES.conflict];
      if (!gone.some((code) => isCapstanError(error, code))) throw error;
    }
  }
}

function eventObject(regarding: KubernetesObject, event: ApplicationEvent, now: number): KubernetesObject {
  const { apiVersion, kind, metadata } = regarding;
  const { name, uid, resourceVersion } = metadata;
  const namespace = metadata.namespace ?? 'default';
  const time = new Date(now).toISOString().replace(/\.\d{3}Z$/, 'Z');
  // Unique per object, reason and moment; a repeated write of the same event meets its own name.
  const digest = createHash('sha256')
    .update(JSON.stringify([uid, event, now]))
    .digest('hex')
    .slice(0, 16);
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${name}.${digest}`, namespace },
    involvedObject: { apiVersion, kind, name, namespace: metadata.namespace, uid, resourceVersion },
    type: event.type,
    reason: event.reason,
    message: event.message,
    source: { component: CONTROLLER_MANAGER },
    reportingComponent: CONTROLLER_MANAGER,
    reportingInstance: '',
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
  };
}
