import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makePrivateDirectory, sandboxPaths } from './paths.ts';
import { readState, type SandboxState, writeState } from './state.ts';
import { sandboxStatus } from './stop.ts';

const STATE: SandboxState = {
  format: 1,
  engine: 'real',
  directory: '/d',
  kubeconfig: '/d/kubeconfig',
  context: 'sandbox',
  server: 'https://127.0.0.1:6443',
  port: 6443,
  versions: { kubernetes: 'v1.35.4' },
  binaries: '/bin',
  charts: [],
  startedAt: '2030-01-02T03:04:05Z',
};

async function aSandbox() {
  const parent = await mkdtemp(join(tmpdir(), 'capstan-'));
  onTestFinished(() => rm(parent, { recursive: true }));
  const paths = sandboxPaths(join(parent, 'sandbox'));
  await makePrivateDirectory(paths.directory);
  return paths;
}

test('what was written is read, and where nothing was there is no sandbox', async () => {
  const paths = await aSandbox();
  expect(await readState(paths)).toBeUndefined();
  expect((await sandboxStatus(paths)).phase).toBe('absent');
  await writeState(paths, STATE);
  expect(await readState(paths)).toEqual(STATE);
  expect(await sandboxStatus(paths)).toMatchObject({ phase: 'stopped', ready: false, state: STATE });
});

test.each(['{"format": 1, "port"', '{"format": 2}', ''])('a state file with %j is no obstacle', async (text) => {
  const paths = await aSandbox();
  await writeFile(paths.state, text);
  expect(await readState(paths)).toBeUndefined();
  expect((await sandboxStatus(paths)).phase).toBe('stopped');
});
