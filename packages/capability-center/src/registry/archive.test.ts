import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { isCapstanError } from '@capstan/base';
import fc from 'fast-check';
import { type Header, pack } from 'tar-stream';
import { expect, onTestFinished, test } from 'vitest';
import { packArchive } from '../bundle/pack.ts';
import { pathProblem, readArchive, writeFiles } from './archive.ts';

const LIMITS = { files: 20, bytes: 1024 * 1024 };

/** An archive with these entries, whatever they are. */
async function anArchive(entries: readonly (Partial<Header> & { readonly text?: string })[]): Promise<Buffer> {
  const archive = pack();
  for (const { text = '', ...header } of entries) archive.entry({ name: 'a', ...header } as Header, text);
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const pathsOf = async (bytes: Uint8Array) => (await readArchive(bytes, LIMITS, 'a.tgz')).map(({ path }) => path);

test('files come back as they were packed, compressed or not', async () => {
  const files = [
    { path: 'keda/Chart.yaml', bytes: Buffer.from('name: keda\n') },
    { path: `keda/${'long/'.repeat(40)}name.yaml`, bytes: Buffer.from([0, 255, 10]) },
  ];
  const archive = await packArchive(files);
  expect(await readArchive(archive, LIMITS, 'a.tar')).toEqual(files);
  expect(await readArchive(gzipSync(archive), LIMITS, 'a.tgz')).toEqual(files);
  expect(await packArchive(files)).toEqual(archive);
});

test.each<[string, Partial<Header>, string]>([
  ['an absolute path', { name: '/etc/cron.d/x' }, 'absolute path'],
  ['a path upwards', { name: 'keda/../../x' }, 'leads out of the archive'],
  ['a path of Windows', { name: 'C:\\x' }, 'backslash'],
  ['a drive', { name: 'C:x' }, 'absolute path'],
  ['a symbolic link', { name: 'keda/x', type: 'symlink', linkname: '/etc/passwd' }, 'is a symlink'],
  ['a hard link', { name: 'keda/x', type: 'link', linkname: 'keda/y' }, 'is a link'],
  ['a device', { name: 'keda/x', type: 'character-device' }, 'is a character-device'],
  ['a pipe', { name: 'keda/x', type: 'fifo' }, 'is a fifo'],
])('%s is refused', async (_, header, reason) => {
  const refused = pathsOf(await anArchive([{ name: 'keda/Chart.yaml', text: 'x' }, header]));
  await expect(refused).rejects.toMatchObject({
    code: 'CAPSTAN_ARCHIVE_INVALID',
    message: expect.stringContaining(reason),
  });
});

test('too many files, too many bytes, a bomb, a path twice and nothing at all are refused', async () => {
  const many = Array.from({ length: 21 }, (_, index) => ({ name: `f${index}`, text: 'x' }));
  await expect(pathsOf(await anArchive(many))).rejects.toThrow('more than 20 files');
  const large = await anArchive([{ name: 'large', text: 'x'.repeat(2 * 1024 * 1024) }]);
  await expect(pathsOf(gzipSync(large))).rejects.toThrow('unpacks to more than 1 MiB');
  await expect(pathsOf(large)).rejects.toThrow('unpacks to more than 1 MiB');
  const bomb = gzipSync(await anArchive([{ name: 'bomb', text: '\0'.repeat(16 * 1024 * 1024) }]));
  const wide = { files: 20, bytes: 1024 * 1024 * 1024 };
  await expect(readArchive(bomb, wide, 'bomb.tgz')).rejects.toThrow('more than 250 times its size');
  await expect(pathsOf(await anArchive([{ name: 'a' }, { name: './a' }]))).rejects.toThrow('is there twice');
  const both = [{ name: 'a' }, { name: 'a/b' }];
  await expect(pathsOf(await anArchive(both))).rejects.toThrow('is a file and a folder');
  await expect(pathsOf(await anArchive(both.toReversed()))).rejects.toThrow('is a file and a folder');
  await expect(pathsOf(await anArchive([{ name: 'a/', type: 'directory' }]))).rejects.toThrow('holds no file');
  await expect(pathsOf(gzipSync(large).subarray(0, 300))).rejects.toMatchObject({ code: 'CAPSTAN_ARCHIVE_INVALID' });
});

test('whatever an archive is, it is refused or its files stay in their folder', async () => {
  const outside = await mkdtemp(join(tmpdir(), 'capstan-archive-'));
  onTestFinished(() => rm(outside, { recursive: true }));
  const valid = await anArchive([
    { name: 'keda/Chart.yaml', text: 'name: keda' },
    { name: 'keda/templates/a.yaml', text: 'a: 1' },
  ]);
  const segment = fc.oneof(
    fc.constantFrom('..', '.', '', 'a', '~', 'C:', '\\', '/', 'x'.repeat(120), 'ü'),
    fc.string({ unit: 'binary', maxLength: 8 }),
  );
  const name = fc.array(segment, { maxLength: 5 }).map((parts) => parts.join('/') || '.');
  const type = fc.constantFrom('file', 'directory', 'symlink', 'link', 'fifo', 'contiguous-file');
  const entries = fc.array(
    fc
      .record({ name, type, linkname: name, text: fc.constantFrom('', 'text') })
      .map((entry) => (entry.type === 'file' || entry.type === 'contiguous-file' ? entry : { ...entry, text: '' })),
    { maxLength: 5 },
  );
  const mutations = fc.array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { minLength: 1, maxLength: 20 });
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 4096 }).map((array) => Promise.resolve(Buffer.from(array))),
    entries.map((list) => anArchive(list as never).catch(() => Buffer.alloc(0))),
    fc.tuple(mutations, fc.boolean()).map(async ([changes, compress]) => {
      const changed = Buffer.from(valid);
      for (const [at, value] of changes) changed[at] = value;
      return compress ? gzipSync(changed) : changed;
    }),
    fc.nat(valid.length).map((length) => Promise.resolve(gzipSync(valid).subarray(0, length))),
  );
  let run = 0;
  await fc.assert(
    fc.asyncProperty(bytes, async (making) => {
      const folder = await mkdtemp(join(outside, `${run++}-`));
      try {
        const files = await readArchive(await making, LIMITS, 'fuzzed.tgz');
        for (const { path } of files) expect(pathProblem(path)).toBeUndefined();
        await writeFiles(folder, files);
      } catch (error) {
        if (!isCapstanError(error, 'CAPSTAN_ARCHIVE_INVALID')) throw error;
      }
      await rm(folder, { recursive: true });
      expect(await readdir(outside)).toEqual([]);
    }),
    { numRuns: 150 },
  );
});

test('files are never written over', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'capstan-archive-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const files = [{ path: 'a/b', bytes: Buffer.from('1') }];
  await writeFiles(folder, files);
  await expect(writeFiles(folder, [{ path: 'a/b', bytes: Buffer.from('2') }])).rejects.toMatchObject({
    code: 'EEXIST',
  });
  expect(await readFile(join(folder, 'a/b'), 'utf8')).toBe('1');
});
