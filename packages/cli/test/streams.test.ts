import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';

const repository = fileURLToPath(new URL('../../..', import.meta.url));
const env = {
  ...process.env,
  KUBECONFIG: '',
  HOME: '/nonexistent',
  CAPSTAN_SANDBOX_DIR: '/nonexistent/sandbox',
  NO_COLOR: '1',
};

/** The program from its sources, so that no bundle can be stale. */
function capstan(...args: string[]) {
  return spawnSync(process.execPath, ['--conditions=@capstan/source', 'packages/cli/bin/dev.js', ...args], {
    cwd: repository,
    encoding: 'utf8',
    env,
    input: '',
  });
}

describe('streams and exit codes', () => {
  test('data goes to stdout and nothing to stderr', () => {
    const { status, stdout, stderr } = capstan('version', '--client', '-o', 'json');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ apiVersion: 'cli.capstan.dev/v1', kind: 'Version' });
  });

  test('an unknown command is exit 127 with the nearest one, on stderr', () => {
    const { status, stdout, stderr } = capstan('versoin');
    expect({ status, stdout }).toEqual({ status: 127, stdout: '' });
    expect(stderr).toMatch(/Did you mean "version"\?/);
  });

  test('a bad flag with -o json is one small Error object on stdout, and exit 2', () => {
    const { status, stdout, stderr } = capstan('version', '-o', 'json', '--clint');
    expect(status).toBe(2);
    expect(stdout.length).toBeLessThan(1_000);
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'Error', code: 'CAPSTAN_CLI_UNKNOWN_FLAG', exit: 2 });
    expect(stderr).toMatch(/--client/);
  });

  test.each([
    [['version', '-o', 'xml']],
    [['version', 'surplus']],
    [['version', '--timeout', 'soon']],
    [['version', '-o', 'jsonpath={.a']],
  ])('%j is exit 2', (args) => {
    const { status, stdout, stderr } = capstan(...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/\[CAPSTAN_CLI_USAGE\]/);
    expect(stderr).not.toMatch(/Parsing/);
  });

  test.each([
    [['cap', 'what-if'], /^error: capstan cap what-if: --kubernetes is missing$/m],
    [['cap', 'graph', '-o', 'svgg'], /There are: tree, dot, mermaid, table/],
  ])('%j says what it takes', (args, text) => {
    const { status, stderr } = capstan(...args);
    expect(status).toBe(2);
    expect(stderr).toMatch(text);
  });

  test('no cluster at all is exit 3 and names the sandbox', () => {
    const { status, stderr } = capstan('version');
    expect(status).toBe(3);
    expect(stderr).toMatch(/capstan sandbox start/);
  });
});

test('a reader that goes away is no error', async () => {
  const child = spawn(
    'sh',
    ['-c', `"${process.execPath}" --conditions=@capstan/source packages/cli/bin/dev.js help; echo "exit $?" >&2`],
    {
      cwd: repository,
      stdio: ['ignore', 'pipe', 'pipe'],
      env,
    },
  );
  child.stdout.destroy();
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  await new Promise((resolve) => child.on('close', resolve));
  expect(stderr).toBe('exit 0\n');
});

describe('the launcher', () => {
  test('works through a symbolic link and from any folder', () => {
    const folder = mkdtempSync(join(tmpdir(), 'capstan-link-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    symlinkSync(`${repository}/capstan`, join(folder, 'cap'));
    symlinkSync('cap', join(folder, 'again'));
    const result = spawnSync(join(folder, 'again'), ['version', '--client', '-o', 'name'], {
      cwd: folder,
      encoding: 'utf8',
      env,
    });
    expect(result).toMatchObject({ status: 0, stderr: '' });
    expect(result.stdout).toMatch(/^capstan\/\d/);
  });

  test('passes exit codes on', () => {
    expect(spawnSync(`${repository}/capstan`, ['nonsense'], { env }).status).toBe(127);
  });
});

describe('help', () => {
  test('lists every command in a group', () => {
    const { status, stdout } = capstan('help');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Start$/m);
    expect(stdout).not.toMatch(/\(\)/);
  });

  test('exit codes are explained', () => {
    expect(capstan('help', 'exit-codes').stdout).toMatch(/127 {2}there is no such command/);
  });
});
