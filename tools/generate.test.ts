import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { readDirectoryRegistry } from '../packages/capability-center/src/registry/directory-registry.ts';
import { editorSchemas, generateRegistry } from './generate.ts';

const root = dirname(import.meta.dirname);
const registry = { name: 'capstan', location: join(root, 'capability-registry') };

test('the registry holds what the plugins say: run `pnpm generate` after a change', async () => {
  const { added, unchanged } = await generateRegistry({ dryRun: true });
  expect(added).toEqual([]);
  expect(unchanged).toEqual(expect.arrayContaining(['keda@2.20.2-r3', 'keda@2.19.0-r1']));
});

test('the schemas for editors are those of the code: run `pnpm generate` after a change', () => {
  for (const [file, text] of editorSchemas()) expect(readFileSync(file, 'utf8')).toBe(text);
});

test('the registry is sound: every listed file is there, has its digest and is valid', async () => {
  const entries = await readDirectoryRegistry(registry);
  const versions = entries.map(({ metadata }) => `${metadata.name} ${metadata.version}-r${metadata.release}`);
  expect(versions).toEqual(
    expect.arrayContaining([
      'keda 2.19.0-r0',
      'keda 2.20.2-r0',
      'keda 2.20.2-r1',
      'keda 2.20.2-r2',
      'keda 2.19.0-r1',
      'keda 2.20.2-r3',
    ]),
  );
});

// What was published before this test was written; anything younger is held by the history below.
test('the first publication has the bytes that it had', () => {
  const bytes = readFileSync(join(registry.location, 'packages/keda/2.20.2.json'));
  const digest = createHash('sha256').update(bytes).digest('hex');
  expect(digest).toBe('f1096754f02480d88c41f3e4dcf51791cb92b7e1e2e41a857a7a9eb51c7474b2');
});

/** With this commit every package of the registry was published; those that came with it were being written until then. */
const PUBLISHED = '4cb485c';
/** Packages that were published before. */
const PUBLISHED_BEFORE = ['keda/2.19.0.json', 'keda/2.20.2.json', 'keda/2.20.2-r1.json', 'keda/2.20.2-r2.json'];

test.skipIf(!existsSync(join(root, '.git')))('no commit has ever changed or removed a published package', () => {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
  const folder = 'capability-registry/packages';
  const changes = (...range: string[]) => git('log', '--diff-filter=MDR', '--format=%h', '--name-only', ...range);
  expect(changes(`${PUBLISHED}..HEAD`, '--', folder)).toBe('');
  expect(changes('--', ...PUBLISHED_BEFORE.map((file) => `${folder}/${file}`))).toBe('');
  expect(git('diff', '--diff-filter=MDR', '--name-only', 'HEAD', '--', folder)).toBe('');
});
