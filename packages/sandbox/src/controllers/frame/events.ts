import { type Clock, type KubernetesObject, type Logger, messageOf } from '@capstan/base';
import type { KubeClient } from '@capstan/kube';
import { toTime } from '../model/meta.ts';
import { randomSuffix } from '../model/names.ts';

/** What happened to an object, as `kubectl describe` shows it. */
export interface RecordedEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  /** Which controller tells, such as `deployment-controller`. */
  readonly source: string;
}

/** What a recorder needs. */
export interface EventRecorderOptions {
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly clock: Clock;
}

/** More than these are dropped: events are news, not state. */
const MAX_WAITING = 1_000;
/** So many events are remembered, to count repetitions instead of telling again. */
const MAX_KNOWN = 1_000;

/**
 * Writes events one after the other behind the controllers' other work. A repetition raises the count of the first one
 * (client-go's correlator does the same); failures are only logged.
 */
export class EventRecorder {
  readonly #client: KubeClient;
  readonly #options: EventRecorderOptions;
  readonly #waiting: { readonly about: KubernetesObject; readonly event: RecordedEvent; readonly at: number }[] = [];
  readonly #known = new Map<string, { readonly name: string; count: number }>();
  #writing: Promise<void> | undefined;

  constructor(client: KubeClient, options: EventRecorderOptions) {
    this.#client = client;
    this.#options = options;
  }

  /** Tells of an object. Returns at once. */
  record(about: KubernetesObject, event: RecordedEvent): void {
    if (this.#waiting.length >= MAX_WAITING || this.#options.signal.aborted) return;
    this.#waiting.push({ about, event, at: this.#options.clock.now() });
    this.#writing ??= this.#write();
  }

  async #write(): Promise<void> {
    // Readiness first: what somebody waits for must not queue behind its own story.
    await this.#options.clock.sleep(DELAY_MS, this.#options.signal);
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      if (this.#options.signal.aborted) break;
      await this.#tell(next.about, next.event, toTime(next.at)).catch((error: unknown) => {
        if (this.#options.signal.aborted) return;
        this.#options.log.debug('an event was not written', { reason: next?.event.reason, error: messageOf(error) });
      });
    }
    this.#writing = undefined;
  }

  async #tell(about: KubernetesObject, { type, reason, message, source }: RecordedEvent, at: string): Promise<void> {
    const { name, namespace = 'default', uid } = about.metadata;
    const key = [uid, type, reason, message].join('\n');
    const reference = { apiVersion: 'v1', kind: 'Event', namespace };
    const options = { fieldManager: 'kube-controller-manager', signal: this.#options.signal };
    const known = this.#known.get(key);
    if (known) {
      known.count += 1;
      await this.#client.patch({ ...reference, name: known.name }, { count: known.count, lastTimestamp: at }, options);
      return;
    }
    const event: KubernetesObject = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: `${name}.${this.#options.clock.now().toString(16)}${randomSuffix()}`, namespace },
      involvedObject: involved(about),
      reason,
      message,
      source: { component: source },
      firstTimestamp: at,
      lastTimestamp: at,
      count: 1,
      type,
      reportingComponent: source,
      reportingInstance: '',
    };
    await this.#client.create(event, options);
    this.#remember(key, event.metadata.name);
  }

  #remember(key: string, name: string): void {
    this.#known.set(key, { name, count: 1 });
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= MAX_KNOWN) return;
      this.#known.delete(oldest);
    }
  }
}

const DELAY_MS = 50;

function involved({ apiVersion, kind, metadata }: KubernetesObject): Record<string, unknown> {
  const { name, namespace, uid, resourceVersion } = metadata;
  return { apiVersion, kind, name, namespace, uid, resourceVersion };
}
