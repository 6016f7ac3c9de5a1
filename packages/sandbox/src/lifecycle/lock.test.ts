import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { withFileLock } from './lock.ts';

async function aLockFile(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'capstan-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  return join(directory, 'lock');
}

/** Another process that takes the lock and keeps it. */
async function aHolder(file: string) {
  const lock = fileURLToPath(new URL('./lock.ts', import.meta.url));
  const script = `const { withFileLock } = await import(${JSON.stringify(lock)});
    await withFileLock(${JSON.stringify(file)}, () => { console.log('held'); return new Promise((done) => setTimeout(done, 60000)); });`;
  const args = ['--conditions=@capstan/source', '--input-type=module', '--eval', script];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child;
}

test('work of one process does not overlap, and a failure frees the lock', async () => {
  const file = await aLockFile();
  let inside = 0;
  const work = async () => {
    inside += 1;
    expect(inside).toBe(1);
    await new Promise((done) => setTimeout(done, 5));
    inside -= 1;
    throw new Error('failed');
  };
  const results = await Promise.allSettled([1, 2, 3].map(() => withFileLock(file, work)));
  expect(results.map((one) => one.status === 'rejected' && one.reason.message)).toEqual(['failed', 'failed', 'failed']);
});

test('who waits for another process is told once, and gets the lock when that process dies', async () => {
  const file = await aLockFile();
  const holder = await aHolder(file);
  const waits: string[] = [];
  const done = withFileLock(file, async () => 'done', {
    onWait: () => {
      waits.push('waiting');
      holder.kill('SIGKILL');
    },
  });
  expect(await done).toBe('done');
  expect(waits).toEqual(['waiting']);
});

test('waiting ends with the signal', async () => {
  const file = await aLockFile();
  await aHolder(file);
  const controller = new AbortController();
  const onWait = () => controller.abort(new Error('interrupted'));
  await expect(withFileLock(file, async () => 'done', { signal: controller.signal, onWait })).rejects.toThrow(
    'interrupted',
  );
});
