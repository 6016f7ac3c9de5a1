import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { identifyProcess, isRunning } from './process-identity.ts';

test('a process is the same for as long as it runs, and then it is gone', async () => {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  const identity = await identifyProcess(child.pid!);
  expect(identity).toMatchObject({ pid: child.pid });
  expect(await isRunning(identity!)).toBe(true);
  child.kill();
  await once(child, 'exit');
  expect(await isRunning(identity!)).toBe(false);
});

test('another process with the same pid is not the same', async () => {
  const self = await identifyProcess(process.pid);
  expect(await isRunning({ pid: process.pid, started: `${self?.started}0` })).toBe(false);
});

test('a program whose name has blanks and parentheses is read right', async () => {
  const child = spawn('bash', ['-c', 'exec -a "a) Z (b" sleep 60'], { stdio: 'ignore' });
  expect(await identifyProcess(child.pid!)).toBeDefined();
  child.kill();
  await once(child, 'exit');
});
