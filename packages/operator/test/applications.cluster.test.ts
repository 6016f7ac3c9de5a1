import { isCapstanError, type KubernetesObject, type ObjectReference } from '@capstan/base';
import { applicationTree } from '@capstan/core';
import { conditionsOf, findCondition, KUBE_CODES, type KubeClient, waitFor } from '@capstan/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  aComponent,
  anApplication,
  applicationIn,
  condition,
  DEADLINE_MS,
  deploymentIn,
  type SharedOperator,
  sharedOperator,
  webServiceIn,
} from './support.ts';

const gone = (object: KubernetesObject | undefined) => object === undefined;

/** A garbage collector that works at once was there before. */
function unlessGone(error: unknown): void {
  if (!isCapstanError(error) || error.code !== KUBE_CODES.notFound) throw error;
}

describe('the application controller on a real control plane', () => {
  let client: KubeClient;
  let shared: SharedOperator;
  let namespace: string;

  beforeAll(async () => {
    shared = await sharedOperator();
    ({ client, namespace } = shared);
  });

  afterAll(() => shared?.stop());

  const until = (reference: ObjectReference, holds: (object: KubernetesObject | undefined) => boolean) =>
    waitFor(client, reference, holds, { timeoutMs: DEADLINE_MS });
  const apply = async (...objects: KubernetesObject[]) => {
    for (const object of objects) await client.apply(object);
  };
  const events = async (name: string) => {
    const { items } = await client.list({ apiVersion: 'v1', kind: 'Event' }, { namespace });
    return items.filter((event) => (event['involvedObject'] as { name: string }).name === name);
  };
  const eventReasons = async (name: string) => (await events(name)).map((event) => event['reason']);

  test('two components become ready, and applying them again writes nothing at all', async () => {
    const objects = [
      aComponent(namespace, 'backend', { image: 'redis:7.4', port: 6379 }),
      aComponent(namespace, 'frontend', { image: 'nginx:1.29', port: 8080, replicas: 2 }),
      anApplication(namespace, 'hello', [{ componentName: 'backend' }, { componentName: 'frontend' }]),
    ];
    await apply(...objects);
    await condition(client, applicationIn(namespace, 'hello'), ['Ready', 'True']);
    await condition(client, webServiceIn(namespace, 'frontend'), ['Ready', 'True']);

    const all = [
      applicationIn(namespace, 'hello'),
      ...['backend', 'frontend'].flatMap((name) => [
        webServiceIn(namespace, name),
        deploymentIn(namespace, name),
        { apiVersion: 'v1', kind: 'Service', namespace, name },
      ]),
    ];
    const versions = () =>
      Promise.all(all.map(async (reference) => (await client.get(reference))?.metadata.resourceVersion));
    const before = await versions();
    await apply(...objects);
    // A change of another application proves that the controller has seen everything before it.
    await apply(anApplication(namespace, 'marker', [{ componentName: 'not-there' }]));
    await condition(client, applicationIn(namespace, 'marker'), ['Synced', 'False', 'ReconcileError']);
    expect(await versions()).toEqual(before);
    await client.delete(applicationIn(namespace, 'marker'));
  });

  test('the tree shows the application down to simulated pods', async () => {
    const tree = await applicationTree(client, { name: 'hello', namespace });
    const [backend, frontend] = tree?.application.children ?? [];
    expect(tree).toMatchObject({ simulated: true, application: { health: { status: 'ready' } } });
    expect(backend).toMatchObject({ role: 'component', name: 'backend', health: { status: 'ready' } });
    const deployment = frontend?.children[0]?.children.find((child) => child.kind === 'Deployment');
    const pods = deployment?.children.flatMap((replicaSet) => replicaSet.children) ?? [];
    expect(pods.map(({ kind, simulated }) => [kind, simulated])).toEqual([
      ['Pod', true],
      ['Pod', true],
    ]);
    expect(await applicationTree(client, { name: 'nobody', namespace })).toBeUndefined();
  });

  test('drift is repaired: changed fields are set back with an Event, deleted objects come back', async () => {
    const service = { apiVersion: 'v1', kind: 'Service', namespace, name: 'backend' };
    const old = await client.get(service);
    await client.delete(service);
    await until(service, (object) => object !== undefined && object.metadata.uid !== old?.metadata.uid);

    const deployment = deploymentIn(namespace, 'backend');
    const image = [{ op: 'replace', path: '/spec/template/spec/containers/0/image', value: 'redis:0' }];
    await client.patch(deployment, image, { type: 'json', fieldManager: 'somebody' });
    await until(deployment, (object) => JSON.stringify(object?.['spec']).includes('redis:7.4'));
    const message = `fields of deployment/${namespace}/backend set by somebody were set back`;
    await expect.poll(() => events('hello')).toContainEqual(expect.objectContaining({ message }));
    await condition(client, applicationIn(namespace, 'hello'), ['Ready', 'True']);
  });

  test('scaling the WebService scales its Deployment, where the component states no replicas', async () => {
    const scale = { spec: { replicas: 3 } };
    await client.patch(webServiceIn(namespace, 'backend'), scale, { subresource: 'scale', fieldManager: 'kubectl' });
    const scaled = await until(
      deploymentIn(namespace, 'backend'),
      (object) => (object?.['status'] as { readyReplicas?: number } | undefined)?.readyReplicas === 3,
    );
    expect(scaled?.['spec']).toMatchObject({ replicas: 3 });
    await until(
      webServiceIn(namespace, 'backend'),
      (object) => (object?.['status'] as { replicas?: number } | undefined)?.replicas === 3,
    );
  });

  test('an edit of a component reaches every application that names it', async () => {
    const parameters = [{ name: 'name', fieldPaths: ['metadata.name'], required: true }];
    const shared = (image: string) => aComponent(namespace, 'shared', { image }, { parameters });
    const user = (name: string) =>
      anApplication(namespace, name, [
        { componentName: 'shared', parameterValues: [{ name: 'name', value: `${name}-web` }] },
      ]);
    await apply(shared('nginx:1.28'), user('one'), user('two'));
    const images = async (image: string) => {
      for (const name of ['one-web', 'two-web']) {
        await until(deploymentIn(namespace, name), (object) => JSON.stringify(object?.['spec'] ?? {}).includes(image));
      }
    };
    await images('nginx:1.28');
    await apply(shared('nginx:1.29'));
    await images('nginx:1.29');
  });

  test('a label of the application is passed on to its workloads', async () => {
    const hello = anApplication(namespace, 'hello', [{ componentName: 'backend' }, { componentName: 'frontend' }]);
    await apply({ ...hello, metadata: { ...hello.metadata, labels: { team: 'blue' } } });
    await until(webServiceIn(namespace, 'frontend'), (object) => object?.metadata.labels?.['team'] === 'blue');
  });

  test('a component that leaves the application is deleted with all that it made', async () => {
    await apply(anApplication(namespace, 'hello', [{ componentName: 'frontend' }]));
    await until(deploymentIn(namespace, 'backend'), gone);
    await until(webServiceIn(namespace, 'backend'), gone);
    const application = await condition(client, applicationIn(namespace, 'hello'), ['Ready', 'True']);
    expect(JSON.stringify(application['status'])).not.toContain('backend');
  });

  test('what belongs to another application is refused, and nothing of it is touched', async () => {
    await apply(anApplication(namespace, 'thief', [{ componentName: 'frontend' }]));
    const thief = await condition(client, applicationIn(namespace, 'thief'), ['Ready', 'False', 'NotControlled']);
    expect(findCondition(conditionsOf(thief), 'Synced')?.message).toContain('existing object is not controlled by UID');
    await client.delete(applicationIn(namespace, 'thief'));
    await until(applicationIn(namespace, 'thief'), gone);
    await condition(client, applicationIn(namespace, 'hello'), ['Ready', 'True']);
  });

  test('an application with a missing component says so once, and goes on when it appears', async () => {
    await apply(anApplication(namespace, 'early', [{ componentName: 'late' }]));
    const early = applicationIn(namespace, 'early');
    await condition(client, early, ['Ready', 'False', 'ComponentMissing']);
    await apply(aComponent(namespace, 'late', { image: 'nginx:1.29' }));
    await condition(client, early, ['Ready', 'True']);
    // Told beside the status.
    const told = () => eventReasons('early');
    await expect.poll(told).toEqual(expect.arrayContaining(['RenderedComponents', 'AppliedComponents']));
    expect((await told()).filter((reason) => reason === 'CannotRenderComponents')).toHaveLength(1);
    // No port, no Service.
    expect(await client.get({ apiVersion: 'v1', kind: 'Service', namespace, name: 'late' })).toBeUndefined();
  });

  test.each([
    ['an unknown trait kind', { traits: [{ trait: { apiVersion: 'x.dev/v1', kind: 'Y' } }] }, 'TraitKindUnknown'],
    [
      'a scope that does not exist',
      { scopes: [{ scopeRef: { apiVersion: 'core.oam.dev/v1alpha2', kind: 'HealthScope', name: 'h' } }] },
      'InvalidScope',
    ],
  ])('%s is refused with a condition, and nothing is applied', async (_what, part, reason) => {
    const name = reason.toLowerCase();
    await apply(aComponent(namespace, name, { image: 'nginx:1.29' }));
    await apply(anApplication(namespace, name, [{ componentName: name, ...part }]));
    await condition(client, applicationIn(namespace, name), ['Ready', 'False', reason]);
    expect(await client.get(webServiceIn(namespace, name))).toBeUndefined();
  });

  test('the right that is missing is named, and the application goes on when it is given', async () => {
    const quota = { apiVersion: 'v1', kind: 'ResourceQuota', namespace, name: 'none' };
    const { name } = quota;
    const hard = { 'count/deployments.apps': '0' };
    await client.create({ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name, namespace }, spec: { hard } });
    await until(quota, (object) => (object?.['status'] as { hard?: object })?.hard !== undefined);
    await apply(aComponent(namespace, 'refused', { image: 'nginx:1.29' }));
    await apply(anApplication(namespace, 'refused', [{ componentName: 'refused' }]));
    await condition(client, applicationIn(namespace, 'refused'), ['Ready', 'False', 'Forbidden']);
    await client.delete(quota);
    await condition(client, applicationIn(namespace, 'refused'), ['Ready', 'True']);
  });

  test('an application that is deleted with --cascade=orphan leaves what it made', async () => {
    const one = applicationIn(namespace, 'one');
    await client.delete(one, { propagationPolicy: 'Orphan' });
    // What the garbage collector does then; it may take 30 s to learn of a new kind.
    await client.patch(webServiceIn(namespace, 'one-web'), { metadata: { ownerReferences: null } });
    await client.patch(one, { metadata: { finalizers: null } }).catch(unlessGone);
    await until(one, gone);
    await client.delete(applicationIn(namespace, 'two'));
    await until(webServiceIn(namespace, 'two-web'), gone);
    expect(await client.get(webServiceIn(namespace, 'one-web'))).toBeDefined();
  });

  test('deleting the application deletes what it made', async () => {
    await client.delete(applicationIn(namespace, 'hello'));
    await until(deploymentIn(namespace, 'frontend'), gone);
    await until(webServiceIn(namespace, 'frontend'), gone);
    await until({ apiVersion: 'v1', kind: 'Service', namespace, name: 'frontend' }, gone);
  });
});
