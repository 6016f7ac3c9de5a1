import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aTrait } from '@capstan/capability-model/testing';
import { expect, onTestFinished, test } from 'vitest';
import { readContractFolder, readPackageDocuments, readPackageFolder } from './package-folder.ts';

const autoscale = aTrait('autoscale');

const CAPABILITY = `apiVersion: package.capstan.dev/v1
kind: CapabilityPackage
name: keda
version: 2.20.2
upstream: { name: KEDA, version: 2.20.2 }
summary: Scales workloads
provides:
  capabilities:
    - { id: autoscale, version: 1.0.0 }
  definitions:
    - { name: ${autoscale.name}, needs: autoscale }
install:
  namespace: keda
  units:
    - id: keda
      type: helm
      chart: { repository: https://kedacore.github.io/charts, name: keda, version: 2.20.2 }
      release: keda
  crds:
    - { name: ${autoscale.name}, from: package }
`;

async function aFolder(capability = CAPABILITY): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'capstan-plugin-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await Promise.all(['crds', 'definitions'].map((name) => mkdir(join(folder, name))));
  await writeFile(join(folder, 'capability.yaml'), capability);
  await writeFile(join(folder, 'crds', 'a.yaml'), JSON.stringify(autoscale.crd));
  await writeFile(join(folder, 'definitions', 'a.yaml'), JSON.stringify(autoscale.definition));
  return folder;
}

test('a folder is published with its objects and without defaults, which readers fill in', async () => {
  const folder = await aFolder();
  const [document = {}] = await readPackageDocuments(folder);
  expect(Object.keys(document)).not.toContain('uninstall');
  expect(document).toMatchObject({ install: { crds: [{ object: autoscale.crd }] } });
  const metadata = await readPackageFolder(folder);
  expect(metadata.provides.definitions).toMatchObject([{ shortName: 'autoscale', object: autoscale.definition }]);
  expect(metadata.uninstall.crds).toBe('keep');
});

test.each([
  [
    'an unknown field',
    CAPABILITY.replace('  namespace: keda', '  namespaces: keda'),
    13,
    'install.namespaces is not a known field (did you mean "namespace"?)',
  ],
  ['a wrong value', CAPABILITY.replace('release: keda', 'release: Keda!'), 18, 'install.units[0].release must match'],
  [
    'a syntax error',
    CAPABILITY.replace('version: 2.20.2\nupstream', 'version: "2.20.2\nupstream'),
    undefined,
    'cannot be read',
  ],
  ['a repeated key', CAPABILITY.replace('kind:', 'name: other\nkind:'), 4, 'cannot be read'],
])('%s is named with its line', async (_, capability, line, message) => {
  const folder = await aFolder(capability);
  const error = await readPackageDocuments(folder).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    code: 'CAPSTAN_PACKAGE_INVALID',
    message: expect.stringContaining(message),
    source: { file: join(folder, 'capability.yaml'), line: line ?? expect.any(Number), column: expect.any(Number) },
  });
});

async function withVersion(name: string, patch: string, capability = CAPABILITY): Promise<string> {
  const folder = await aFolder(capability);
  await mkdir(join(folder, 'versions'));
  await writeFile(join(folder, 'versions', name), patch);
  return folder;
}

const OLDER = 'version: 2.19.0\nupstream: { version: 2.19.0 }\nkeywords: null\n';

test('an older version is what its patch says over capability.yaml, with the same objects', async () => {
  const folder = await withVersion('2.19.0.yaml', OLDER, `${CAPABILITY}keywords: [a]\n`);
  const [newest, older] = await readPackageDocuments(folder);
  expect([newest?.version, older?.version]).toEqual(['2.20.2', '2.19.0']);
  expect(older).toEqual({
    ...Object.fromEntries(Object.entries(newest ?? {}).filter(([field]) => field !== 'keywords')),
    version: '2.19.0',
    upstream: { name: 'KEDA', version: '2.19.0' },
  });
  expect((await readPackageFolder(folder)).version).toBe('2.20.2');
});

test.each([
  ['in what the patch says', `${OLDER}release: -1\n`, 'versions/2.19.0.yaml', 4, 'release must be >= 0'],
  ['in a slip of the pen', `${OLDER}summry: x\n`, 'versions/2.19.0.yaml', 4, 'summry is not a known field'],
  ['by what the patch takes away', `${OLDER}summary: null\n`, 'versions/2.19.0.yaml', 4, 'summary is missing'],
])('a mistake %s is found in its file', async (_, patch, file, line, message) => {
  const folder = await withVersion('2.19.0.yaml', patch);
  await expect(readPackageDocuments(folder)).rejects.toMatchObject({
    message: expect.stringContaining(message),
    source: { file: join(folder, file), line },
  });
});

test('a mistake in capability.yaml is found there, and a file is named after its version', async () => {
  const wrong = await withVersion('2.19.0.yaml', 'version: 2.19.0\n', `${CAPABILITY}platform: { kubernetes: new }\n`);
  await expect(readPackageDocuments(wrong)).rejects.toMatchObject({ source: { file: join(wrong, 'capability.yaml') } });
  const misnamed = await withVersion('old.yaml', OLDER);
  await expect(readPackageDocuments(misnamed)).rejects.toThrow('its name must be 2.19.0.yaml');
});

test('what is claimed of contracts is checked where they are given', async () => {
  const folder = await aFolder(CAPABILITY.replace('version: 1.0.0', 'version: 9.0.0'));
  await mkdir(join(folder, 'contracts'));
  await writeFile(
    join(folder, 'contracts', 'autoscale.yaml'),
    `apiVersion: contract.capstan.dev/v1
kind: CapabilityContract
id: autoscale
summary: Scales
versions:
  - { version: 1.0.0, features: [{ name: cron, summary: By the clock, test: autoscale/cron }] }
`,
  );
  const contracts = await readContractFolder(join(folder, 'contracts'));
  expect(await readPackageDocuments(folder)).toHaveLength(1);
  await expect(readPackageDocuments(folder, { contracts })).rejects.toMatchObject({
    code: 'CAPSTAN_CONTRACT_INVALID',
    message: 'provides.capabilities[0].version 9.0.0 is not a version of contract autoscale: 1.0.0.',
    source: { file: join(folder, 'capability.yaml'), line: expect.any(Number) },
  });
});

test.each([
  ['no object', '[]', 'a.yaml holds no Kubernetes object'],
  ['a CRD without versions', JSON.stringify({ ...autoscale.crd, spec: {} }), 'which is no CustomResourceDefinition'],
])('a file of crds/ with %s is refused with its position', async (_, text, message) => {
  const folder = await aFolder();
  await writeFile(join(folder, 'crds', 'a.yaml'), text);
  await expect(readPackageDocuments(folder)).rejects.toMatchObject({
    code: 'CAPSTAN_PACKAGE_INVALID',
    message: expect.stringContaining(message),
    source: { line: expect.any(Number) },
  });
});
