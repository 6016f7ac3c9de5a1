import type { StoredObject, StoreEvent } from '../storage/store.ts';
import { Stored } from '../storage/stored.ts';

/** What a watch event says has happened. */
export type WatchEventType = 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';

/** How a watch shows objects: plain, as a Table, as PartialObjectMetadata, in another version. */
export interface Representation {
  /** Watches of one type with the same name get the very same bytes, which are made once. */
  readonly name: string;
  /**
   * The object as JSON without a newline. `first`: nothing was shown on this watch before (a Table tells its columns once).
   * A promise where a webhook must convert.
   */
  render(stored: StoredObject, first: boolean): Buffer | Promise<Buffer>;
  /** The object of a bookmark: an empty one of the kind with this metadata. */
  bookmark(metadata: BookmarkMetadata, first: boolean): Buffer;
}

/** What a bookmark tells. */
export interface BookmarkMetadata {
  readonly resourceVersion: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** What is to be shown: an event, and what it is for this watch. */
export interface Shown {
  readonly event: StoreEvent;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
}

const TAIL = Buffer.from('}\n');
const HEADS = new Map<WatchEventType, Buffer>(
  (['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR'] as const).map((type) => [
    type,
    Buffer.from(`{"type":"${type}","object":`),
  ]),
);

/** One watch event as it is sent: a line of JSON. */
export function frame(type: WatchEventType, object: Buffer): Buffer {
  return Buffer.concat([HEADS.get(type) as Buffer, object, TAIL]);
}

/** The frames of the events at hand, each made once for all watches that show it alike. */
export class SharedFrames {
  readonly #frames = new Map<StoreEvent, Map<string, Buffer | Promise<Buffer>>>();

  of({ event, type }: Shown, representation: Representation, first: boolean): Buffer | Promise<Buffer> {
    let frames = this.#frames.get(event);
    if (!frames) {
      frames = new Map();
      this.#frames.set(event, frames);
    }
    const name = `${type} ${first} ${representation.name}`;
    const known = frames.get(name);
    if (known) return known;
    const made = renderFrame(type, shownState(event, type), representation, first);
    frames.set(name, made);
    return made;
  }

  /** To be called when all watches had their turn. */
  forget(): void {
    this.#frames.clear();
  }
}

/** A frame that is not shared: one of a watch's first events. */
export function renderFrame(
  type: Shown['type'],
  stored: StoredObject,
  representation: Representation,
  first: boolean,
): Buffer | Promise<Buffer> {
  const object = representation.render(stored, first);
  return Buffer.isBuffer(object) ? frame(type, object) : object.then((bytes) => frame(type, bytes));
}

/** The state that is shown: where an object leaves a selection without being deleted, the last selected one. */
export function shownState(event: StoreEvent, type: Shown['type']): StoredObject {
  if (type !== 'DELETED' || event.type === 'DELETED' || !event.previous) return event.current;
  return Stored.restamped(event.previous, event.revision);
}
