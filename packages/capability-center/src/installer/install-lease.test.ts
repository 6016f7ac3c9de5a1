import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { expect, test } from 'vitest';
import { isDeadHere, processIdentity } from './install-lease.ts';

const onLinux = test.skipIf(!existsSync('/proc/self/stat'));

test('a living process is not taken for dead', () => {
  expect(isDeadHere(processIdentity())).toBe(false);
});

onLinux('a process of this machine that has ended is', async () => {
  const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)']);
  const identity = processIdentity(child.pid);
  expect(isDeadHere(identity)).toBe(false);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(isDeadHere(identity)).toBe(true);
});

onLinux('another process of the same number is not taken for it', () => {
  const [, rest] = processIdentity().split('/');
  const [pid, start, machine] = (rest ?? '').split('.');
  expect(isDeadHere(`${hostname()}/${pid}.${Number(start) - 1}.${machine}`)).toBe(true);
});

test.each([
  ['of another host', `elsewhere/${process.pid}.1.0123456789ab`],
  ['of another boot or container', `${hostname()}/1.1.0123456789ab`],
  ['that tells no machine', `${hostname()}/999999..`],
  ['of another kind', 'somebody'],
])('a holder %s is never presumed dead', (_what, holder) => {
  expect(isDeadHere(holder)).toBe(false);
});
