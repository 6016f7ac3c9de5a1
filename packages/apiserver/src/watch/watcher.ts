import { ApiError } from '../model/api-error.ts';
import { resourceExpired } from '../model/errors.ts';
import type { Selection } from '../selectors/selection.ts';
import { RevisionCompacted, type StoredObject, type StoreEvent } from '../storage/store.ts';
import { frame, type Representation, renderFrame, type Shown, shownState } from './frames.ts';
import type { WatchHub } from './hub.ts';
import type { ListParameters } from './list-options.ts';
import { selectedObjects, tooLargeResourceVersion } from './list-page.ts';
import { onceReached } from './reached.ts';

/** Why a watch ended: its time was up, the client was too slow, an ERROR event was sent, somebody stopped it, its type went. */
export type EndReason = 'timeout' | 'slow' | 'error' | 'stopped' | 'closed' | 'gone';

/** What to watch, and where to write it. */
export interface WatchRequest {
  /** `storageKey` of the type. */
  readonly key: string;
  /** Empty: all namespaces, or a cluster-scoped type. */
  readonly namespace: string;
  /** Sees objects as they are stored. */
  readonly selection: Selection;
  readonly parameters: Pick<
    ListParameters,
    'resourceVersion' | 'sendInitialEvents' | 'allowWatchBookmarks' | 'timeoutSeconds'
  >;
  readonly representation: Representation;
  /** Takes whole lines of JSON. False: write no more before `drain` is called. The bytes are shared: do not change them. */
  write(lines: Buffer): boolean;
  /** Called once; nothing is written afterwards. */
  onEnd(reason: EndReason): void;
}

/** A running watch. */
export interface Watch {
  /** The client takes more. */
  drain(): void;
  /** Ends the watch, as when the client has gone. */
  stop(): void;
}

/** Lines are put together up to this size. */
const CHUNK = 64 * 1024;
/** After this much, others get their turn. */
const TURN = 1024 * 1024;
/** The real server ends a watch that has no timeout of its own after 30 to 60 minutes. */
const DEFAULT_TIMEOUT_SECONDS = 1800;
/** A last bookmark comes this long before the end. */
const BOOKMARK_BEFORE_END_SECONDS = 2;
const FIRST_BOOKMARK_SECONDS = 1;

const INITIAL_EVENTS_END = { 'k8s.io/initial-events-end': 'true' };

/** An event of before the watch began. */
interface First {
  readonly type: Shown['type'];
  readonly stored: StoredObject;
}

/** One watch: what it has to show, in order, and how much of that the client takes (apiserver storage/cacher). */
export class Watcher implements Watch {
  readonly #hub: WatchHub;
  readonly #request: WatchRequest;
  readonly #revision: number;
  readonly #forget: () => void;
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #queue: Shown[] = [];
  #queuedBytes = 0;
  #initial: readonly First[] = [];
  #nextInitial = 0;
  /** The bookmark that is due; it goes out when everything before it has. */
  #bookmark: { readonly revision: number; readonly end: boolean } | undefined;
  #lastBookmark = 0;
  #subscription: { close(): void } | undefined;
  #first = true;
  #blocked = false;
  #rendering = false;
  #finishing = false;
  #ended = false;

  constructor(hub: WatchHub, request: WatchRequest, revision: number, forget: () => void) {
    this.#hub = hub;
    this.#request = request;
    this.#revision = revision;
    this.#forget = forget;
  }

  /** Takes the first events and subscribes to those that follow. Waits a little for a state that has not come. */
  begin(): void {
    const { store } = this.#hub;
    if (this.#request.parameters.sendInitialEvents && this.#revision > store.revision) {
      this.#subscription = { close: onceReached(store, this.#revision, () => this.#begin()) };
    } else this.#begin();
  }

  #begin(): void {
    try {
      this.#subscribe();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#fail(error);
    }
  }

  #subscribe(): void {
    const { store } = this.#hub;
    const { parameters, key } = this.#request;
    const { sendInitialEvents } = parameters;
    const timeout = parameters.timeoutSeconds ?? 0;
    if (timeout < 0) throw new ApiError(500, 'InternalError', 'context deadline exceeded');
    if (sendInitialEvents && this.#revision > store.revision) {
      throw tooLargeResourceVersion(this.#revision, store.revision);
    }
    const everything = sendInitialEvents ?? this.#revision === 0;
    const initial = everything ? this.#everything() : [];
    const from = everything || this.#revision === 0 ? store.revision : this.#revision;
    this.#lastBookmark = from;
    let past = true;
    try {
      this.#subscription = store.watch(key, from, (event) => {
        if (past) initial.push(...this.#pastEvent(event));
        else this.#take(event);
      });
    } catch (error) {
      if (!(error instanceof RevisionCompacted)) throw error;
      throw resourceExpired(`too old resource version: ${from} (${error.oldest})`);
    }
    past = false;
    this.#initial = initial;
    if (sendInitialEvents && parameters.allowWatchBookmarks) this.#bookmark = { revision: from, end: true };
    this.#startTimers(timeout === 0 ? DEFAULT_TIMEOUT_SECONDS * (1 + Math.random()) : timeout);
    this.#hub.wake(this);
  }

  drain(): void {
    this.#blocked = false;
    this.#hub.wake(this);
  }

  stop(reason: EndReason = 'stopped'): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#subscription?.close();
    for (const timer of this.#timers) clearTimeout(timer);
    this.#queue.length = 0;
    this.#initial = [];
    this.#forget();
    this.#request.onEnd(reason);
  }

  /** Whether it shows objects of this type. */
  shows(key: string): boolean {
    return this.#request.key === key;
  }

  /** Ends the watch when what has happened so far is written. */
  finish(): void {
    this.#subscription?.close();
    this.#finishing = true;
    this.#hub.wake(this);
  }

  /** Writes what is there, as far as the client takes it. */
  pump(): void {
    let written = 0;
    let lines: Buffer[] = [];
    let size = 0;
    while (!this.#ended && !this.#blocked && !this.#rendering) {
      const line = this.#next();
      if (line === undefined) break;
      if (!Buffer.isBuffer(line)) this.#await(line);
      else {
        lines.push(line);
        size += line.length;
      }
      if (size < CHUNK) continue;
      written += size;
      this.#write(lines);
      lines = [];
      size = 0;
      if (written < TURN) continue;
      this.#hub.wake(this);
      return;
    }
    if (this.#ended) return;
    this.#write(lines);
    if (this.#finishing && !this.#blocked && !this.#rendering) this.stop('gone');
  }

  #write(lines: readonly Buffer[]): void {
    const [first] = lines;
    if (!first) return;
    this.#blocked = !this.#request.write(lines.length === 1 ? first : Buffer.concat(lines));
  }

  /** The next line, or undefined where there is nothing to say at present. */
  #next(): Buffer | Promise<Buffer> | undefined {
    const { representation } = this.#request;
    const first = this.#initial[this.#nextInitial];
    if (first) {
      this.#nextInitial += 1;
      return renderFrame(first.type, first.stored, representation, this.#isFirst());
    }
    this.#initial = [];
    this.#nextInitial = 0;
    if (this.#bookmark?.end) return this.#takeBookmark();
    const shown = this.#queue.shift();
    if (shown) {
      this.#queuedBytes -= sizeOf(shown.event);
      return this.#hub.frames.of(shown, representation, this.#isFirst());
    }
    return this.#bookmark ? this.#takeBookmark() : undefined;
  }

  #isFirst(): boolean {
    const first = this.#first;
    this.#first = false;
    return first;
  }

  #takeBookmark(): Buffer | undefined {
    const due = this.#bookmark;
    this.#bookmark = undefined;
    if (!due) return undefined;
    // Everything up to now has been written, unless this ends the first events.
    this.#lastBookmark = due.end ? due.revision : this.#hub.store.revision;
    const metadata = {
      resourceVersion: String(this.#lastBookmark),
      ...(due.end && { annotations: INITIAL_EVENTS_END }),
    };
    return frame('BOOKMARK', this.#request.representation.bookmark(metadata, this.#isFirst()));
  }

  /** Later lines wait for the one that is being converted. */
  #await(line: Promise<Buffer>): void {
    this.#rendering = true;
    line.then(
      (bytes) => {
        this.#rendering = false;
        if (this.#ended) return;
        this.#write([bytes]);
        this.pump();
      },
      () => this.stop('error'),
    );
  }

  #everything(): First[] {
    const { key, namespace, selection } = this.#request;
    const selected = selectedObjects(this.#hub.store, key, namespace, selection);
    return selected.map((stored) => ({ type: 'ADDED', stored }));
  }

  #pastEvent(event: StoreEvent): First[] {
    const type = shownType(event, this.#request);
    return type ? [{ type, stored: shownState(event, type) }] : [];
  }

  #take(event: StoreEvent): void {
    const type = shownType(event, this.#request);
    if (!type) return;
    this.#queue.push({ event, type });
    this.#queuedBytes += sizeOf(event);
    const { maxQueuedEvents, maxQueuedBytes } = this.#hub.limits;
    if (this.#queue.length > maxQueuedEvents || this.#queuedBytes > maxQueuedBytes) this.stop('slow');
    else this.#hub.wake(this);
  }

  /** Sends an ERROR event as the last one. */
  #fail(error: ApiError): void {
    const line = frame('ERROR', Buffer.from(JSON.stringify(error.toStatus())));
    setImmediate(() => {
      if (this.#ended) return;
      this.#request.write(line);
      this.stop('error');
    });
  }

  #startTimers(timeoutSeconds: number): void {
    this.#after(timeoutSeconds, () => this.stop('timeout'));
    if (!this.#request.parameters.allowWatchBookmarks) return;
    const last = Math.max(timeoutSeconds - BOOKMARK_BEFORE_END_SECONDS, FIRST_BOOKMARK_SECONDS);
    if (last < timeoutSeconds) this.#after(last, () => this.#askForBookmark());
    this.#repeatBookmarks();
  }

  #repeatBookmarks(): void {
    this.#after(this.#hub.limits.bookmarkSeconds, () => {
      this.#askForBookmark();
      this.#repeatBookmarks();
    });
  }

  /** Only progress is worth telling. */
  #askForBookmark(): void {
    const { revision } = this.#hub.store;
    if (this.#bookmark || revision <= this.#lastBookmark) return;
    this.#bookmark = { revision, end: false };
    this.#hub.wake(this);
  }

  #after(seconds: number, act: () => void): void {
    // Longer delays overflow the timer and would fire at once.
    const delay = Math.min(seconds * 1000, 2 ** 31 - 1);
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, delay);
    timer.unref();
    this.#timers.add(timer);
  }
}

/** What an event is for those who see only a selection. */
function shownType(event: StoreEvent, request: WatchRequest): Shown['type'] | undefined {
  const { namespace, selection } = request;
  if (namespace !== '' && event.namespace !== namespace) return undefined;
  if (selection.empty) return event.type;
  if (selection.name !== undefined && selection.name !== event.name) return undefined;
  const isSelected = event.type !== 'DELETED' && selection.matches(event.current.object);
  const wasSelected = event.previous !== undefined && selection.matches(event.previous.object);
  if (isSelected) return wasSelected ? 'MODIFIED' : 'ADDED';
  return wasSelected ? 'DELETED' : undefined;
}

function sizeOf(event: StoreEvent): number {
  return event.current.json().length;
}
