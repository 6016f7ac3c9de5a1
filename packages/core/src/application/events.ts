import { type KubernetesObject, referenceTo } from '@capstan/base';
import { type KubeClient, recordEvent } from '@capstan/kube';
import type { ApplicationEvent } from './conclude.ts';
import { CONTROLLER_MANAGER } from './names.ts';

/** Writes Events about an object, as `kubectl describe` shows them. A namespace that is going away takes none. */
export async function recordEvents(
  client: KubeClient,
  regarding: KubernetesObject,
  events: readonly ApplicationEvent[],
  now: number,
): Promise<void> {
  const { uid, resourceVersion } = regarding.metadata;
  const subject = {
    ...referenceTo(regarding),
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
  await Promise.all(events.map((event) => recordEvent(client, subject, event, { component: CONTROLLER_MANAGER, now })));
}
