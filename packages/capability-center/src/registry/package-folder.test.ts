import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aTrait } from '@capstan/capability-model/testing';
import { expect, onTestFinished, test } from 'vitest';
import { readPackageDocuments, readPackageFolder } from './package-folder.ts';

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
