import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openConnection } from '../src/connection.ts';
import { connect } from '../src/index.ts';
import { failure, json, kubeconfigOf, loopback } from './loopback.ts';

async function files(contents: Readonly<Record<string, string>>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'capstan-kubeconfig-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(contents)) await writeFile(join(directory, name), text);
  return directory;
}

describe('reading kubeconfigs', () => {
  test('the first of several files wins, and later ones add what is missing', async () => {
    const second = kubeconfigOf('https://second.example').replaceAll('"test"', '"other"');
    const directory = await files({ a: kubeconfigOf('https://first.example'), b: second });
    const target = { files: [join(directory, 'a'), join(directory, 'b')], origin: 'environment' as const };
    const current = await openConnection(target);
    expect(current.context).toMatchObject({ name: 'test', server: 'https://first.example', namespace: 'web' });
    const other = await openConnection({ ...target, context: 'other' });
    // Cluster c of the second file is another one of the same name: kubectl takes the first, too.
    expect(other.context).toMatchObject({ name: 'other', server: 'https://first.example' });
  });

  test('broken YAML is reported with line and column, and without what stands there', async () => {
    const directory = await files({ bad: 'clusters:\n- name: c\n  user: {token: s3cret\nusers: ]\n' });
    const error = await connect({ kubeconfig: join(directory, 'bad') }).catch((thrown) => thrown);
    expect(error).toMatchObject({ code: 'CAPSTAN_KUBE_CONFIG_INVALID', exit: 2, source: { line: 4 } });
    expect(error.message).toMatch(/bad:4:\d+ is not a valid kubeconfig/);
    expect(error.message).not.toContain('s3cret');
  });

  test('an unknown context is reported with those that exist', async () => {
    const directory = await files({ k: kubeconfigOf('https://a.example') });
    await expect(connect({ kubeconfig: join(directory, 'k'), context: 'tset' })).rejects.toMatchObject({
      code: 'CAPSTAN_KUBE_CONTEXT_UNKNOWN',
      fields: { contexts: ['test'] },
    });
  });
});

describe('credentials', () => {
  test('impersonation travels in headers, a bearer token never over plain http', async () => {
    const server = await loopback((_request, response) => json(response, 200, { gitVersion: 'v1.35.4' }));
    const client = await server.client({ as: 'jane', asGroups: ['dev', 'ops'] });
    await client.version();
    const { headers } = server.requests[0]!;
    expect(headers).toMatchObject({ 'impersonate-user': 'jane', 'impersonate-group': 'dev, ops' });
    expect(headers.authorization).toBeUndefined();
  });

  test('a credential plugin is asked again once when the server refuses its token', async () => {
    const directory = await files({});
    const plugin = join(directory, 'plugin.cjs');
    const log = join(directory, 'log');
    await writeFile(
      plugin,
      `require('node:fs').appendFileSync(${JSON.stringify(log)}, 'x');
       console.log(JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status: { token: 't' } }));`,
    );
    let refusals = 0;
    const server = await loopback(({ path }, response) => {
      if (path !== '/version') return 'discovery';
      refusals += 1;
      if (refusals === 1) return json(response, 401, failure(401, 'Unauthorized', 'expired'));
      return json(response, 200, { gitVersion: 'v1.35.4' });
    });
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: process.execPath, args: [plugin] };
    await writeFile(join(directory, 'k'), kubeconfigOf(server.url, { exec }));
    const client = await connect({ kubeconfig: join(directory, 'k') });
    onTestFinished(() => client.close());
    await expect(client.version()).resolves.toMatchObject({ gitVersion: 'v1.35.4' });
    expect(refusals).toBe(2);
  });

  test('a credential plugin that fails makes the cluster unreachable and says why', async () => {
    const directory = await files({});
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: '/nowhere/login-helper', args: [] };
    await writeFile(join(directory, 'k'), kubeconfigOf('http://127.0.0.1:9', { exec }));
    const client = await connect({ kubeconfig: join(directory, 'k') });
    await expect(client.version()).rejects.toMatchObject({
      code: 'CAPSTAN_KUBE_UNREACHABLE',
      exit: 3,
      message: expect.stringContaining('/nowhere/login-helper'),
    });
  });
});
