import { expect, test } from 'vitest';
import { type ProcessRequest, runProcess } from './process.ts';

/** Runs a script in Node, as a program that is not Helm. */
function aProgram(script: string, more: Partial<ProcessRequest> = {}): ProcessRequest {
  const args = ['--input-type=module', '-e', script];
  return { file: process.execPath, args, env: process.env, limitMs: 20_000, maxOutputBytes: 1e6, ...more };
}

/** Starts a child that never ends and shares its output: the run is over only when both are gone. */
const WITH_CHILD = (onSigterm: string) => `
  import { spawn } from 'node:child_process';
  ${onSigterm}
  spawn(process.execPath, ['-e', "${onSigterm} console.error('up'); setInterval(() => {}, 1000)"], { stdio: 'inherit' });
  setInterval(() => {}, 1000);
`;

test.each([
  ['ends by SIGTERM', ''],
  ['gets SIGKILL when it ignores SIGTERM', "process.on('SIGTERM', () => {});"],
])('cancelling ends the whole process group, which %s', async (_how, onSigterm) => {
  const abort = new AbortController();
  const more = { signal: abort.signal, onLine: () => abort.abort(), killAfterMs: 200 };
  const result = await runProcess(aProgram(WITH_CHILD(onSigterm), more));
  expect(result).toMatchObject({ stopped: 'cancelled', code: undefined, stderr: 'up' });
});

test('a time limit ends it too', async () => {
  const result = await runProcess(aProgram('setInterval(() => {}, 1000)', { limitMs: 300 }));
  expect(result.stopped).toBe('timed-out');
});

test('nothing is started once the signal is aborted', async () => {
  const result = await runProcess(aProgram('console.log(1)', { signal: AbortSignal.abort() }));
  expect(result).toMatchObject({ stopped: 'cancelled', stdout: '' });
});

test('endless output does not fill the memory', async () => {
  const script = "const text = 'x'.repeat(65536); const write = () => process.stdout.write(text, write); write();";
  const result = await runProcess(aProgram(script, { maxOutputBytes: 200_000 }));
  expect(result.stopped).toBe('too-much-output');
  expect(result.stdout.length).toBeLessThanOrEqual(200_000);
});

test('of many messages the last 400 lines are kept', async () => {
  const result = await runProcess(aProgram('for (let i = 0; i < 5000; i++) console.error("line " + i)'));
  const lines = result.stderr.split('\n');
  expect(lines).toHaveLength(400);
  expect(lines.at(-1)).toBe('line 4999');
});

test('a program that does not read its input fails with its own code', async () => {
  const result = await runProcess(
    aProgram('process.stdin.destroy(); process.exitCode = 3', { input: 'x'.repeat(1e6) }),
  );
  expect(result).toMatchObject({ code: 3, stopped: undefined });
});

test('a program that cannot be started rejects', async () => {
  await expect(runProcess({ ...aProgram(''), file: '/does/not/exist' })).rejects.toThrow('ENOENT');
});
