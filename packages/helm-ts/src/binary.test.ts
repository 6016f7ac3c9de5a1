import { chmod, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { HELM_CODES } from './codes.ts';
import { createHelm } from './helm.ts';
import { aDirectory } from './testing/charts.ts';

/** A program that answers `version` as some Helm would: the only thing that is asked of it here. */
async function aHelmThatSays(version: string): Promise<string> {
  const directory = await aDirectory();
  await writeFile(join(directory, 'helm'), `#!/bin/sh\necho "${version}"\n`);
  await chmod(join(directory, 'helm'), 0o755);
  return directory;
}

const onLinux = test.runIf(process.platform === 'linux' && process.arch === 'x64');

onLinux('the bundled build is unpacked once, by many at the same time', async () => {
  const cacheDirectory = await aDirectory();
  const env = { PATH: '/nowhere' };
  const [helm] = await Promise.all([1, 2, 3].map(() => createHelm({ cacheDirectory, env })));
  expect(helm?.binary).toMatchObject({ version: '4.1.4', from: 'bundled' });
  expect(await helm?.version()).toBe('4.1.4');
  const folder = join(helm?.binary.path ?? '', '..');
  expect(await readdir(folder)).toEqual(['helm']);
});

test.each([
  ['the binary option', (path: string) => ({ binary: join(path, 'helm') })],
  ['CAPSTAN_HELM', (path: string) => ({ env: { CAPSTAN_HELM: join(path, 'helm') } })],
])('a Helm 3 that %s names is refused with its version', async (_by, options) => {
  const path = await aHelmThatSays('v3.16.2+g13654a5');
  await expect(createHelm({ cacheDirectory: await aDirectory(), ...options(path) })).rejects.toMatchObject({
    code: HELM_CODES.tooOld,
    message: `${path}/helm is Helm 3.16.2; Capstan needs Helm 4.0.0 or newer`,
  });
});

test('a Helm 4 on PATH is taken', async () => {
  const path = await aHelmThatSays('v4.1.4+g05fa379');
  const { binary } = await createHelm({ cacheDirectory: await aDirectory(), env: { PATH: path } });
  expect(binary).toEqual({ path: join(path, 'helm'), version: '4.1.4', from: 'PATH' });
});

onLinux('a Helm 3 on PATH is passed over for the bundled build', async () => {
  const path = await aHelmThatSays('v3.16.2+g13654a5');
  const { binary } = await createHelm({ cacheDirectory: await aDirectory(), env: { PATH: `${path}:/bin` } });
  expect(binary).toMatchObject({ version: '4.1.4', from: 'bundled' });
});

test.each([
  ['is not there', '/does/not/exist/helm'],
  ['is something else', '/bin/true'],
])('a named Helm that %s is an error that names CAPSTAN_HELM', async (_what, binary) => {
  await expect(createHelm({ binary, cacheDirectory: await aDirectory() })).rejects.toMatchObject({
    code: HELM_CODES.notFound,
    hint: expect.stringContaining('CAPSTAN_HELM'),
  });
});

test('a kubeconfig that is not there is an error, not localhost', async () => {
  await expect(createHelm({ kubeconfig: '/does/not/exist' })).rejects.toMatchObject({
    code: HELM_CODES.kubeUnreachable,
  });
});
