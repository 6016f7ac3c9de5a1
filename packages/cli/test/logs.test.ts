import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { stringify } from 'yaml';
import { aFile, capstan } from './cli.ts';

const NAMESPACED = '/namespaces/web';

/** Discovery of one group: its kinds by their plural. */
function resources(groupVersion: string, kinds: Readonly<Record<string, string>>) {
  const list = Object.entries(kinds).map(([name, kind]) => {
    return { name, kind, singularName: kind.toLowerCase(), namespaced: true, verbs: ['get', 'list', 'watch'] };
  });
  return { kind: 'APIResourceList', groupVersion, resources: list };
}

function aPod(name: string, containers: readonly string[]) {
  const labels = { 'app.oam.dev/name': 'shop', 'app.oam.dev/component': 'front' };
  const ownerReferences = [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'front', uid: 'u1', controller: true }];
  const metadata = { name, namespace: 'web', uid: name, labels, ownerReferences };
  return { metadata, spec: { containers: containers.map((container) => ({ name: container })) } };
}

const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'front', namespace: 'web' };
const application = {
  apiVersion: 'core.oam.dev/v1alpha2',
  kind: 'ApplicationConfiguration',
  metadata: { name: 'shop', namespace: 'web' },
  spec: { components: [{ componentName: 'front' }] },
  status: {
    inventory: [{ ...deployment, uid: 'u1' }],
    workloads: [{ componentName: 'front', workloadRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'front' } }],
  },
};

/** Answers of an API server whose nodes run pods, by path. */
function answers(pods: readonly object[]): Readonly<Record<string, unknown>> {
  const group = (name: string, version: string) => ({
    name,
    versions: [{ groupVersion: `${name}/${version}`, version }],
    preferredVersion: { groupVersion: `${name}/${version}`, version },
  });
  return {
    '/version': { gitVersion: 'v1.35.4', major: '1', minor: '35' },
    '/api': { kind: 'APIVersions', versions: ['v1'] },
    '/api/v1': resources('v1', { pods: 'Pod', nodes: 'Node' }),
    '/apis': { kind: 'APIGroupList', groups: [group('apps', 'v1'), group('core.oam.dev', 'v1alpha2')] },
    '/apis/apps/v1': resources('apps/v1', { deployments: 'Deployment' }),
    '/apis/core.oam.dev/v1alpha2': resources('core.oam.dev/v1alpha2', {
      applicationconfigurations: 'ApplicationConfiguration',
    }),
    [`/apis/core.oam.dev/v1alpha2${NAMESPACED}/applicationconfigurations/shop`]: application,
    [`/apis/apps/v1${NAMESPACED}/deployments/front`]: {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'front', namespace: 'web', uid: 'u1' },
    },
    [`/api/v1${NAMESPACED}/pods`]: { kind: 'PodList', metadata: { resourceVersion: '1' }, items: pods },
    '/api/v1/nodes': { kind: 'NodeList', metadata: {}, items: [{ metadata: { name: 'real' } }] },
  };
}

/** The arguments that reach a cluster with these pods, whose containers `broken` have no log. */
async function aCluster(pods: readonly object[]): Promise<readonly string[]> {
  const known = answers(pods);
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://cluster');
    const log = /\/pods\/([^/]+)\/log$/.exec(pathname);
    const container = searchParams.get('container') ?? '';
    if (log && container !== 'broken') return response.end(`${log[1]} ${container} ${searchParams.get('tailLines')}\n`);
    const answer = known[pathname];
    const status = { kind: 'Status', status: 'Failure', reason: 'BadRequest', message: 'waiting to start', code: 400 };
    response.writeHead(answer ? 200 : log ? 400 : 404, { 'Content-Type': 'application/json' });
    return response.end(JSON.stringify(answer ?? status));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const kubeconfig = {
    clusters: [{ name: 'c', cluster: { server: url } }],
    users: [{ name: 'u', user: {} }],
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u', namespace: 'web' } }],
    'current-context': 'c',
  };
  return ['--kubeconfig', aFile('kubeconfig', stringify(kubeconfig))];
}

test('the lines of one pod stand as they are', async () => {
  const target = await aCluster([aPod('front-1', ['main'])]);
  const { exit, stdout, stderr } = await capstan('logs', 'shop', '--tail', '5', ...target);
  expect({ exit, stdout, stderr }).toEqual({ exit: 0, stdout: 'front-1 main 5\n', stderr: '' });
});

test('of several pods each line says whose it is, also for machines', async () => {
  const target = await aCluster([aPod('front-1', ['main', 'side']), aPod('front-2', ['main'])]);
  const text = await capstan('logs', 'shop', '-c', 'front', '--follow', ...target);
  expect(text.stdout.split('\n').sort()).toEqual([
    '',
    '[front-1/main] front-1 main null',
    '[front-1/side] front-1 side null',
    '[front-2/main] front-2 main null',
  ]);
  const json = await capstan('logs', 'shop', ...target, '-o', 'json');
  const [first = ''] = json.stdout.split('\n');
  expect(JSON.parse(first)).toEqual({
    pod: 'front-1',
    namespace: 'web',
    container: 'main',
    component: 'front',
    line: 'front-1 main null',
  });
});

test('a container without a log keeps no other back, and is an error where it is the only one', async () => {
  const both = await capstan('logs', 'shop', ...(await aCluster([aPod('front-1', ['broken', 'main'])])));
  expect(both).toMatchObject({ exit: 0, stdout: '[front-1/main] front-1 main null\n' });
  expect(both.stderr).toContain('front-1/broken: ');
  const none = await capstan('logs', 'shop', ...(await aCluster([aPod('front-1', ['broken'])])));
  expect(none).toMatchObject({ stdout: '', stderr: expect.stringContaining('waiting to start') });
  expect(none.exit).not.toBe(0);
});

test('without a pod there is nothing to show', async () => {
  expect(await capstan('logs', 'shop', ...(await aCluster([])))).toMatchObject({
    exit: 5,
    stderr: expect.stringContaining('has no pods'),
  });
});
