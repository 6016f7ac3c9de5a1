import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { encodeRecord, JOURNAL_TITLE, JournalDamaged, type JournalRecord, readJournal } from './journal-format.ts';
import { lockDirectory } from './lock.ts';
import { ObjectStore, type StoreBackend, type StoreOptions } from './memory.ts';
import type { Store } from './store.ts';
import { Stored } from './stored.ts';
import { objectPath, TypeIndex } from './type-index.ts';

/** Options of `openDurableStore`. */
export interface DurableStoreOptions extends StoreOptions {
  /** One event per notable thing that was found or done. Never holds data of objects. */
  readonly log?: (event: Readonly<Record<string, unknown>>) => void;
  /** How many bytes that mean nothing any more the journal may hold before it is written anew; 16 MiB where absent. */
  readonly maxDeadBytes?: number;
}

/** Clients may have seen revisions that a damaged end held: none of them is given again. */
const REVISIONS_LOST_AT_MOST = 1000;
const CHUNK_BYTES = 1024 * 1024;

/**
 * A store whose writes are in a journal in `directory` before they are acknowledged: they outlive the process, however it
 * ends. The directory is made (0700) where it is missing; nothing outside it is touched. Throws `DirectoryLocked` where another
 * process uses it and `JournalDamaged` where the journal is not what was written; a torn end, as a crash leaves it, is cut.
 */
export function openDurableStore(directory: string, options: DurableStoreOptions = {}): Store {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const unlock = lockDirectory(directory);
  try {
    return new ObjectStore(new Journal(directory, unlock, options), options);
  } catch (error) {
    unlock();
    throw error;
  }
}

/** No link leads out of the directory. */
const FLAGS = constants.O_RDWR | constants.O_CREAT | constants.O_APPEND | (constants.O_NOFOLLOW ?? 0);

class Journal implements StoreBackend {
  readonly types = new Map<string, TypeIndex>();
  revision = 1;
  readonly #path: string;
  readonly #unlock: () => void;
  readonly #log: (event: Readonly<Record<string, unknown>>) => void;
  readonly #maxDeadBytes: number;
  #file: number;
  #size = 0;
  #dead = 0;
  #broken = false;

  constructor(directory: string, unlock: () => void, options: DurableStoreOptions) {
    this.#path = join(directory, 'store.journal');
    this.#unlock = unlock;
    this.#log = options.log ?? (() => {});
    this.#maxDeadBytes = options.maxDeadBytes ?? 16 * 2 ** 20;
    rmSync(this.#newPath, { force: true });
    this.#file = openSync(this.#path, FLAGS, 0o600);
    try {
      this.#load();
    } catch (error) {
      closeSync(this.#file);
      throw error;
    }
  }

  persist(record: JournalRecord): void {
    if (this.#broken) throw new Error('the journal can no longer be written');
    if (this.#dead > Math.max(this.#maxDeadBytes, this.#size / 2)) this.#rewrite();
    const bytes = encodeRecord(record);
    try {
      writeAll(this.#file, bytes);
    } catch (error) {
      this.#undo();
      throw error;
    }
    this.#size += bytes.length;
    this.#count(record, bytes.length);
    this.revision = record.revision;
  }

  close(): void {
    closeSync(this.#file);
    this.#unlock();
  }

  get #newPath(): string {
    return `${this.#path}.new`;
  }

  #load(): void {
    const bytes = readFileSync(this.#file);
    const end = this.#read(bytes);
    this.#size = end;
    if (end === bytes.length && end > 0) return;
    ftruncateSync(this.#file, end);
    if (end === 0) this.#append(JOURNAL_TITLE);
    if (bytes.length === 0) return;
    this.#log({ event: 'store-end-cut', file: this.#path, bytes: bytes.length - end });
    this.revision += REVISIONS_LOST_AT_MOST;
    this.#append(revisionRecord(this.revision));
  }

  #read(bytes: Buffer): number {
    try {
      return readJournal(bytes, (record) => this.#take(record));
    } catch (error) {
      if (!(error instanceof JournalDamaged)) throw error;
      throw new JournalDamaged(`${this.#path} is damaged: ${error.message}`);
    }
  }

  #take(record: JournalRecord): void {
    const { revision, key, namespace, name, json } = record;
    this.revision = Math.max(this.revision, revision);
    if (key === '') return;
    this.#count(record, 0);
    let index = this.types.get(key);
    if (!index) {
      index = new TypeIndex();
      this.types.set(key, index);
    }
    if (json) index.set(namespace, name, Stored.read(json, revision));
    else index.delete(objectPath(namespace, name));
  }

  /** What the record leaves behind: the state before it, and itself where it is a deletion. */
  #count({ key, namespace, name, json }: JournalRecord, size: number): void {
    const before = this.types.get(key)?.get(objectPath(namespace, name))?.stored;
    if (before) this.#dead += before.json().length;
    if (!json) this.#dead += size;
  }

  #append(bytes: Buffer): void {
    writeAll(this.#file, bytes);
    this.#size += bytes.length;
  }

  /** Half a record must not stand before the next one. */
  #undo(): void {
    try {
      ftruncateSync(this.#file, this.#size);
    } catch {
      this.#broken = true;
    }
  }

  /** Writes what is alive to a new file and puts it in the place of the old one. */
  #rewrite(): void {
    const before = this.#size;
    const file = openSync(this.#newPath, FLAGS | constants.O_TRUNC, 0o600);
    try {
      writeLive(file, this.revision, this.types);
      fsyncSync(file);
      renameSync(this.#newPath, this.#path);
    } catch (error) {
      closeSync(file);
      rmSync(this.#newPath, { force: true });
      throw error;
    }
    closeSync(this.#file);
    this.#file = file;
    this.#size = fstatSync(file).size;
    this.#dead = 0;
    this.#log({ event: 'store-rewritten', file: this.#path, before, after: this.#size });
  }
}

function revisionRecord(revision: number): Buffer {
  return encodeRecord({ revision, key: '', namespace: '', name: '', json: undefined });
}

function writeLive(file: number, revision: number, types: ReadonlyMap<string, TypeIndex>): void {
  let chunk: Buffer[] = [JOURNAL_TITLE, revisionRecord(revision)];
  let size = 0;
  for (const [key, index] of types) {
    for (const { namespace, name, stored } of index.entries()) {
      const bytes = encodeRecord({ revision: stored.revision, key, namespace, name, json: stored.json() });
      chunk.push(bytes);
      size += bytes.length;
      if (size < CHUNK_BYTES) continue;
      writeAll(file, Buffer.concat(chunk));
      chunk = [];
      size = 0;
    }
  }
  writeAll(file, Buffer.concat(chunk));
}

function writeAll(file: number, bytes: Buffer): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
}
