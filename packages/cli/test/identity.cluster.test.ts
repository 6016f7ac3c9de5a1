import '@capstan/sandbox/testing';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { connect, type KubeClient } from '@capstan/kube';
import { installSystem } from '@capstan/operator';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { aFile, capstan } from './cli.ts';

interface Kubeconfig {
  readonly clusters: { readonly name: string; readonly cluster: object }[];
  readonly users: { readonly name: string; readonly user: Readonly<Record<string, string>> }[];
}

const namespace = `cli-${randomUUID().slice(0, 8)}`;
const file = fileURLToPath(new URL('./reads.yaml', import.meta.url));
let client: KubeClient;
let kubeconfig: string;

beforeAll(async () => {
  kubeconfig = inject('kubeconfig');
  client = await connect({ kubeconfig });
  await installSystem(client);
  await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  const rbac = 'rbac.authorization.k8s.io';
  await client.create({
    apiVersion: `${rbac}/v1`,
    kind: 'RoleBinding',
    metadata: { name: 'developers', namespace },
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'edit' },
    subjects: [{ apiGroup: rbac, kind: 'Group', name: 'developers' }],
  });
});

afterAll(() => client.close());

/** Acts as somebody, in the namespace where developers may edit. */
function as(user: string, ...argv: string[]) {
  return capstan(...argv, '--kubeconfig', kubeconfig, '-n', namespace, '--as', user);
}

test.each([
  [['list']],
  [['up', '-f', file, '--dry-run', 'server']],
  [['trait', 'list', '--applies-to', 'webservice']],
  [['validate', '-f', file]],
])('a developer may %j in their namespace, through the group', async (argv) => {
  expect(await as('ann', ...argv, '--as-group', 'developers')).toMatchObject({ exit: 0 });
  // Who may log in may see what the cluster offers, but not what is in the namespace.
  expect(await as('ann', ...argv)).toMatchObject({ exit: argv[0] === 'trait' ? 0 : 4 });
});

test('what is forbidden names the user, the verb and the place', async () => {
  const { exit, stderr } = await as('ann', 'list', '-A', '--as-group', 'developers');
  expect(exit).toBe(4);
  expect(stderr).toMatch(/user "ann" may not list applicationconfigurations/);
});

/** A kubeconfig with the test's cluster as `good` and one that nobody answers for as the current context. */
function aKubeconfig(user: object): string {
  const { clusters } = parse(readFileSync(kubeconfig, 'utf8')) as Kubeconfig;
  const dead = { name: 'dead', cluster: { server: 'https://127.0.0.1:1' } };
  const context = (cluster: string) => ({ cluster, user: 'me', namespace });
  return aFile(
    'kubeconfig',
    stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [dead, { ...clusters[0], name: 'live' }],
      users: [{ name: 'me', user }],
      contexts: [
        { name: 'nobody', context: context('dead') },
        { name: 'good', context: context('live') },
      ],
      'current-context': 'nobody',
    }),
  );
}

/** A credential plugin that hands out the test's own credentials. */
function anExecPlugin(): object {
  const { users } = parse(readFileSync(kubeconfig, 'utf8')) as Kubeconfig;
  const user = users[0]?.user ?? {};
  const pem = (name: string) => Buffer.from(user[`${name}-data`] ?? '', 'base64').toString();
  const certificate = { clientCertificateData: pem('client-certificate'), clientKeyData: pem('client-key') };
  const status = user['token'] ? { token: user['token'] } : certificate;
  const credential = { apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status };
  const script = aFile('plugin.mjs', `process.stdout.write(${JSON.stringify(JSON.stringify(credential))})`);
  return {
    exec: {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: process.execPath,
      args: [script],
      interactiveMode: 'Never',
    },
  };
}

test('of several contexts one is chosen, and its namespace counts; credentials may come from a plugin', async () => {
  const config = aKubeconfig(anExecPlugin());
  const chosen = ['--kubeconfig', config, '--context', 'good'];
  const listed = await capstan('list', ...chosen);
  expect(listed).toMatchObject({ exit: 0, stderr: expect.stringContaining(namespace) });
  const planned = await capstan('diff', '-f', file, ...chosen);
  expect(planned.exit).toBe(1);
  expect(planned.stderr).toContain(`--kubeconfig ${config} --context good`);
  expect(await capstan('list', '--kubeconfig', config, '--timeout', '5s')).toMatchObject({ exit: 3 });
  expect(await capstan('list', '--kubeconfig', config, '--context', 'god')).toMatchObject({
    exit: 2,
    stderr: expect.stringContaining('nobody, good'),
  });
});

test('a credential plugin that fails is told as such', async () => {
  const broken = aKubeconfig({
    exec: {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: '/does/not/exist',
      interactiveMode: 'Never',
    },
  });
  expect(await capstan('list', '--kubeconfig', broken, '--context', 'good')).toMatchObject({
    exit: 3,
    stderr: expect.stringContaining('/does/not/exist'),
  });
});
