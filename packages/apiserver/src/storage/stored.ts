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

  /** A state that was read back from a file; the bytes are copied. */
  static read(json: Buffer, revision: number): Stored {
    return new Stored(
      revision,
      undefined,
      ownBytes(json.length, (bytes) => json.copy(bytes)),
    );
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
    if (this.#json) return this.#json;
    const text = JSON.stringify(this.#object);
    this.#json = ownBytes(Buffer.byteLength(text), (bytes) => bytes.write(text));
    return this.#json;
  }

  /** Keeps only the JSON: for states of the past, which hardly anybody reads any more. */
  forgetObject(): void {
    this.json();
    this.#object = undefined;
  }
}

/** Memory of its own: small buffers are parts of larger ones, which would stay as long as the longest-lived of their parts. */
function ownBytes(size: number, fill: (bytes: Buffer) => void): Buffer {
  const bytes = Buffer.allocUnsafeSlow(size);
  fill(bytes);
  return bytes;
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
