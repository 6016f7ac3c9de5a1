import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { readDirectoryRegistry } from '../packages/capability-center/src/registry/directory-registry.ts';
import { generateRegistry } from './generate.ts';

const registry = { name: 'capstan', location: join(dirname(import.meta.dirname), 'capability-registry') };

test('the registry holds what the plugins say: run `pnpm generate` after a change', async () => {
  const { added, unchanged } = await generateRegistry({ dryRun: true });
  expect(added).toEqual([]);
  expect(unchanged).not.toEqual([]);
});

test('the registry is sound', async () => {
  expect((await readDirectoryRegistry(registry)).length).toBeGreaterThan(0);
});
