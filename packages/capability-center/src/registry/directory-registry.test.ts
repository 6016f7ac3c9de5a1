import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digestOf, parseContract } from '@capstan/capability-model';
import { aPackage } from '@capstan/capability-model/testing';
import { expect, onTestFinished, test } from 'vitest';
import { hiddenPackage, loadCatalog } from './catalog.ts';
import { readDirectoryRegistry } from './directory-registry.ts';
import { publishToDirectory } from './publish-directory.ts';

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'capstan-registry-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  return directory;
}

async function aRegistry(...versions: string[]) {
  const location = await temporaryDirectory();
  await publishToDirectory(
    location,
    versions.map((version) => aPackage('keda', { version })),
  );
  return { name: 'capstan', location };
}

const center = (name: string, location: string, priority = 0) => ({
  name,
  location,
  priority,
  type: 'directory' as const,
  mirrors: [],
});

test('what is published is read back, oldest first in the index', async () => {
  const registry = await aRegistry('2.20.2', '2.9.0');
  const entries = await readDirectoryRegistry(registry);
  expect(entries.map(({ metadata }) => metadata)).toEqual([
    aPackage('keda', { version: '2.9.0' }),
    aPackage('keda', { version: '2.20.2' }),
  ]);
});

test('publishing again changes nothing, and other content under the same version is refused', async () => {
  const { location } = await aRegistry('2.20.2');
  const before = await readFile(join(location, 'index.json'), 'utf8');
  const again = await publishToDirectory(location, [aPackage('keda', { version: '2.20.2' })]);
  expect(again).toEqual({ added: [], unchanged: ['keda@2.20.2'] });
  const other = aPackage('keda', { version: '2.20.2', summary: 'Something else' });
  await expect(publishToDirectory(location, [aPackage('flagger'), other])).rejects.toMatchObject({
    code: 'CAPSTAN_REGISTRY_PUBLISHED',
    hint: expect.stringContaining('release: 1'),
  });
  expect(await readFile(join(location, 'index.json'), 'utf8')).toBe(before);
  const release = aPackage('keda', { version: '2.20.2', release: 1, summary: 'Something else' });
  expect((await publishToDirectory(location, [release])).added).toEqual(['keda@2.20.2-r1']);
  expect(await readDirectoryRegistry({ name: 'capstan', location })).toHaveLength(2);
});

test('a version that the index lists with another digest is not replaced by a new file', async () => {
  const { location } = await aRegistry('2.20.2');
  await rm(join(location, 'packages/keda/2.20.2.json'));
  const other = aPackage('keda', { version: '2.20.2', summary: 'Something else' });
  await expect(publishToDirectory(location, [other])).rejects.toMatchObject({ code: 'CAPSTAN_REGISTRY_PUBLISHED' });
});

test('a contract is published with its versions, may get more, and never loses or changes one', async () => {
  const { location } = await aRegistry('2.20.2');
  const version = (number: string, ...names: string[]) => ({
    version: number,
    features: names.map((name) => ({ name, summary: name, test: `autoscale/${name}` })),
  });
  const contract = (...versions: object[]) =>
    parseContract({
      apiVersion: 'contract.capstan.dev/v1',
      kind: 'CapabilityContract',
      id: 'autoscale',
      summary: 'Scales',
      versions,
    });
  const first = contract(version('1.0.0', 'cron'));
  const grown = contract(version('1.0.0', 'cron'), version('1.1.0', 'cron', 'queue'));
  expect((await publishToDirectory(location, [], { contracts: [first] })).added).toEqual(['contract autoscale@1.0.0']);
  expect((await publishToDirectory(location, [], { contracts: [first] })).added).toEqual([]);
  expect((await publishToDirectory(location, [], { contracts: [grown] })).added).toEqual(['contract autoscale@1.1.0']);
  for (const lesser of [first, contract(version('1.0.0', 'queue'), version('1.1.0', 'cron', 'queue'))]) {
    await expect(publishToDirectory(location, [], { contracts: [lesser] })).rejects.toMatchObject({
      code: 'CAPSTAN_CONTRACT_INVALID',
    });
  }
  const index = JSON.parse(await readFile(join(location, 'index.json'), 'utf8')) as { contracts: unknown };
  expect(index.contracts).toEqual({ autoscale: { digest: digestOf(grown) } });
  expect(await readDirectoryRegistry({ name: 'capstan', location })).toHaveLength(1);
});

test('a version in a newer format hides itself only, and says so', async () => {
  const { location } = await aRegistry('2.20.2');
  await publishToDirectory(location, [
    { ...aPackage('keda', { version: '3.0.0' }), apiVersion: 'package.capstan.dev/v2' },
  ]);
  const catalog = await loadCatalog([center('capstan', location)]);
  expect(catalog.entries.map(({ metadata }) => metadata.version)).toEqual(['2.20.2']);
  expect(catalog.warnings).toEqual([
    {
      center: 'capstan',
      hides: 'keda@3.0.0',
      message: expect.stringContaining('a format that this Capstan does not read; it reads package.capstan.dev/v1'),
    },
  ]);
});

test('a published version is withdrawn or deprecated in the index, its bytes stay', async () => {
  const { location } = await aRegistry('2.20.2');
  const file = join(location, 'index.json');
  const lifecycle = { phase: 'yanked', reason: 'it loses ScaledJobs' };
  const withdraw = (value: unknown) => (text: string) =>
    JSON.stringify(JSON.parse(text), (key, member) => (key === 'keda' ? [{ ...member[0], lifecycle: value }] : member));
  const before = await readFile(file, 'utf8');
  await writeFile(file, withdraw(lifecycle)(before));
  const [entry] = await readDirectoryRegistry({ name: 'capstan', location });
  expect(entry?.metadata.lifecycle).toEqual(lifecycle);
  await writeFile(file, withdraw({ phase: 'gone' })(before));
  await expect(readDirectoryRegistry({ name: 'capstan', location })).rejects.toMatchObject({
    code: 'CAPSTAN_REGISTRY_CORRUPT',
  });
});

test('a publication that stopped before the index is completed by the next one', async () => {
  const { location } = await aRegistry('2.20.2');
  await rm(join(location, 'index.json'));
  expect(await publishToDirectory(location, [aPackage('keda', { version: '2.20.2' })])).toMatchObject({
    added: ['keda@2.20.2'],
  });
  expect(await readDirectoryRegistry({ name: 'capstan', location })).toHaveLength(1);
});

test.each<[string, string, (text: string) => string, string]>([
  ['cut off', 'packages/keda/2.20.2.json', (text) => text.slice(0, 40), ':2:39 cannot be read: Unterminated string'],
  [
    'with a comma too many',
    'index.json',
    (text) => text.replace('"keda": [', '"keda": [,'),
    ':5:14 cannot be read: Unexpected token',
  ],
  [
    'with a changed summary',
    'packages/keda/2.20.2.json',
    (text) => text.replace('The package', 'A package'),
    'has digest sha256:',
  ],
  [
    'with a field of a wrong type',
    'packages/keda/2.20.2.json',
    (text) => text.replace('"release": 0', '"release": "x"'),
    'release must be of type integer',
  ],
  [
    'of another kind',
    'index.json',
    (text) => text.replace('CapabilityIndex', 'Index'),
    ':3:11 is corrupt: kind is not CapabilityIndex',
  ],
  [
    'with a path for a name',
    'index.json',
    (text) => text.replace('"keda"', '"../../etc"'),
    'packages.../../etc is not a package name',
  ],
  [
    'with a path for a version',
    'index.json',
    (text) => text.replace('"2.20.2"', '"../2.20.2"'),
    'does not have a version',
  ],
])('a file %s is named with line, column and reason', async (_, file, damage, reason) => {
  const registry = await aRegistry('2.20.2');
  const path = join(registry.location, file);
  await writeFile(path, damage(await readFile(path, 'utf8')));
  const error = await readDirectoryRegistry(registry).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'CAPSTAN_REGISTRY_CORRUPT', source: { file: path, line: expect.any(Number) } });
  expect((error as Error).message).toContain(reason);
  expect((error as Error).message.startsWith(`${path}:`)).toBe(true);
});

test('a file that the index lists and that is not there is corrupt', async () => {
  const registry = await aRegistry('2.20.2');
  await rm(join(registry.location, 'packages/keda/2.20.2.json'));
  await expect(readDirectoryRegistry(registry)).rejects.toMatchObject({ code: 'CAPSTAN_REGISTRY_CORRUPT' });
});

test('a dead center is a warning that names what it hides; the others go on', async () => {
  const alive = await aRegistry('2.20.2');
  const catalog = await loadCatalog([center('dead', '/nowhere/at/all'), center('alive', alive.location)], {
    installed: [
      { package: 'flagger', center: 'dead' },
      { package: 'keda', center: 'alive' },
    ],
  });
  expect(catalog.entries).toHaveLength(1);
  expect(catalog.warnings).toEqual([
    {
      center: 'dead',
      message: 'The center dead cannot be read: there is no /nowhere/at/all/index.json.',
      hides: 'every package that only dead offers, among them flagger (installed from it)',
      error: expect.objectContaining({ code: 'CAPSTAN_REGISTRY_UNREADABLE' }),
    },
  ]);
});

test('a package that no center offers may be hidden by each of those that cannot be read', async () => {
  const alive = await aRegistry('2.20.2');
  const centers = [center('dead', '/nowhere/at/all'), center('gone', '/nowhere/else'), center('alive', alive.location)];
  const catalog = await loadCatalog(centers);
  expect(hiddenPackage(catalog, 'flagger', ['keda'])).toMatchObject({
    code: 'CAPSTAN_REGISTRY_UNREADABLE',
    message: expect.stringMatching(/offers flagger\. The center dead cannot be read.* The center gone cannot be read/),
    hint: expect.stringMatching(/^Did you mean keda\? A center is/),
  });
  expect(hiddenPackage({ warnings: [] }, 'flagger')).toBeUndefined();
});

test('no center that can be read is an error', async () => {
  await expect(loadCatalog([center('dead', '/nowhere')])).rejects.toMatchObject({
    code: 'CAPSTAN_REGISTRY_UNREADABLE',
  });
});

test('of two centers with one version the one of higher priority is kept, in any order', async () => {
  const a = center('a', (await aRegistry('2.20.2', '2.19.0')).location);
  const b = center('b', (await aRegistry('2.20.2')).location, 10);
  const catalogs = await Promise.all([loadCatalog([a, b]), loadCatalog([b, a])]);
  expect(catalogs[0]?.entries).toEqual(catalogs[1]?.entries);
  expect(catalogs[0]?.digest).toBe(catalogs[1]?.digest);
  expect(catalogs[0].entries.map((entry) => `${entry.metadata.version} ${entry.center}`)).toEqual([
    '2.20.2 b',
    '2.19.0 a',
  ]);
});
