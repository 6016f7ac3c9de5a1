import { request } from 'node:https';
import { type KubernetesObject, referenceTo } from '@capstan/base';
import { conditionsOf, connect, findCondition, type KubeClient } from '@capstan/kube';
import { startControlPlane, type TestControlPlane } from '@capstan/sandbox/testing';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { installSystem } from '../src/index.ts';
import {
  aComponent,
  anApplication,
  applicationIn,
  condition,
  newNamespace,
  type RunningOperator,
  startOperator,
} from './support.ts';

const ON = { useWebhook: true, webhookPort: 0, healthAddr: '127.0.0.1:0', metricsAddr: '127.0.0.1:0' } as const;
const ELSEWHERE = { trait: { apiVersion: 'v1', kind: 'ConfigMap', data: {} } };
const SYSTEM = 'capstan-system';
const SECRET = { apiVersion: 'v1', kind: 'Secret', name: 'capstan-webhook-tls', namespace: SYSTEM };
const CONFIGURATIONS = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'].map((kind) => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind,
  name: 'capstan-admission',
}));

describe('an operator with webhooks', () => {
  let plane: TestControlPlane;
  let client: KubeClient;
  let operator: RunningOperator;
  let namespace: string;
  const denials = new Map<string, { readonly stated: KubernetesObject; readonly denial: string }>();

  beforeAll(async () => {
    plane = await startControlPlane();
    client = await connect({ kubeconfig: plane.kubeconfig });
    await installSystem(client);
    operator = startOperator(client, [], ON);
    await operator.running;
    namespace = await newNamespace(client);
    await client.create(aComponent(namespace, 'fits', { image: 'web' }));
    const elsewhere = { definitionRef: { name: 'configmaps' }, appliesToWorkloads: ['jobs.batch'] };
    await client.create({
      apiVersion: 'core.oam.dev/v1alpha2',
      kind: 'TraitDefinition',
      metadata: { name: 'configmaps' },
      spec: elsewhere,
    });
  });

  afterAll(async () => {
    await operator?.stop();
    client?.close();
    await plane?.stop();
  });

  const refused = (object: KubernetesObject) =>
    client.create(object).then(
      () => 'admitted',
      (error: Error) => error.message,
    );

  test('what is wrong is refused by the webhook, by its name and in the words of the rule', async () => {
    const asked = anApplication(namespace, 'wrong', [{ componentName: 'nobody' }]);
    await expect
      .poll(() => refused(asked))
      .toContain(
        'admission webhook "validate.applicationconfigurations.core.oam.dev" denied the request: ' +
          'cannot get component "nobody": components.core.oam.dev "nobody" not found',
      );
    const typed = aComponent(namespace, 'typed', {});
    (typed['spec'] as { workload: object }).workload = { type: 'nobody' };
    expect(await refused(typed)).toContain('denied the request: workloaddefinitions.core.oam.dev "nobody" not found');
  });

  test('a Definition whose entries are no names is refused, one of the reference is not', async () => {
    const trait = (name: string, appliesToWorkloads: readonly string[]) => ({
      apiVersion: 'core.oam.dev/v1alpha2',
      kind: 'TraitDefinition',
      metadata: { name },
      spec: { definitionRef: { name }, appliesToWorkloads },
    });
    expect(await refused(trait('bads.example.com', ['not a name']))).toMatch(
      /webhook "validate\.definitions\.core\.oam\.dev" denied the request: spec\.appliesToWorkloads\[0\]/,
    );
    const entries = ['core.oam.dev/v1alpha2.ContainerizedWorkload', 'deployments.apps', '*.core.oam.dev', '*'];
    expect(await refused(trait('goods.example.com', entries))).toBe('admitted');
  });

  test('Definitions that are named become kinds, also right after they were made', async () => {
    const crd = `${namespace}s.example.com`;
    await client.create(aCrd(namespace, crd));
    await client.create({
      apiVersion: 'core.oam.dev/v1alpha2',
      kind: 'TraitDefinition',
      metadata: { name: 'fresh' },
      spec: { definitionRef: { name: crd } },
    });
    const web = aComponent(namespace, 'web', {});
    const workload = { type: 'webservices.workloads.capstan.dev', spec: { image: 'web', port: 80 } };
    const component = await client.create({ ...web, spec: { workload } });
    expect(component['spec']).toMatchObject({
      workload: {
        apiVersion: 'workloads.capstan.dev/v1alpha1',
        kind: 'WebService',
        metadata: { namespace, labels: { 'workload.oam.dev/type': 'webservices.workloads.capstan.dev' } },
      },
    });
    const trait = { name: 'fresh', properties: { a: 1 } };
    const stated = anApplication(namespace, 'named', [{ componentName: 'web', traits: [{ trait }] }]);
    expect(await refused(stated)).toBe('admitted');
    const stored = await client.get(applicationIn(namespace, 'named'));
    expect(stored?.['spec']).toMatchObject({
      components: [
        {
          traits: [
            {
              trait: {
                apiVersion: 'example.com/v1',
                kind: 'Thing',
                metadata: { labels: { 'trait.oam.dev/type': 'fresh' } },
                spec: { a: 1 },
              },
            },
          ],
        },
      ],
    });
  });

  test('an application can be deleted, and its metadata changed, when what it names is gone', async () => {
    await client.create(aComponent(namespace, 'gone', { image: 'web', port: 80 }));
    const application = anApplication(namespace, 'left', [{ componentName: 'gone' }]);
    const metadata = { ...application.metadata, finalizers: ['example.com/hold'] };
    await client.create({ ...application, metadata });
    await client.delete({ ...referenceTo(aComponent(namespace, 'gone', {})) });
    const reference = applicationIn(namespace, 'left');
    await client.patch(reference, { metadata: { labels: { a: 'b' } } });
    await client.delete(reference);
    await client.patch(reference, { metadata: { finalizers: [] } });
    await expect.poll(() => client.get(reference)).toBeUndefined();
  });

  test.each<[string, object]>([
    ['a value for no parameter', { componentName: 'fits', parameterValues: [{ name: 'x', value: 1 }] }],
    ['a dependency on nobody', { componentName: 'fits', dependencies: ['nobody'] }],
    ['a trait that does not apply', { componentName: 'fits', traits: [ELSEWHERE] }],
    ['a Component that does not exist', { componentName: 'nobody' }],
  ])('%s is refused alike with and without webhooks: by a denial, or by a condition', async (_what, entry) => {
    const name = `alike-${denials.size}`;
    const stated = anApplication(namespace, name, [entry]);
    const [, denial = ''] = (await refused(stated)).split('denied the request: ');
    expect(denial).not.toBe('');
    denials.set(name, { stated, denial });
  });

  test('health, readiness and metrics are served', async () => {
    const get = async (name: 'health' | 'metrics', path: string) => {
      const response = await fetch(`${operator.url(name)}${path}`);
      return { status: response.status, text: await response.text() };
    };
    expect(await get('health', '/healthz')).toEqual({ status: 200, text: 'ok' });
    expect(await get('health', '/readyz')).toEqual({ status: 200, text: 'ok' });
    expect((await get('health', '/metrics')).status).toBe(404);
    const { text } = await get('metrics', '/metrics');
    for (const sample of [
      'leader_election_master_status{name="capstan-operator"} 1',
      'controller_runtime_reconcile_total{controller="application",result="success"}',
      'controller_runtime_reconcile_time_seconds_bucket{le="0.005",controller="application"}',
      'controller_runtime_active_workers{controller="application"}',
      'controller_runtime_webhook_requests_total{webhook="/mutating-core-oam-dev-v1alpha2-components",code="200"}',
      'workqueue_adds_total{name="application"}',
      'workqueue_depth{name="application"} ',
      'rest_client_requests_total{code="200",method="GET",host="127.0.0.1:',
      'process_cpu_seconds_total',
      'capstan_build_info{version="',
    ]) {
      expect(text).toContain(sample);
    }
  });

  test('the server takes reviews only, of bounded size, over TLS', async () => {
    const secret = await client.get(SECRET);
    const ca = Buffer.from((secret?.['data'] as Record<string, string> | undefined)?.['ca.crt'] ?? '', 'base64');
    const send = (method: string, path: string, body: string) =>
      new Promise<number>((resolve, reject) => {
        const sent = request(`${operator.url('webhooks')}${path}`, { method, ca }, (response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        });
        sent.once('error', reject).end(body);
      });
    const path = '/validating-core-oam-dev-v1alpha2-components';
    expect(await send('POST', path, '{')).toBe(400);
    expect(await send('POST', path, '{}')).toBe(400);
    expect(await send('PUT', path, '{}')).toBe(405);
    expect(await send('POST', '/', '{}')).toBe(404);
    expect(await send('POST', path, 'x'.repeat(9 * 1024 * 1024))).toBe(413);
  });

  test('a stop takes the webhooks out, and another operator brings its own with the same certificate', async () => {
    const before = await client.get(SECRET);
    const live = async () => Promise.all(CONFIGURATIONS.map((reference) => client.get(reference)));
    const urls = async () =>
      (await live()).flatMap((configuration) =>
        ((configuration?.['webhooks'] ?? []) as { clientConfig: { url: string }; failurePolicy: string }[]).map(
          ({ clientConfig, failurePolicy }) => `${failurePolicy} ${new URL(clientConfig.url).origin}`,
        ),
      );
    expect(new Set(await urls())).toEqual(new Set([`Ignore ${operator.url('webhooks')}`]));
    const second = startOperator(client, [], { ...ON, webhookHost: 'localhost' });
    await expect.poll(() => second.states.at(-1)?.state).toBe('standby');
    expect(await (await fetch(`${second.url('health')}/readyz`)).text()).toMatch(/^ok: standby for /);
    await operator.stop();
    await second.running;
    expect(new Set(await urls())).toEqual(new Set([`Ignore ${second.url('webhooks')}`]));
    await second.stop();
    expect(await live()).toEqual([undefined, undefined]);
    expect((await client.get(SECRET))?.metadata.resourceVersion).toBe(before?.metadata.resourceVersion);
    for (const { stated } of denials.values()) expect(await refused(stated)).toBe('admitted');
  });

  test('so does a stop after the Lease was lost to one that has no webhooks', async () => {
    const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', name: 'capstan-operator', namespace: SYSTEM };
    const loser = startOperator(client, [], ON);
    await loser.running;
    const spec = { holderIdentity: 'somebody', leaseDurationSeconds: 60, renewTime: '2100-01-01T00:00:00.000000Z' };
    // Else the lease says that it is of this process, which knows no such holder.
    await client.patch(lease, { metadata: { annotations: { 'capstan.dev/holder-process': null } }, spec });
    await expect.poll(() => loser.states.at(-1)?.state, { timeout: 20_000 }).toBe('standby');
    await loser.stop();
    await client.delete(lease);
    const left = await Promise.all(CONFIGURATIONS.map((one) => client.get(one)));
    expect(left.map((one) => one?.kind)).toEqual([undefined, undefined]);
  });

  test('what the webhooks denied the controller refuses in the same words', async () => {
    const plain = startOperator(client);
    onTestFinished(() => plain.stop());
    for (const [name, { denial }] of denials) {
      const said = await condition(client, applicationIn(namespace, name), ['Synced', 'False', 'ReconcileError']);
      const message = findCondition(conditionsOf(said), 'Synced')?.message ?? '';
      // The controller says at which stage it stopped, the webhook at which path.
      expect(message).toContain(denial.replace(/^spec\S+: /, '').split(': components.core')[0]);
    }
  });
});

/** A CRD of kind Thing; any content will do. */
function aCrd(plural: string, name: string): KubernetesObject {
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: `${plural}s`, singular: plural, kind: 'Thing', listKind: 'ThingList' },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  };
}
