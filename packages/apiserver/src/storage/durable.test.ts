import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type DurableStoreOptions, openDurableStore } from './durable.ts';
import type { Store } from './store.ts';

const KEY = 'configmaps.';

function aDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'capstan-durable-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

function put(store: Store, name: string, data = 'x') {
  const expected = store.get(KEY, 'default', name)?.revision ?? 0;
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, data: { data } };
  return store.write({ key: KEY, namespace: 'default', name, expected, object });
}

/** A closed store with these objects. */
function filled(directory: string, names: readonly string[], options: DurableStoreOptions = {}): number {
  const store = openDurableStore(directory, options);
  for (const name of names) put(store, name);
  const { revision } = store;
  store.close();
  return revision;
}

function reopened(directory: string, log: Readonly<Record<string, unknown>>[] = []): Store {
  const store = openDurableStore(directory, { log: (event) => log.push(event) });
  onTestFinished(() => store.close());
  return store;
}

function namesOf(store: Store): (string | undefined)[] {
  return store.list(KEY).items.map((item) => item.object.metadata.name);
}

describe('a durable store that is opened again', () => {
  test('has the objects and the revision that it had', () => {
    const directory = aDirectory();
    const store = openDurableStore(directory);
    for (const name of ['b', 'a', 'c']) put(store, name);
    const changed = put(store, 'b', 'changed');
    const gone = store.get(KEY, 'default', 'c');
    store.write({ key: KEY, namespace: 'default', name: 'c', expected: gone?.revision ?? 0, object: undefined });
    store.close();
    const log: Readonly<Record<string, unknown>>[] = [];
    const again = reopened(directory, log);
    expect(namesOf(again)).toEqual(['a', 'b']);
    expect(again.get(KEY, 'default', 'b')?.object).toEqual(changed.object);
    expect(again.get(KEY, 'default', 'b')?.revision).toBe(changed.revision);
    expect(again.revision).toBe(6);
    expect(put(again, 'd').revision).toBe(7);
    expect(log).toEqual([]);
  });

  test('says that it has forgotten its past', () => {
    const directory = aDirectory();
    const revision = filled(directory, ['a', 'b']);
    const store = reopened(directory);
    expect(() => store.watch(KEY, revision - 1, () => {})).toThrow(expect.objectContaining({ oldest: revision }));
    store.watch(KEY, revision, () => {}).close();
  });

  test('keeps files to their owner', () => {
    const directory = join(aDirectory(), 'state', 'store');
    filled(directory, ['a']);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    for (const file of readdirSync(directory)) expect(statSync(join(directory, file)).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory)).toEqual(['store.journal']);
  });
});

describe('the journal', () => {
  const journalOf = (directory: string) => join(directory, 'store.journal');

  test.each([1, 5, 17, 60])('loses a torn end of %i bytes, says so, and never gives a revision twice', (bytes) => {
    const directory = aDirectory();
    const revision = filled(directory, ['a', 'b', 'c']);
    const { size } = statSync(journalOf(directory));
    truncateSync(journalOf(directory), size - bytes);
    const log: Readonly<Record<string, unknown>>[] = [];
    const store = reopened(directory, log);
    expect(namesOf(store)).toEqual(['a', 'b']);
    expect(store.revision).toBeGreaterThan(revision);
    expect(log).toEqual([expect.objectContaining({ event: 'store-end-cut' })]);
    put(store, 'd');
    const after = store.revision;
    store.close();
    const again = reopened(directory, log);
    expect(again.revision).toBe(after);
    expect(namesOf(again)).toEqual(['a', 'b', 'd']);
    expect(log).toHaveLength(1);
  });

  test('cuts an end of other bytes', () => {
    const directory = aDirectory();
    filled(directory, ['a']);
    appendFileSync(journalOf(directory), Buffer.alloc(4096));
    expect(namesOf(reopened(directory))).toEqual(['a']);
  });

  test('of which nothing but a part of the title was written is a new one', () => {
    const directory = aDirectory();
    writeFileSync(journalOf(directory), 'capstan api');
    const store = reopened(directory);
    put(store, 'a');
    expect(namesOf(store)).toEqual(['a']);
  });

  test.each(['head', 'body'])(
    'with damage in the %s of a record in the middle is refused and left as it is',
    (part) => {
      const directory = aDirectory();
      filled(directory, ['a', 'b', 'c']);
      const bytes = readFileSync(journalOf(directory));
      const at = part === 'body' ? bytes.indexOf('"b"') + 1 : bytes.indexOf('[3,"configmaps."') - 10;
      bytes[at] = (bytes[at] ?? 0) ^ 0xff;
      writeFileSync(journalOf(directory), bytes);
      expect(() => openDurableStore(directory)).toThrow(/store\.journal is damaged: bytes .* and good records follow/);
      expect(readFileSync(journalOf(directory))).toEqual(bytes);
      // The failed attempt has left the directory.
      expect(readdirSync(directory)).toEqual(['store.journal']);
    },
  );

  test('of another kind is refused', () => {
    const directory = aDirectory();
    writeFileSync(journalOf(directory), 'SQLite format 3\0 and so on and on');
    expect(() => openDurableStore(directory)).toThrow('this is not a journal of this version');
  });

  test('is written anew when most of it means nothing any more', () => {
    const directory = aDirectory();
    const log: Readonly<Record<string, unknown>>[] = [];
    const store = openDurableStore(directory, { maxDeadBytes: 100_000, log: (event) => log.push(event) });
    put(store, 'kept');
    for (let index = 0; index < 2_000; index += 1) put(store, 'a', `${index}${'x'.repeat(500)}`);
    const last = store.get(KEY, 'default', 'a');
    store.close();
    expect(log.length).toBeGreaterThan(3);
    expect(statSync(journalOf(directory)).size).toBeLessThan(400_000);
    expect(readdirSync(directory)).toEqual(['store.journal']);
    const again = reopened(directory);
    expect(again.revision).toBe(2_002);
    expect(again.get(KEY, 'default', 'a')?.object).toEqual(last?.object);
    expect(namesOf(again)).toEqual(['a', 'kept']);
  });

  test('that leads elsewhere is not followed', () => {
    const directory = aDirectory();
    const outside = join(aDirectory(), 'outside');
    symlinkSync(outside, journalOf(directory));
    expect(() => openDurableStore(directory)).toThrow(/ELOOP/);
  });
});

describe('the lock', () => {
  test('keeps a second store out of the directory until the first is closed', () => {
    const directory = aDirectory();
    const store = openDurableStore(directory);
    expect(() => openDurableStore(directory)).toThrow(
      expect.objectContaining({ name: 'DirectoryLocked', message: expect.stringContaining(String(process.pid)) }),
    );
    store.close();
    openDurableStore(directory).close();
  });

  test.each([
    ['a process that is gone', '4194304 1\n'],
    ['a process whose id was given to another', `${process.pid} 1\n`],
    ['nobody', 'rubbish\n'],
  ])('of %s is taken over', (_whose, content) => {
    const directory = aDirectory();
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'lock'), content);
    const store = openDurableStore(directory);
    expect(readFileSync(join(directory, 'lock'), 'utf8')).toMatch(new RegExp(`^${process.pid} `));
    store.close();
    expect(readdirSync(directory)).toEqual(['store.journal']);
  });
});
