import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubernetesObject } from '@capstan/base';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { openArchive } from './archive.ts';
import { archiveBlockers, INDEX_FILE } from './archive-directory.ts';
import { archivedObjectOf, archivedYaml } from './archive-object.ts';

const PLAN = 'sha256:plan';

async function aDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'capstan-archive-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return join(directory, 'saved');
}

function aWidget(name: string, more: Partial<KubernetesObject['metadata']> = {}): KubernetesObject {
  return {
    apiVersion: 'test.example.org/v1',
    kind: 'Widget',
    metadata: { name, namespace: 'shop', uid: `uid-${name}`, resourceVersion: '7', generation: 2, ...more },
    spec: { size: 3, text: 'on', number: '1e3', list: ['yes', 'no'] },
    status: { ready: true },
  };
}

const widgets = (...names: string[]) => [
  { crd: 'widgets.test.example.org', objects: names.map((name) => aWidget(name)) },
];

describe('a saved object', () => {
  test('is what a person would apply', () => {
    const annotations = { note: 'mine', 'kubectl.kubernetes.io/last-applied-configuration': '{}' };
    const object = aWidget('a', {
      annotations,
      labels: { app: 'shop' },
      finalizers: ['widgets.example.org/cleanup'],
      creationTimestamp: '2026-01-01T00:00:00Z',
      managedFields: [{}],
      ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'x', uid: 'u' }],
    });
    expect(archivedObjectOf(object)).toEqual({
      apiVersion: 'test.example.org/v1',
      kind: 'Widget',
      metadata: { name: 'a', namespace: 'shop', annotations: { note: 'mine' }, labels: { app: 'shop' } },
      spec: object['spec'],
    });
  });

  test('comes back from YAML as it was, whichever version reads it', () => {
    const json = fc.jsonValue({ maxDepth: 3 }).filter((value) => JSON.stringify(value) !== undefined);
    fc.assert(
      fc.property(fc.dictionary(fc.string({ minLength: 1 }), json), (spec) => {
        const plain: unknown = JSON.parse(JSON.stringify(spec));
        expect(readBack(plain)).toEqual([plain, plain]);
      }),
      { numRuns: 200 },
    );
  });

  test.each<[what: string, spec: unknown]>([
    ['a key that merges maps', { ' ': [{ '<<': '' }] }],
    ['maps below a key that merges them', { '<<': { a: 1 }, b: [{ '<<': [{ c: 'on' }] }] }],
    ['keys that are no texts in YAML 1.1', { on: 1, '1e3': 2, '~': 3, '12:30': 4, '2026-01-01': 5, '=': 6 }],
    ['keys that are no texts in YAML 1.2', { '0o0': [], '0x1': 1, '.inf': 2, null: 3, '': 4 }],
    ['texts that are none in YAML 1.1', ['<<', 'y', '0o7', '012', '1_000', '12:30', '=']],
  ])('comes back with %s', (_what, spec) => {
    expect(readBack(spec)).toEqual([spec, spec]);
  });

  /** The spec of a saved object as YAML 1.1 and 1.2 read it. */
  function readBack(spec: unknown): unknown[] {
    const text = archivedYaml({ ...aWidget('a'), spec });
    return (['1.1', '1.2'] as const).map((version) => (parse(text, { version }) as KubernetesObject)['spec']);
  }
});

describe('an archive', () => {
  test('has one file for each kind that only this user can read, and an index that kubectl leaves alone', async () => {
    const directory = await aDirectory();
    const archive = await openArchive(directory, PLAN);
    await archive.add([...widgets('a', 'b'), { crd: 'gadgets.test.example.org', objects: [] }]);
    expect(archive.summary()).toMatchObject({ files: ['01-widgets.test.example.org.yaml'], objects: 2 });
    expect((await readdir(directory)).sort()).toEqual(['01-widgets.test.example.org.yaml', INDEX_FILE]);
    const file = join(directory, '01-widgets.test.example.org.yaml');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
    expect((await readFile(file, 'utf8')).match(/^---$/gm)).toHaveLength(2);
    expect([aWidget('a'), aWidget('c')].map((object) => archive.has(object))).toEqual([true, false]);
  });

  test('grows, and is taken up again by the same removal without a second copy', async () => {
    const directory = await aDirectory();
    await (await openArchive(directory, PLAN)).add(widgets('a'));
    const again = await openArchive(directory, PLAN);
    await again.add(widgets('a', 'b'));
    expect(again.summary()).toMatchObject({ objects: 2 });
    const later = await readFile(join(directory, '01-widgets.test.example.org.2.yaml'), 'utf8');
    expect(parse(later)).toMatchObject({ metadata: { name: 'b' } });
  });

  test('leaves out what a saved object makes again', async () => {
    const archive = await openArchive(await aDirectory(), PLAN);
    const owner = { apiVersion: 'test.example.org/v1', kind: 'Widget', name: 'a', uid: 'uid-a', controller: true };
    const child = aWidget('child', { ownerReferences: [owner] });
    await archive.add([{ crd: 'widgets.test.example.org', objects: [aWidget('a'), child] }]);
    expect(archive.summary().objects).toBe(1);
    expect(archive.has(child)).toBe(true);
  });

  test('that cannot be written fails as a whole and leaves no index', async () => {
    const directory = await aDirectory();
    await mkdir(join(directory, '01-widgets.test.example.org.yaml'), { recursive: true });
    const archive = await openArchive(directory, PLAN);
    await expect(archive.add(widgets('a'))).rejects.toMatchObject({ code: 'CAPSTAN_CAP_ARCHIVE_FAILED' });
    expect(archive.has(aWidget('a'))).toBe(false);
    expect(await readdir(directory)).toEqual(['01-widgets.test.example.org.yaml']);
  });
});

describe('the directory of an archive', () => {
  test('may be missing or empty', async () => {
    const directory = await aDirectory();
    expect(await archiveBlockers(directory, undefined)).toEqual([]);
    await mkdir(directory);
    expect(await archiveBlockers(directory, undefined)).toEqual([]);
  });

  test('is refused when it has other files, another archive, or is a file', async () => {
    const directory = await aDirectory();
    await (await openArchive(directory, PLAN)).add(widgets('a'));
    expect(await archiveBlockers(directory, undefined)).toHaveLength(1);
    expect(await archiveBlockers(directory, 'sha256:other')).toHaveLength(1);
    expect(await archiveBlockers(directory, PLAN)).toEqual([]);
    await writeFile(join(directory, INDEX_FILE), '{');
    expect(await archiveBlockers(directory, PLAN)).toHaveLength(1);
    expect(await archiveBlockers(join(directory, INDEX_FILE), undefined)).toHaveLength(1);
  });
});
