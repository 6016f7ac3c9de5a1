import type { StoreEvent } from './store.ts';
import { RevisionCompacted } from './store.ts';
import { Stored } from './stored.ts';

/** Events whose watches and controllers may still be at work. */
const RECENT = 256;

/** How much a store remembers of its past. */
export interface HistoryLimits {
  readonly maxEvents: number;
  /** Of the JSON of the remembered states. */
  readonly maxBytes: number;
}

/**
 * The last events of a store, oldest forgotten first. Revisions have no gaps, so an event's place follows from its revision.
 */
export class History {
  readonly #limits: HistoryLimits;
  /** Forgotten events stay as undefined until there are enough of them to move the rest. */
  #events: (StoreEvent | undefined)[] = [];
  #head = 0;
  #bytes = 0;
  #compacted: number;

  /** `compacted` is the revision at which memory begins. */
  constructor(limits: HistoryLimits, compacted: number) {
    this.#limits = limits;
    this.#compacted = compacted;
  }

  /** The earliest revision from which all later events are known. */
  get compacted(): number {
    return this.#compacted;
  }

  get bytes(): number {
    return this.#bytes;
  }

  add(event: StoreEvent): void {
    this.#events.push(event);
    this.#settle(this.#events[this.#events.length - 1 - RECENT]);
    this.#bytes += weight(event);
    while (this.#bytes > this.#limits.maxBytes || this.#events.length - this.#head > this.#limits.maxEvents) {
      this.#forgetFirst();
    }
  }

  /** Forgets the events up to a revision. */
  compact(revision: number): void {
    while (this.#compacted < revision && this.#head < this.#events.length) this.#forgetFirst();
  }

  /** The events after a revision in order. Throws `RevisionCompacted`. */
  after(revision: number): readonly StoreEvent[] {
    if (revision < this.#compacted) throw new RevisionCompacted(revision, this.#compacted);
    return this.#events.slice(this.#head + revision - this.#compacted) as StoreEvent[];
  }

  /** What nobody reads soon is kept as JSON only, so that the limit of bytes is nearly all that the past takes. */
  #settle(event: StoreEvent | undefined): void {
    if (!event) return;
    for (const state of [event.previous, event.type === 'DELETED' ? event.current : undefined])
      if (state instanceof Stored) state.forgetObject();
  }

  #forgetFirst(): void {
    const event = this.#events[this.#head] as StoreEvent;
    this.#events[this.#head] = undefined;
    this.#head += 1;
    this.#bytes -= weight(event);
    this.#compacted = event.revision;
    if (this.#head > 1024 && this.#head * 2 > this.#events.length) {
      this.#events = this.#events.slice(this.#head);
      this.#head = 0;
    }
  }
}

function weight(event: StoreEvent): number {
  return event.current.json().length;
}
