import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { SANDBOX_CODES } from '../codes.ts';
import { binariesFromEnvironment } from './binaries.ts';
import { BINARIES } from './programs.ts';

async function aDirectory(names: readonly string[]): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'capstan-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  for (const name of names) {
    await writeFile(join(directory, name), '');
    await chmod(join(directory, name), 0o755);
  }
  return directory;
}

test('our variable comes before that of the Kubernetes test tools, and neither is no error', async () => {
  const [ours, theirs] = [await aDirectory(BINARIES), await aDirectory(BINARIES)];
  const both = { CAPSTAN_CONTROL_PLANE_BIN: ours, KUBEBUILDER_ASSETS: theirs };
  expect(await binariesFromEnvironment(both)).toEqual({ directory: ours, source: 'CAPSTAN_CONTROL_PLANE_BIN' });
  expect(await binariesFromEnvironment({ KUBEBUILDER_ASSETS: theirs })).toMatchObject({ source: 'KUBEBUILDER_ASSETS' });
  expect(await binariesFromEnvironment({})).toBeUndefined();
});

test('a directory that lacks programs is an error that names the variable and each of them', async () => {
  const directory = await aDirectory(['etcd', 'kube-apiserver']);
  await expect(binariesFromEnvironment({ KUBEBUILDER_ASSETS: directory })).rejects.toMatchObject({
    code: SANDBOX_CODES.binariesMissing,
    message: expect.stringContaining('kube-controller-manager, kube-scheduler, kwok'),
    fields: { source: 'KUBEBUILDER_ASSETS', missing: ['kube-controller-manager', 'kube-scheduler', 'kwok'] },
  });
});
