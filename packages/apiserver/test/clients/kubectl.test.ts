import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../../src/testing/index.ts';
import { type Api, apiOf } from './api.ts';
import { chart } from './chart.ts';
import { findProgram, type Outcome, runner } from './programs.ts';
import { simulateControllers } from './simulation.ts';

const there = findProgram('kubectl') !== undefined;

/** A manifest as text. */
function manifest(...objects: readonly object[]): string {
  return objects.map((object) => JSON.stringify(object)).join('\n---\n');
}

const configMap = (data: object, metadata: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a', ...metadata },
  data,
});

const deployment = (image: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image }] } },
  },
});

/** The table of docs/apiserver.md lists these commands. */
describe.skipIf(!there)(`kubectl${there ? '' : ' (there is none for this platform; set CAPSTAN_KUBECTL)'}`, () => {
  const home = mkdtempSync(join(tmpdir(), 'capstan-kubectl-'));
  let server: TestServer;
  let api: Api;
  let endControllers = () => {};
  let namespace = '';
  let run: (args: readonly string[], input?: string) => Promise<Outcome>;

  beforeAll(async () => {
    server = await startTestServer();
    api = apiOf(server);
    endControllers = simulateControllers(api);
    run = runner('kubectl', server.kubeconfigPath, home);
  });
  afterAll(async () => {
    endControllers();
    api.close();
    await server.stop();
    rmSync(home, { recursive: true, force: true });
  });
  /** Every test has a namespace of its own. */
  beforeEach(async ({ task }) => {
    namespace = `test-${task.id.replaceAll('_', '-')}`;
    await api.call('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
  });

  /** Runs a command line whose words are separated by spaces; rejects when it fails. */
  async function kubectl(line: string, input = ''): Promise<string> {
    const { code, stdout, stderr } = await run(['-n', namespace, ...line.split(' ')], input);
    expect(code, `kubectl ${line}: ${stderr}`).toBe(0);
    return stdout;
  }

  async function refused(line: string, input = ''): Promise<string> {
    const { code, stdout, stderr } = await run(['-n', namespace, ...line.split(' ')], input);
    expect(code, stdout).not.toBe(0);
    return stderr;
  }

  async function read(line: string): Promise<Record<string, never>> {
    return JSON.parse(await kubectl(`get ${line} -o json --show-managed-fields`)) as Record<string, never>;
  }

  test('version, api-versions, api-resources and explain', async () => {
    expect(JSON.parse(await kubectl('version -o json'))).toMatchObject({
      serverVersion: { gitVersion: 'v1.35.4+sim', major: '1', minor: '35' },
    });
    expect(await kubectl('api-versions')).toContain('apps/v1\n');
    expect(await kubectl('api-resources')).toMatch(/^deployments +deploy +apps\/v1 +true +Deployment$/m);
    expect(await kubectl('explain deployment.spec.replicas')).toMatch(/FIELD: replicas <integer>/);
    expect(await refused('explain deployment.spec.nothing')).toContain('does not exist');
  });

  test('create, get in several forms, label, annotate, delete', async () => {
    await kubectl('create configmap a --from-literal=x=1');
    await kubectl('create deployment web --image=example.com/web:1 --replicas=2');
    await kubectl('create secret generic s --from-literal=password=p');
    await kubectl('create service clusterip web --tcp=80:8080');
    await kubectl('create ingress web --rule=example.com/*=web:80');
    await kubectl('create quota q --hard=pods=4,requests.cpu=2');
    await kubectl('create job once --image=example.com/web:1');
    await kubectl('create cronjob often --image=example.com/web:1 --schedule=@daily');
    expect(await refused('create configmap a')).toContain('configmaps "a" already exists');
    expect(await kubectl('get deployments')).toMatch(/^NAME +READY +UP-TO-DATE +AVAILABLE +AGE\nweb +\d\/2/);
    expect(await kubectl('get configmap a -o jsonpath={.data.x}')).toBe('1');
    expect(await kubectl('get all,ingress -o name')).toContain('ingress.networking.k8s.io/web');
    await kubectl('label configmap a team=blue');
    await kubectl('annotate configmap a note=here');
    expect(await kubectl('get configmap -l team=blue -o name')).toBe('configmap/a\n');
    expect(await kubectl('get configmap --field-selector=metadata.name=a -o yaml')).toContain('note: here');
    expect(await kubectl('delete configmap a')).toContain('configmap "a" deleted');
    expect(await refused('get configmap a')).toContain('configmaps "a" not found');
  });

  test('apply, diff and apply again', async () => {
    await kubectl('apply -f -', manifest(configMap({ x: '1', y: '1' }), deployment('example.com/web:1')));
    const { code, stdout } = await run(['-n', namespace, 'diff', '-f', '-'], manifest(configMap({ x: '2', y: '1' })));
    expect(code).toBe(1);
    expect(stdout).toContain('+  x: "2"');
    expect(await kubectl('apply -f -', manifest(configMap({ x: '2' })))).toContain('configmap/a configured');
    expect((await read('configmap a'))['data']).toEqual({ x: '2' });
    expect(await kubectl('apply -f -', manifest(configMap({ x: '2' })))).toContain('configmap/a unchanged');
    await kubectl('apply -f -', manifest(deployment('example.com/web:2')));
    expect(await kubectl('get deployment web -o jsonpath={..image}')).toBe('example.com/web:2');
    const wrong = { ...configMap({}), nothing: 1 };
    expect(await refused('apply -f -', manifest(wrong))).toContain('unknown field "nothing"');
  });

  test('server-side apply: conflict, force, and the way from client-side apply', async () => {
    await kubectl('apply --server-side -f -', manifest(configMap({ x: '1' })));
    const other = 'apply --server-side --field-manager=other';
    const conflict = await refused(`${other} -f -`, manifest(configMap({ x: '2' })));
    expect(conflict).toContain('conflict with "kubectl": .data.x');
    await kubectl(`${other} --force-conflicts -f -`, manifest(configMap({ x: '2' })));
    expect((await read('configmap a'))['data']).toEqual({ x: '2' });

    const named = { name: 'b' };
    await kubectl('apply -f -', manifest(configMap({ x: '1', y: '1' }, named)));
    await kubectl('apply --server-side -f -', manifest(configMap({ x: '2' }, named)));
    expect((await read('configmap b'))['data']).toEqual({ x: '2' });
  });

  test('patches of the three types, scale, wait, rollout and describe', async () => {
    await kubectl('apply -f -', manifest(deployment('example.com/web:1')));
    await kubectl('patch deployment web --type=merge -p {"spec":{"paused":true}}');
    await kubectl('patch deployment web --type=json -p [{"op":"remove","path":"/spec/paused"}]');
    const strategic = '{"spec":{"template":{"spec":{"containers":[{"name":"side","image":"example.com/side:1"}]}}}}';
    await kubectl(`patch deployment web -p ${strategic}`);
    expect(await kubectl('get deployment web -o jsonpath={..image}')).toBe('example.com/side:1 example.com/web:1');
    expect(await kubectl('scale deployment web --replicas=3')).toContain('deployment.apps/web scaled');
    await kubectl('wait deployment web --for=condition=Available --timeout=20s');
    await kubectl('rollout status deployment web --timeout=20s');
    expect(await kubectl('get deployment web -o jsonpath={.status.availableReplicas}')).toBe('3');
    expect(await kubectl('describe deployment web')).toContain('3 desired | 3 updated | 3 total | 3 available');
  });

  test('get --watch shows what happens', async () => {
    await kubectl('create configmap a');
    const watching = run(['-n', namespace, 'get', 'configmaps', '-w', '--request-timeout=2s', '-o', 'name']);
    await kubectl('create configmap b');
    await kubectl('delete configmap a');
    const { stdout } = await watching;
    expect(stdout.split('\n').filter(Boolean)).toEqual(expect.arrayContaining(['configmap/a', 'configmap/b']));
  });

  test('a custom resource: from its definition to its end', async () => {
    const crd = (chart['crds/gadgets.yaml'] ?? '').replaceAll('gadget', 'widget').replaceAll('Gadget', 'Widget');
    await kubectl('apply -f -', crd);
    await kubectl('wait crd widgets.example.com --for=condition=Established --timeout=20s');
    const widget = (size: unknown) => ({
      apiVersion: 'example.com/v1',
      kind: 'Widget',
      metadata: { name: 'w' },
      spec: { size },
    });
    await kubectl('apply -f -', manifest(widget(1)));
    expect((await read('widget w'))['spec']).toEqual({ size: 1, mode: 'plain' });
    expect(await refused('apply -f -', manifest(widget(0)))).toContain('should be greater than or equal to 1');
    expect(await kubectl('explain widget.spec.size')).toContain('<integer>');
    await kubectl('delete crd widgets.example.com');
    expect(await refused('get widgets')).toContain('NotFound');
  });

  test('auth: can-i, whoami, another user', async () => {
    expect(await kubectl('auth can-i create pods')).toBe('yes\n');
    expect(JSON.parse(await kubectl('auth whoami -o json'))).toMatchObject({
      status: { userInfo: { username: 'admin', groups: ['system:masters', 'system:authenticated'] } },
    });
    await kubectl('create serviceaccount robot');
    const account = `system:serviceaccount:${namespace}:robot`;
    await kubectl('create role reader --verb=get,list --resource=configmaps');
    await kubectl(`create rolebinding reader --role=reader --serviceaccount=${namespace}:robot`);
    expect(await kubectl(`auth can-i list configmaps --as=${account}`)).toBe('yes\n');
    const refusal = await refused(`get secrets --as=${account}`);
    expect(refusal).toContain(`User "${account}" cannot list resource "secrets" in API group ""`);
    expect((await kubectl('create token robot')).split('.')).toHaveLength(3);
  });

  test('what a simulated cluster does not have is said', async () => {
    await kubectl('run p --image=example.com/web:1');
    expect(await refused('logs p')).toContain('this cluster is simulated');
    expect(await refused('exec p -- true')).toContain('this cluster is simulated');
    expect(await kubectl('delete pod p --grace-period=0 --force')).toContain('pod "p" force deleted');
    await kubectl('delete namespace default-of-nobody --ignore-not-found');
    expect(await refused('delete namespace default')).toContain('this namespace may not be deleted');
  });
});
