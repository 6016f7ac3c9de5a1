import { execFile, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { startTestServer } from '../src/testing/index.ts';

/** Debian's interpreter, for which python3-kubernetes is packaged. */
const PYTHON = '/usr/bin/python3';
const script = fileURLToPath(new URL('python_client.py', import.meta.url));
const there = spawnSync(PYTHON, ['-c', 'import kubernetes']).status === 0;

test.skipIf(!there)(`the Python client${there ? '' : ' (python3-kubernetes is not installed)'}`, async () => {
  const server = await startTestServer();
  try {
    const { stdout } = await promisify(execFile)(PYTHON, [script, server.kubeconfigPath]);
    expect(JSON.parse(stdout)).toEqual({
      version: 'v1.35.4+sim',
      listed: ['one', 'two'],
      selected: ['one'],
      pages: ['one', 'two'],
      patched: { x: '1', y: '3' },
      stale: [409, 'Conflict'],
      missing: [404, 'configmaps "three" not found'],
      defaults: [1, 'RollingUpdate', 1],
      scaled: [3, 2],
      watched: ['DELETED', 'two'],
      custom: 2,
      invalid: [422, 'spec.size'],
    });
  } finally {
    await server.stop();
  }
});
