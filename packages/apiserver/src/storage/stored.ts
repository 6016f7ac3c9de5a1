import type { KubeObject, ObjectMeta } from '../model/object.ts';
import type { StoredObject } from './store.ts';

/**
 * One state of one object. It is made from the object or from its JSON bytes and derives the other when it is first asked
 * for: a store that was just opened parses only what somebody reads.
 */
export class Stored implements StoredObject {
  readonly revision: number;
  #object: KubeObject | undefined;
  #json: Buffer | undefined;

  private constructor(revision: number, object: KubeObject | undefined, json: Buffer | undefined) {
    this.revision = revision;
    this.#object = object;
    this.#json = json;
  }

  /** The state that a write makes: the given object with the write's revision. The given object stays as it is. */
  static written(object: KubeObject, revision: number): Stored {
    const metadata = withVersion(object.metadata, String(revision));
    return new Stored(revision, { ...object, metadata }, undefined);
  }

  /** A state that was read back from a file. */
  static read(json: Buffer, revision: number): Stored {
    return new Stored(revision, undefined, json);
  }

  /** An earlier state with the revision of what ended it, as it is shown where an object leaves a selection. */
  static restamped(state: StoredObject, revision: number): StoredObject {
    return Stored.written(state.object, revision);
  }

  get object(): KubeObject {
    this.#object ??= JSON.parse(this.json().toString()) as KubeObject;
    return this.#object;
  }

  json(): Buffer {
    this.#json ??= Buffer.from(JSON.stringify(this.#object));
    return this.#json;
  }
}

/** What stands before the resourceVersion in metadata (meta/v1 ObjectMeta): errors show objects as text. */
const BEFORE_VERSION = new Set(['name', 'generateName', 'namespace', 'uid']);

function withVersion(metadata: ObjectMeta, resourceVersion: string): ObjectMeta {
  if (metadata.resourceVersion !== undefined) return { ...metadata, resourceVersion };
  const fields = Object.entries(metadata).filter(([name]) => name !== 'resourceVersion');
  const first = fields.filter(([name]) => BEFORE_VERSION.has(name));
  const last = fields.filter(([name]) => !BEFORE_VERSION.has(name));
  return Object.fromEntries([...first, ['resourceVersion', resourceVersion], ...last]);
}
