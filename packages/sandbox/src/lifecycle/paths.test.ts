import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { SANDBOX_CODES } from '../codes.ts';
import { makePrivateDirectory, refuseForeignDirectory, sandboxDirectory, sandboxPaths } from './paths.ts';
import { resetSandbox } from './stop.ts';

test.each([
  ['the option', { directory: '/a' }, { CAPSTAN_SANDBOX_DIR: '/b', XDG_DATA_HOME: '/c' }, '/a'],
  ['the variable', {}, { CAPSTAN_SANDBOX_DIR: '/b', XDG_DATA_HOME: '/c' }, '/b'],
  ['the data directory', {}, { XDG_DATA_HOME: '/c' }, '/c/capstan/sandbox'],
])('the directory is that of %s', (_what, location, env, expected) => {
  expect(sandboxDirectory(location, env)).toBe(expected);
});

test('sockets move to a short directory when their path would be too long', () => {
  expect(sandboxPaths('/home/someone/sandbox', {}).sockets).toBe('/home/someone/sandbox/run');
  const long = `/home/${'x'.repeat(90)}`;
  const { sockets } = sandboxPaths(long, { XDG_RUNTIME_DIR: '/run/user/1' });
  expect(sockets).toMatch(/^\/run\/user\/1\/capstan-[0-9a-f]{12}$/);
  expect(sandboxPaths(`${long}y`, { XDG_RUNTIME_DIR: '/run/user/1' }).sockets).not.toBe(sockets);
});

test('a private directory is for its user only, and a file in its place is an error', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'capstan-'));
  onTestFinished(() => rm(parent, { recursive: true }));
  await makePrivateDirectory(join(parent, 'a', 'b'));
  expect((await stat(join(parent, 'a', 'b'))).mode & 0o777).toBe(0o700);
  expect(await refuseForeignDirectory(join(parent, 'a', 'b'))).toBeUndefined();
  await writeFile(join(parent, 'file'), '');
  await expect(makePrivateDirectory(join(parent, 'file'))).rejects.toMatchObject({
    code: SANDBOX_CODES.directoryUnusable,
  });
});

test('a directory with files of somebody else is neither used nor deleted', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'capstan-'));
  onTestFinished(() => rm(parent, { recursive: true }));
  const directory = join(parent, 'university');
  await makePrivateDirectory(directory);
  const file = join(directory, 'thesis.txt');
  await writeFile(file, 'years of work');
  const error = { code: SANDBOX_CODES.directoryUnusable };
  await expect(resetSandbox({ directory })).rejects.toMatchObject(error);
  await expect(refuseForeignDirectory(directory)).rejects.toMatchObject(error);
  expect((await stat(file)).isFile()).toBe(true);
});
