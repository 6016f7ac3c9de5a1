import type { KubernetesObject } from '@capstan/base';
import {
  conditionsOf,
  type EventSubject,
  findCondition,
  type NewCondition,
  type NewEvent,
  recordEvent,
} from '@capstan/kube';
import { CONTROLLERS_MANAGER } from './conditions.ts';
import type { ControllerContext } from './loop.ts';

/** What the Events of a workload or trait are about: the application that owns it, else the object itself. */
export function eventSubject({ apiVersion, kind, metadata }: KubernetesObject): EventSubject {
  const { namespace, ownerReferences = [] } = metadata;
  const owner = ownerReferences.find((one) => one.kind === 'ApplicationConfiguration');
  const { name, uid } = owner ?? metadata;
  const subject = { apiVersion: owner?.apiVersion ?? apiVersion, kind: owner?.kind ?? kind, name };
  return { ...subject, ...(namespace === undefined ? {} : { namespace }), ...(uid === undefined ? {} : { uid }) };
}

/** Tells Events about an object, all at once. What they are about has happened already: a failure is only logged. */
export async function tell(
  { client, clock, log, signal }: ControllerContext,
  object: KubernetesObject,
  events: readonly NewEvent[],
): Promise<void> {
  const subject = eventSubject(object);
  const options = { component: CONTROLLERS_MANAGER, now: clock.now(), signal };
  const results = await Promise.allSettled(events.map((event) => recordEvent(client, subject, event, options)));
  for (const result of results) {
    if (result.status === 'rejected' && !signal.aborted)
      log.debug('an event was not written', { error: result.reason });
  }
}

/** A problem is told once: when it comes up, and when it becomes another. Its first words are the reason. */
export function problemEvents(object: KubernetesObject, conditions: readonly NewCondition[]): NewEvent[] {
  const before = findCondition(conditionsOf(object), 'Synced');
  const now = conditions.find(({ type }) => type === 'Synced');
  if (!now || now.status === 'True' || now.message === before?.message) return [];
  const [reason = ''] = now.message.split(': ');
  return [{ type: 'Warning', reason, message: now.message }];
}
