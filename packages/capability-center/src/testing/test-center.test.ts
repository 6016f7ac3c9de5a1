import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { resolveChart } from '../center/resolve-chart.ts';
import { readDirectoryRegistry } from '../registry/directory-registry.ts';
import { writeTestCenter } from './index.ts';

async function aDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'capstan-center-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  return directory;
}

test('a test center reads like any other, and its mirror holds every chart', async () => {
  const directory = await aDirectory();
  const { record, packages } = await writeTestCenter(directory, {
    packages: [
      { name: 'base', chart: { crds: [{ kind: 'Thing' }] } },
      { name: 'base', version: '1.1.0', chart: { crds: [{ kind: 'Thing', versions: ['v1', 'v2'] }] } },
      { name: 'left', needs: { base: '^1.0.0' } },
    ],
  });
  const entries = await readDirectoryRegistry(record);
  expect(entries.map(({ metadata }) => metadata.version)).toEqual(['1.0.0', '1.1.0', '1.0.0']);
  expect(entries[1]?.metadata.install.crds).toMatchObject([{ name: 'things.things.example.org', storage: 'v2' }]);
  expect(entries[2]?.metadata.requires).toEqual([{ package: 'base', range: '^1.0.0' }]);
  for (const { install } of packages) {
    const [unit] = install.units;
    if (unit?.type !== 'helm') throw new Error('a test package has a Helm release');
    expect(await resolveChart(unit.chart, record.mirrors)).toMatchObject({ standIn: false, mirror: 'test-charts' });
  }
});

test('more versions are added to what is there, and none is changed', async () => {
  const directory = await aDirectory();
  await writeTestCenter(directory, { packages: [{ name: 'base' }] });
  const { record } = await writeTestCenter(directory, { packages: [{ name: 'base', version: '2.0.0' }] });
  expect(await readDirectoryRegistry(record)).toHaveLength(2);
  const changed = writeTestCenter(directory, { packages: [{ name: 'base', fields: { summary: 'Another one' } }] });
  await expect(changed).rejects.toMatchObject({ code: 'CAPSTAN_REGISTRY_PUBLISHED' });
});
