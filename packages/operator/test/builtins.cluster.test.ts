import type { KubernetesObject, ObjectReference } from '@capstan/base';
import { type KubeClient, waitFor } from '@capstan/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  anApplication,
  applicationIn,
  condition,
  DEADLINE_MS,
  deploymentIn,
  type SharedOperator,
  sharedOperator,
} from './support.ts';

const API = 'workloads.capstan.dev/v1alpha1';
const OAM = 'core.oam.dev/v1alpha2';
const CONTAINERIZED = 'ContainerizedWorkload';
const IMAGE = 'example.org/program:1';

/** The least that each type takes. */
const KINDS: Readonly<Record<string, object>> = {
  WebService: { image: IMAGE, port: 8080 },
  Worker: { image: IMAGE },
  Server: { image: IMAGE, port: 8080 },
  SingletonServer: { image: IMAGE, port: 8080 },
  SingletonWorker: { image: IMAGE },
  Task: { image: IMAGE },
  SingletonTask: { image: IMAGE },
};

describe('the built-in types on a control plane', () => {
  let client: KubeClient;
  let shared: SharedOperator;
  let namespace: string;

  beforeAll(async () => {
    shared = await sharedOperator();
    ({ client, namespace } = shared);
  });

  afterAll(() => shared?.stop());

  const reference = (apiVersion: string, kind: string, name: string): ObjectReference => {
    return { apiVersion, kind, namespace, name };
  };
  const workload = (kind: string, name: string) => reference(API, kind, name);
  const until = (of: ObjectReference, holds: (object: KubernetesObject | undefined) => boolean) =>
    waitFor(client, of, holds, { timeoutMs: DEADLINE_MS });
  const replicasAre = (wanted: number) => (object: KubernetesObject | undefined) =>
    (object?.['spec'] as { replicas?: number } | undefined)?.replicas === wanted;

  /** An application of one component per entry, each named like its entry. */
  async function run(
    name: string,
    components: Readonly<Record<string, readonly [kind: string, spec: object, more?: object]>>,
  ) {
    for (const [component, [kind, spec]] of Object.entries(components)) {
      const object = { apiVersion: kind === CONTAINERIZED ? OAM : API, kind, spec };
      await client.apply({
        apiVersion: OAM,
        kind: 'Component',
        metadata: { name: component, namespace },
        spec: { workload: object },
      });
    }
    const entries = Object.entries(components).map(([componentName, [, , more]]) => ({ componentName, ...more }));
    await client.apply(anApplication(namespace, name, entries));
  }

  test('every type of workload becomes ready', async () => {
    const all = Object.entries(KINDS).map(([kind, spec]) => [`all-${kind.toLowerCase()}`, [kind, spec]] as const);
    await run('all', Object.fromEntries(all));
    await condition(client, applicationIn(namespace, 'all'), ['Ready', 'True']);
    for (const [name, [kind]] of all) await condition(client, workload(kind, name), ['Ready', 'True']);
    const task = await client.get(workload('Task', 'all-task'));
    expect(task?.['status']).toMatchObject({ job: { state: 'Complete', succeeded: 1 } });
  });

  test('the scale of a workload that states no replicas can be read, and set', async () => {
    await run('scaled', { scaled: ['Worker', { image: IMAGE }] });
    const ready = () => condition(client, applicationIn(namespace, 'scaled'), ['Ready', 'True']);
    await ready();
    const scale = () => client.get(workload('Worker', 'scaled'), { subresource: 'scale' });
    await until(workload('Worker', 'scaled'), replicasAre(1));
    expect(await scale()).toMatchObject({
      spec: { replicas: 1 },
      status: { selector: expect.stringContaining('scaled') },
    });
    await client.patch(
      workload('Worker', 'scaled'),
      { spec: { replicas: 2 } },
      { subresource: 'scale', fieldManager: 'kubectl' },
    );
    await until(deploymentIn(namespace, 'scaled'), replicasAre(2));
  });

  test('a trait that scales decides the replicas, and the workload shows them', async () => {
    const trait = { apiVersion: OAM, kind: 'ManualScalerTrait', spec: { replicaCount: 3 } };
    await run('manual', { manual: ['WebService', { image: IMAGE, replicas: 1 }, { traits: [{ trait }] }] });
    await until(deploymentIn(namespace, 'manual'), replicasAre(3));
    await until(workload('WebService', 'manual'), replicasAre(3));
    await condition(client, applicationIn(namespace, 'manual'), ['Ready', 'True']);
  });

  test.each([
    ['ManualScalerTrait', { apiVersion: OAM, spec: { replicaCount: 3 } }],
    ['HorizontalPodAutoscaler', { apiVersion: 'autoscaling/v2', spec: { maxReplicas: 3 } }],
  ])('a Singleton with a %s is refused', async (kind, trait) => {
    const name = `one-${kind.toLowerCase()}`;
    await run(name, {
      [name]: ['SingletonServer', { image: IMAGE, port: 1 }, { traits: [{ trait: { kind, ...trait } }] }],
    });
    const refused = await condition(client, applicationIn(namespace, name), ['Ready', 'False', 'TraitConflict']);
    expect(JSON.stringify(refused['status'])).toContain('keeps its replicas');
    expect(await client.get(deploymentIn(namespace, name))).toBeUndefined();
  });

  test.each([
    ['Server', KINDS['Server'] ?? {}],
    [CONTAINERIZED, { containers: [{ name: 'main', image: IMAGE, ports: [{ name: 'http', containerPort: 80 }] }] }],
  ])('an autoscaler works on what a %s makes', async (kind, spec) => {
    const name = `auto-${kind.toLowerCase()}`;
    const limits = { minReplicas: 2, maxReplicas: 4 };
    const trait = { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: { name }, spec: limits };
    await run(name, { [name]: [kind, spec, { traits: [{ trait }] }] });
    const autoscaler = reference('autoscaling/v2', 'HorizontalPodAutoscaler', name);
    const made = await until(autoscaler, (object) => object !== undefined);
    expect(made?.['spec']).toMatchObject({ scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name } });
    await condition(client, applicationIn(namespace, name), ['Ready', 'True']);
  });

  test('what a task runs makes another Job; one that has ended and is gone is not run again', async () => {
    const jobs = async () => {
      const { items } = await client.list({ apiVersion: 'batch/v1', kind: 'Job' }, { namespace });
      return items.filter(({ metadata }) => metadata.name.startsWith('once-')).map(({ metadata }) => metadata.name);
    };
    const finished = async () => {
      await condition(client, applicationIn(namespace, 'once'), ['Ready', 'True']);
      return condition(client, workload('Task', 'once'), ['Ready', 'True']);
    };
    const jobIn = (task: KubernetesObject) => (task['status'] as { job: { name: string } }).job.name;
    await run('once', { once: ['Task', { image: IMAGE }] });
    const first = jobIn(await finished());
    expect(await jobs()).toEqual([first]);

    await run('once', { once: ['Task', { image: IMAGE, run: 'again' }] });
    const next = await until(workload('Task', 'once'), (task) => {
      const { job } = (task?.['status'] ?? {}) as { job?: { name: string; state: string } };
      return job !== undefined && job.name !== first && job.state === 'Complete';
    });
    const second = jobIn(next as KubernetesObject);
    await expect.poll(jobs).toEqual([second]);

    await client.delete(reference('batch/v1', 'Job', second));
    await expect.poll(jobs).toEqual([]);
    // An edit that a Job lets change proves that the controller has seen the deletion.
    await run('once', { once: ['Task', { image: IMAGE, run: 'again', parallelism: 2 }] });
    const generation = next?.metadata.generation ?? 0;
    await until(workload('Task', 'once'), (task) => {
      return ((task?.['status'] as { observedGeneration?: number })?.observedGeneration ?? 0) > generation;
    });
    await finished();
    expect(await jobs()).toEqual([]);
  });

  test('a volume is claimed and mounted, a hostname leads to the Service, and both go with their traits', async () => {
    const volumes = [{ name: 'data', path: '/data', size: '1Gi' }];
    const traits = [
      { trait: { apiVersion: 'traits.capstan.dev/v1alpha1', kind: 'Volume', spec: { volumes } } },
      {
        trait: {
          apiVersion: 'traits.capstan.dev/v1alpha1',
          kind: 'Expose',
          metadata: { name: 'shop' },
          spec: { hostname: 'shop.example.org' },
        },
      },
    ];
    const spec = { image: IMAGE, port: 8080 };
    await run('shop', { shop: ['WebService', spec, { traits }] });
    await condition(client, applicationIn(namespace, 'shop'), ['Ready', 'True']);
    const claim = reference('v1', 'PersistentVolumeClaim', 'shop-data');
    expect((await client.get(claim))?.['status']).toMatchObject({ phase: 'Bound' });
    expect((await client.get(deploymentIn(namespace, 'shop')))?.['spec']).toMatchObject({
      strategy: { type: 'Recreate' },
      template: { spec: { volumes: [{ persistentVolumeClaim: { claimName: 'shop-data' } }] } },
    });
    const ingress = reference('networking.k8s.io/v1', 'Ingress', 'shop');
    expect((await client.get(ingress))?.['spec']).toMatchObject({
      rules: [
        {
          host: 'shop.example.org',
          http: { paths: [{ backend: { service: { name: 'shop', port: { number: 8080 } } } }] },
        },
      ],
    });
    await run('shop', { shop: ['WebService', spec] });
    for (const one of [ingress, claim]) await until(one, (object) => object === undefined);
    const deployment = await until(
      deploymentIn(namespace, 'shop'),
      (object) => !JSON.stringify(object).includes('shop-data'),
    );
    expect(deployment?.['spec']).toMatchObject({ strategy: { type: 'RollingUpdate' } });
  });
});
