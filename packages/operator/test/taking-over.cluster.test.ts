import { type KubernetesObject, type ObjectReference, referenceTo } from '@capstan/base';
import { applicationTree } from '@capstan/core';
import { conditionsOf, connect, healthOf, type KubeClient, waitFor, waitUntilServed } from '@capstan/kube';
import '@capstan/sandbox/testing';
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest';
import { installSystem } from '../src/index.ts';
import {
  aComponent,
  anApplication,
  applicationIn,
  condition,
  crd,
  DEADLINE_MS,
  definition,
  deploymentIn,
  newNamespace,
  type RunningOperator,
  startOperator,
  webServiceIn,
} from './support.ts';
import { FLIGHT, FLIGHT_FINALIZER, PILOT, pilot, SIGNPOST } from './testing-pilot.ts';

const CAPSTAN = 'capstan.dev/v1alpha1';
const INSTALL = { apiVersion: CAPSTAN, kind: 'CapabilityInstall', name: 'pilot' };
const CONTROLLER = { fieldManager: 'flights' };

let client: KubeClient;
let operator: RunningOperator;
let namespace: string;
const shared: KubernetesObject[] = [];

beforeAll(async () => {
  client = await connect({ kubeconfig: inject('kubeconfig') });
  await installSystem(client);
  namespace = await newNamespace(client);
  shared.push(crd(SIGNPOST, 'signposts'), crd(PILOT, 'pilots'), crd(FLIGHT, 'flights'));
  shared.push(definition('signposts.traits.capstan.dev', 'spec.target', {}));
  const flies = { extension: { target: 'child', owns: ['rollout'] } };
  shared.push(definition('pilots.traits.capstan.dev', 'spec.target', flies));
  for (const object of shared) await client.apply(object);
  for (const kind of [SIGNPOST, PILOT, FLIGHT]) await waitUntilServed(client, kind);
  const { name, ...kind } = INSTALL;
  shared.push(await client.create({ ...kind, metadata: { name }, spec: { package: name, version: '*' } }));
  const ready = { type: 'Ready', status: 'True', reason: 'Ready', message: '', lastTransitionTime: now() };
  const status = { phase: 'Ready', conditions: [ready] };
  await client.apply({ ...kind, metadata: { name }, status }, { subresource: 'status', fieldManager: 'flights' });
  await client.apply({ ...lamp('lamp'), metadata: { name: 'lamp', namespace, labels: { lamp: 'on' } } });
  operator = startOperator(client, [pilot]);
  await operator.running;
});

afterAll(async () => {
  await operator?.stop();
  await client?.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
  for (const { apiVersion, kind, metadata } of shared) await client.delete({ apiVersion, kind, name: metadata.name });
  client?.close();
});

test('what a trait takes over is left to its controller, and comes back without having been away', async () => {
  const { state, application } = await anAirport('shop', [SIGNPOST, PILOT]);
  const flight = await state.flight();
  expect(flight['spec']).toEqual({ target: 'shop', taken: ['Service/shop', 'ConfigMap/shop-notice'] });
  // Where the controller begins is what the component states.
  expect((await client.get(deploymentIn(namespace, 'shop')))?.['spec']).toMatchObject({ replicas: 3 });
  expect(await Promise.all([client.get(state.service), client.get(state.notice)])).toEqual([undefined, undefined]);
  const taken = await condition(client, await state.trait(SIGNPOST), ['Ready', 'True', 'TakenOver']);
  expect(JSON.stringify(taken['status'])).toContain(`pilot/${namespace}/shop-pilots`);

  await state.takeOff(2);
  await condition(client, application, ['Ready', 'True']);
  await until(webServiceIn(namespace, 'shop'), (web) => statusOf(web)['replicas'] === 2);
  // The controller has scaled the workload to nothing: nobody of us takes that back.
  expect((await client.get(deploymentIn(namespace, 'shop')))?.['spec']).toMatchObject({ replicas: 0 });
  const made = await client.get(state.service);

  await client.apply(anApplication(namespace, 'shop', [{ componentName: 'shop', traits: [{ trait: SIGNPOST }] }]));
  const leaving = await until(referenceTo(flight), (one) => one?.metadata.deletionTimestamp !== undefined);
  expect(leaving?.metadata.finalizers).toEqual([FLIGHT_FINALIZER]);
  const waits = await condition(client, application, ['Ready', 'False', 'WaitingForDependencies']);
  expect(JSON.stringify(waits['status'])).toContain(`flight/${namespace}/shop is being deleted`);
  // What the controller made is ours before its owner is gone; nothing else has been touched.
  const web = await client.get(webServiceIn(namespace, 'shop'));
  const claimed = await client.get(state.service);
  expect(claimed?.metadata.ownerReferences).toMatchObject([{ kind: 'WebService', uid: web?.metadata.uid }]);
  expect(claimed?.['spec']).toMatchObject({ selector: { flight: 'shop' } });
  expect((await client.get(deploymentIn(namespace, 'shop')))?.['spec']).toMatchObject({ replicas: 0 });
  expect(await client.get(state.notice)).toBeUndefined();

  await state.land(2);
  await condition(client, application, ['Ready', 'True']);
  const back = await until(state.service, (one) => JSON.stringify(one?.['spec']).includes('app.oam.dev/component'));
  expect(back?.metadata.uid).toBe(made?.metadata.uid);
  expect(await client.get(state.notice)).toBeDefined();
  await until(deploymentIn(namespace, 'shop'), (one) => specOf(one)['replicas'] === 3);
  await until(deploymentIn(namespace, 'shop-primary'), (one) => one === undefined);
  expect(await client.list(PILOT, { namespace })).toMatchObject({ items: [] });
});

test('what is live when a trait comes stays as its controller makes it, and is deleted with the application', async () => {
  const { state, application } = await anAirport('quay', [SIGNPOST]);
  await condition(client, application, ['Ready', 'True']);
  const before = await client.get(state.service);
  const traits = [SIGNPOST, PILOT].map((trait) => ({ trait }));
  await client.apply(anApplication(namespace, 'quay', [{ componentName: 'quay', traits }]));
  const flight = await state.flight();
  expect((await client.get(deploymentIn(namespace, 'quay')))?.['spec']).toMatchObject({ replicas: 3 });
  await state.takeOff(1);
  await client.patch(state.service, { spec: { selector: { flight: 'quay' } } }, CONTROLLER);
  await condition(client, application, ['Ready', 'True']);
  await condition(client, await state.trait(SIGNPOST), ['Ready', 'True', 'TakenOver']);
  const after = await client.get(state.service);
  expect(after?.metadata.uid).toBe(before?.metadata.uid);
  expect(specOf(after)['selector']).toMatchObject({ flight: 'quay' });
  await until(application, (one) => one?.metadata.finalizers?.includes('capstan.dev/ordered-deletion') ?? false);

  // Its trait goes, the taker stays: what it had made is the taker's now.
  await client.apply(anApplication(namespace, 'quay', [{ componentName: 'quay', traits: [{ trait: PILOT }] }]));
  const pilotTrait = await state.trait(PILOT);
  const heir = await until(state.notice, (one) => one?.metadata.ownerReferences?.[0]?.kind === 'Pilot');
  expect(heir?.metadata.ownerReferences).toMatchObject([{ name: pilotTrait.name }]);
  await condition(client, application, ['Ready', 'True']);

  await client.delete(application);
  await until(referenceTo(flight), (one) => one?.metadata.deletionTimestamp !== undefined);
  await condition(client, application, ['Ready', 'False', 'Deleting']);
  expect(await client.get(deploymentIn(namespace, 'quay'))).toBeDefined();
  expect(await client.get(state.notice)).toBeDefined();
  await state.land(1);
  await until(application, (one) => one === undefined);
  for (const one of [deploymentIn(namespace, 'quay'), state.service, state.notice]) {
    await until(one, (object) => object === undefined);
  }
});

test('what is degraded for good says so in every condition, and no longer than it is', async () => {
  const { state, application } = await anAirport('cliff', [PILOT]);
  const flight = await state.flight();
  await state.takeOff(1);
  const phase = (name: string) =>
    client.patch(referenceTo(flight), { status: { phase: name } }, { ...CONTROLLER, subresource: 'status' });
  await condition(client, application, ['Ready', 'True']);
  await phase('Lost');
  const lost = await condition(client, application, ['Stalled', 'True', 'Lost']);
  expect(healthOf(lost)).toMatchObject({ status: 'degraded', reason: 'Lost' });
  const trait = await condition(client, await state.trait(PILOT), ['Stalled', 'True', 'Lost']);
  expect(healthOf(trait)).toMatchObject({ status: 'degraded', reason: 'Lost' });
  const tree = await applicationTree(client, { name: 'cliff', namespace });
  expect(tree?.application.health).toMatchObject({ status: 'degraded', reason: 'Lost' });
  expect(tree?.application.children).toMatchObject([{ health: { status: 'degraded' } }]);
  await phase('Flying');
  const found = await condition(client, application, ['Ready', 'True']);
  expect(conditionsOf(found).map(({ type }) => type)).toEqual(['Synced', 'Ready']);
  await state.land(1);
});

test('what waits is told, also beside an object that the API server writes in another way', async () => {
  await client.apply(aComponent(namespace, 'ore', { image: 'nginx:1.29', port: 80, resources: { cpu: '9000' } }));
  await client.apply(aComponent(namespace, 'mill', { image: 'nginx:1.29', port: 80 }));
  const entries = [
    { componentName: 'ore', traits: [{ trait: PILOT }] },
    { componentName: 'mill', dependencies: ['ore'] },
  ];
  const application = applicationIn(namespace, 'works');
  await client.apply(anApplication(namespace, 'works', entries));
  onTestFinished(async () => void (await client.delete(application)));
  await condition(client, application, ['Ready', 'False', 'WaitingForDependencies']);
});

test('an application that is deleted without what it made leaves that as it is', async () => {
  const { state, application } = await anAirport('isle', [PILOT]);
  const flight = await state.flight();
  await state.takeOff(1);
  await until(application, (one) => one?.metadata.finalizers?.includes('capstan.dev/ordered-deletion') ?? false);
  await client.delete(application, { propagationPolicy: 'Orphan' });
  await until(application, (one) => one === undefined);
  const left = await until(referenceTo(flight), () => true);
  expect(left?.metadata.deletionTimestamp).toBeUndefined();
  expect(await client.get(deploymentIn(namespace, 'isle'))).toBeDefined();
  await state.land(1);
});

test('plugins see the cluster as it changes, and only what they declare', async () => {
  const { state, application } = await anAirport('pier', [SIGNPOST]);
  await condition(client, application, ['Ready', 'True']);
  const data = async (holds: (data: Record<string, string>) => boolean) => {
    return (await until(state.notice, (one) => holds((one?.['data'] ?? {}) as Record<string, string>)))?.['data'];
  };
  expect(await data(() => true)).toEqual({ beside: '', map: 'null', weather: 'unknown' });
  const map = { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'map' };
  await client.apply({ ...lamp('map'), data: { north: 'up' } });
  await data((one) => one['map'] === '{"north":"up"}');
  await client.delete(map);
  await data((one) => one['map'] === 'null');

  await client.delete({ ...map, name: 'lamp' });
  await condition(client, application, ['Ready', 'False', 'Dark']);
  await client.apply({ ...lamp('other'), metadata: { name: 'other', namespace, labels: { lamp: 'on' } } });
  await condition(client, application, ['Ready', 'True']);

  await provide({ exports: { station: 'roof' }, health: 'Progressing' });
  await data((one) => one['weather'] === 'sky 2.0.0 {"station":"roof"}');
  await client.delete({ apiVersion: CAPSTAN, kind: 'Capability', name: 'weather' });
  await data((one) => one['weather'] === 'unknown');

  const trait = { ...SIGNPOST, spec: { secrets: true } };
  await client.apply(anApplication(namespace, 'pier', [{ componentName: 'pier', traits: [{ trait }] }]));
  const refused = await condition(client, application, ['Ready', 'False', 'ContributionFailed']);
  expect(JSON.stringify(refused['status'])).toContain('does not declare that it looks at v1/Secret');
});

/** An application of one component, with these traits, and what plays their controller. */
async function anAirport(name: string, traits: readonly object[]) {
  await client.apply(aComponent(namespace, name, { image: 'nginx:1.29', port: 80, replicas: 3 }));
  const entry = { componentName: name, traits: traits.map((trait) => ({ trait })) };
  await client.apply(anApplication(namespace, name, [entry]));
  onTestFinished(async () => void (await client.delete(applicationIn(namespace, name))));
  return { state: stateOf(name), application: applicationIn(namespace, name) };
}

function stateOf(name: string) {
  const of = (kind: string, suffix = ''): ObjectReference => ({
    apiVersion: 'v1',
    kind,
    namespace,
    name: name + suffix,
  });
  const flight = { ...FLIGHT, namespace, name };
  const scale = (replicas: number) => client.patch(deploymentIn(namespace, name), { spec: { replicas } }, CONTROLLER);
  return {
    service: of('Service'),
    notice: of('ConfigMap', '-notice'),
    flight: async () => (await until(flight, (one) => one !== undefined)) as KubernetesObject,
    /** The trait object of a kind. */
    async trait(kind: typeof PILOT): Promise<ObjectReference> {
      const { items } = await client.list(kind, { namespace, labelSelector: `app.oam.dev/name=${name}` });
      return referenceTo(items[0] as KubernetesObject);
    },
    /** What Flagger does with a Canary: a copy runs, the workload is scaled to nothing, the Service leads to the copy. */
    async takeOff(replicas: number) {
      const live = await client.patch(flight, { metadata: { finalizers: [FLIGHT_FINALIZER] } }, CONTROLLER);
      const { uid = '' } = live.metadata;
      const ownerReferences = [{ ...FLIGHT, name, uid, controller: true, blockOwnerDeletion: true }];
      const labels = { flight: name };
      const template = { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'nginx:1.29' }] } };
      const primary = { ...deploymentIn(namespace, `${name}-primary`) };
      await client.create({
        ...{ apiVersion: primary.apiVersion, kind: primary.kind },
        metadata: { name: primary.name, namespace, ownerReferences },
        spec: { replicas, selector: { matchLabels: labels }, template },
      });
      if (!(await client.get(of('Service')))) {
        const spec = { selector: labels, ports: [{ name: 'http', port: 80, targetPort: 80 }] };
        await client.create({
          apiVersion: 'v1',
          kind: 'Service',
          metadata: { name, namespace, ownerReferences },
          spec,
        });
      }
      await scale(0);
      await client.patch(flight, { status: { phase: 'Flying' } }, { ...CONTROLLER, subresource: 'status' });
    },
    /** What Flagger does before it lets a Canary go. */
    async land(replicas: number) {
      await scale(replicas);
      await client.patch(flight, { metadata: { finalizers: null } }, CONTROLLER);
    },
  };
}

/** What the cluster can do about the contract `weather`. */
async function provide(more: object): Promise<void> {
  const metadata = { name: 'weather' };
  await client.apply({ apiVersion: CAPSTAN, kind: 'Capability', metadata });
  const provider = { package: 'sky', version: '2.0.0', release: 0, contractVersion: '1.0.0', features: ['rain'] };
  const providers = [{ ...provider, reason: 'Upgrading', since: now(), ...more }];
  const status = { version: '1.0.0', providers };
  await client.apply({ apiVersion: CAPSTAN, kind: 'Capability', metadata, status }, { subresource: 'status' });
}

function lamp(name: string): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace } };
}

function until(reference: ObjectReference, holds: (object: KubernetesObject | undefined) => boolean) {
  return waitFor(client, reference, holds, { timeoutMs: DEADLINE_MS });
}

function statusOf(object: KubernetesObject | undefined): Record<string, unknown> {
  return (object?.['status'] ?? {}) as Record<string, unknown>;
}

function specOf(object: KubernetesObject | undefined): Record<string, unknown> {
  return (object?.['spec'] ?? {}) as Record<string, unknown>;
}

function now(): string {
  return new Date().toISOString();
}
