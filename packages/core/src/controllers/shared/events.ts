import { type Clock, type KubernetesObject, type Logger, messageOf } from '@capstan/base';
import {
  conditionsOf,
  type EventSubject,
  findCondition,
  type KubeClient,
  type NewCondition,
  type NewEvent,
  recordEvent,
} from '@capstan/kube';
import { CONTROLLERS_MANAGER } from './conditions.ts';

/** What the Events of a workload or trait are about: the application that owns it, else the object itself. */
export function eventSubject({ apiVersion, kind, metadata }: KubernetesObject): EventSubject {
  const { namespace, ownerReferences = [] } = metadata;
  const owner = ownerReferences.find((one) => one.kind === 'ApplicationConfiguration');
  const { name, uid } = owner ?? metadata;
  const subject = { apiVersion: owner?.apiVersion ?? apiVersion, kind: owner?.kind ?? kind, name };
  return { ...subject, ...(namespace === undefined ? {} : { namespace }), ...(uid === undefined ? {} : { uid }) };
}

/** How long events of one kind about one object are gathered: an application's workloads are made at the same time. */
const GATHER_MS = 250;

/** Options of an EventTeller. */
export interface EventTellerOptions {
  readonly client: KubeClient;
  readonly log: Logger;
  /** What was gathered until then is written at once. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

interface Gathered {
  readonly subject: EventSubject;
  readonly type: NewEvent['type'];
  readonly reason: string;
  readonly messages: string[];
}

/**
 * Writes Events, those with one reason about one application that come together as one. What they are about has happened
 * already: nobody waits for them, and one that cannot be written is only logged.
 */
export class EventTeller {
  readonly #options: EventTellerOptions;
  readonly #gathered = new Map<string, Gathered>();
  readonly #writing = new Set<Promise<void>>();

  constructor(options: EventTellerOptions) {
    this.#options = options;
  }

  /** Tells Events about a workload or trait. */
  tell(object: KubernetesObject, events: readonly NewEvent[]): void {
    const subject = eventSubject(object);
    for (const { type, reason, message } of events) {
      const key = JSON.stringify([subject.uid ?? subject, type, reason]);
      const known = this.#gathered.get(key);
      if (known) {
        known.messages.push(message);
        continue;
      }
      this.#gathered.set(key, { subject, type, reason, messages: [message] });
      const written = this.#write(key).finally(() => this.#writing.delete(written));
      this.#writing.add(written);
    }
  }

  /** Resolves when everything that was told is written. */
  async idle(): Promise<void> {
    while (this.#writing.size > 0) await Promise.all(this.#writing);
  }

  async #write(key: string): Promise<void> {
    const { client, log, signal, clock } = this.#options;
    await clock.sleep(GATHER_MS, signal);
    const gathered = this.#gathered.get(key);
    this.#gathered.delete(key);
    if (!gathered) return;
    const { subject, type, reason, messages } = gathered;
    const event = { type, reason, message: [...new Set(messages)].join('; '), count: messages.length };
    try {
      await recordEvent(client, subject, event, { component: CONTROLLERS_MANAGER, now: clock.now() });
    } catch (error) {
      log.debug('an event was not written', { reason, error: messageOf(error) });
    }
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
