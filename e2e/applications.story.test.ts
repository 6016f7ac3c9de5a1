import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KubernetesObject } from '@capstan/base';
import { connect, type KubeClient } from '@capstan/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { application, autoscale, FORBIDDEN, type Forbidden, OAM, route } from './pairs/forbidden.ts';
import { repository } from './support/capstan.ts';
import { stage } from './support/story.ts';

const scene = stage();
const { run, ok } = scene;
let client: KubeClient;

/** All four capabilities are there, and what measures cpu, once for all chapters. */
beforeAll(async () => {
  await ok('system install --yes --context sandbox');
  await ok('cap install keda flagger-rollout knative metrics-server --yes --context sandbox');
  client = await connect({ kubeconfig: scene.kubeconfig });
});
afterAll(() => client?.close());

function read(apiVersion: string, kind: string, name: string, namespace = 'default') {
  return client.get({ apiVersion, kind, name, namespace });
}

/**
 * Scalers, routes, rollouts and serverless beside one another: what would undo each other's work is refused before
 * anything is applied, what goes together becomes one set of objects.
 */
describe('pairs of capabilities', () => {
  async function file(name: string, objects: readonly object[]): Promise<string> {
    const path = join(scene.folder, name);
    await writeFile(path, objects.map((object) => JSON.stringify(object)).join('\n---\n'));
    return path;
  }

  test('what cannot stand together is refused with both of them and the rule, and nothing is applied', async () => {
    const path = await file('forbidden.yaml', FORBIDDEN.flatMap(application));
    const refused = await run(`up -f ${path} --context sandbox`);
    expect(refused.code, refused.stderr).toBe(2);
    const said = refused.stderr.replace(/\s+/g, ' ');
    for (const { rule } of FORBIDDEN) expect(said).toMatch(rule);
    expect(said).toContain(`${FORBIDDEN.length} problems`);
    const { items } = await client.list({ apiVersion: OAM, kind: 'Component' }, { namespace: 'default' });
    expect(items).toEqual([]);
  });

  test('nor does the API server take it from anybody else', async () => {
    const [component, configuration] = application(FORBIDDEN[0] as Forbidden);
    await client.apply(component as KubernetesObject);
    await expect(client.apply(configuration as KubernetesObject)).rejects.toThrow(
      /autoscales\.traits\.capstan\.dev.*horizontalpodautoscalers\.autoscaling/,
    );
    await client.delete({ apiVersion: OAM, kind: 'Component', name: 'a', namespace: 'default' });
  });

  test('what goes together becomes one set', async () => {
    const up = await run('up -f e2e/pairs/allowed.yaml --context sandbox');
    expect(up.code, up.stderr).toBe(0);
    expect(up.stderr).toContain('spec.replicas of component "friendly" is not applied');
    const all = async (apiVersion: string, kind: string) => {
      const { items } = await client.list({ apiVersion, kind }, { namespace: 'default' });
      return new Map(items.map((object) => [object.metadata.name, object['spec']]));
    };
    const canaries = await all('flagger.app/v1beta1', 'Canary');
    const scaledObjects = [...(await all('keda.sh/v1alpha1', 'ScaledObject')).keys()];
    const knative = await all('serving.knative.dev/v1', 'Service');

    expect(canaries.get('friendly')).toMatchObject({
      autoscalerRef: { kind: 'ScaledObject', name: 'friendly' },
      service: { hosts: ['friendly.example.com'], gateways: ['istio-system/public'], timeout: '5s', port: 80 },
      revertOnDeletion: true,
    });
    expect(canaries.get('with-hpa')).toMatchObject({ autoscalerRef: { kind: 'HorizontalPodAutoscaler' } });
    expect(canaries.get('raw')).toMatchObject({
      autoscalerRef: { kind: 'ScaledObject', name: expect.stringMatching(/^raw-scaledobjects-/) },
      service: { hosts: ['raw.example.com'], gateways: ['istio-system/public'] },
    });
    expect(canaries.get('knative-rolled')).toMatchObject({ provider: 'knative' });
    for (const field of ['service', 'autoscalerRef']) expect(canaries.get('knative-rolled')).not.toHaveProperty(field);
    expect(knative.get('knative-rolled')).not.toHaveProperty('traffic');
    expect(knative.get('knative-scaled')).toMatchObject({
      template: {
        metadata: {
          annotations: {
            'autoscaling.knative.dev/class': 'hpa.autoscaling.knative.dev',
            'autoscaling.knative.dev/metric': 'cpu',
            'autoscaling.knative.dev/target': '60',
            'autoscaling.knative.dev/min-scale': '1',
            'autoscaling.knative.dev/max-scale': '4',
          },
        },
      },
    });
    expect(knative.get('knative-friendly')).toMatchObject({
      template: {
        metadata: {
          annotations: { 'autoscaling.knative.dev/metric': 'cpu', 'autoscaling.knative.dev/max-scale': '5' },
        },
      },
    });
    expect(scaledObjects.toSorted()).toEqual(['friendly', expect.stringMatching(/^raw-scaledobjects-/)]);
    expect(await all('networking.istio.io/v1', 'VirtualService')).toEqual(new Map());
    const services = [...(await all('v1', 'Service')).keys()];
    for (const name of ['friendly', 'with-hpa', 'raw']) expect(services).not.toContain(name);
  });

  test('without the rollout each makes its own again', async () => {
    const [component, configuration] = application({
      name: 'friendly',
      traits: [autoscale, route('friendly.example.com')],
      rule: /^/,
    });
    const path = await file('without.yaml', [
      component,
      { ...configuration, metadata: { name: 'allowed' } },
    ] as readonly object[]);
    await ok(`up -f ${path} --context sandbox`);
    for (const [apiVersion, kind] of [
      ['networking.istio.io/v1', 'VirtualService'],
      ['v1', 'Service'],
      ['keda.sh/v1alpha1', 'ScaledObject'],
    ] as const) {
      expect(await read(apiVersion, kind, 'friendly'), kind).toBeDefined();
    }
  });
});

/** The applications of the talks that this project grew from, as they were printed and in a form that works. */
describe('the applications of the talks', () => {
  test('helloworld as it was printed: each mistake with its line and the likely fix, and nothing is applied', async () => {
    const path = 'packages/oam-model/src/testdata/helloworld.yaml';
    const lines = readFileSync(`${repository}/${path}`, 'utf8').split('\n');
    const at = (text: string) => lines.findIndex((line) => line.includes(text)) + 1;
    const printed = await run(`up -f ${path} --context sandbox`);
    expect(printed.code).toBe(2);
    const said = printed.stderr.replace(/\s+/g, ' ');
    expect(said).toContain(`helloworld.yaml:${at('  template:')}:3 spec.template: "template" is not a field of spec`);
    expect(said).toContain('indent it so that it becomes spec.workload.spec.template');
    expect(said).toContain(`helloworld.yaml:${at('metatdata')}:5`);
    expect(said).toContain('Did you mean "metadata"?');
    expect(said).toMatch(/Knative .*trigger "redis" is none of them/);
    expect(await read('core.oam.dev/v1alpha2', 'ApplicationConfiguration', 'helloworld')).toBeUndefined();
  });

  test('helloworld in the corrected form: Knative runs it, its scaler and traffic are what Knative reads', async () => {
    const path = 'examples/helloworld-knative/app.yaml';
    const up = await run(`up -f ${path} --context sandbox`);
    expect(up.code, up.stderr).toBe(0);
    for (const old of ['keda.k8s.io/v1alpha1 ScaledObject', 'core.oam.dev/v1alpha2 Network', 'appliesTo is read']) {
      expect(up.stderr).toContain(old);
    }
    expect(await read('serving.knative.dev/v1', 'Service', 'frontend')).toMatchObject({
      spec: {
        template: {
          metadata: {
            annotations: {
              'autoscaling.knative.dev/class': 'hpa.autoscaling.knative.dev',
              'autoscaling.knative.dev/metric': 'cpu',
              'autoscaling.knative.dev/target': '70',
              'autoscaling.knative.dev/max-scale': '4',
            },
          },
        },
        traffic: [{ latestRevision: true, percent: 100 }],
      },
    });
    const tree = await ok('status helloworld --tree --context sandbox');
    for (const part of [
      /service\/frontend +Ready/,
      /route\/\S+ +Ready/,
      /after backend/,
      /network\/my-vpc-network-x/,
    ]) {
      expect(tree).toMatch(part);
    }
    expect((await run(`up -f ${path} --context sandbox`)).stdout).toContain('(unchanged)');
  });

  test('stateless has a HorizontalPodAutoscaler where it fits; serverless has no Autoscaler but annotations', async () => {
    await ok('up -f examples/stateless-app/app.yaml -f examples/serverless-app/app.yaml --context sandbox');
    const tree = await ok('status stateless-app --tree --context sandbox');
    expect(tree).toMatch(/deployment\/nginx-deployment +Ready/);
    expect(tree).toMatch(/horizontalpodautoscaler\/\S+ +Ready/);
    expect(await read('serving.knative.dev/v1', 'Service', 'knative-svc')).toMatchObject({
      spec: {
        template: {
          metadata: {
            annotations: { 'autoscaling.knative.dev/min-scale': '0', 'autoscaling.knative.dev/max-scale': '100' },
          },
        },
      },
    });
  });

  test('stateful: a Deployment and a StatefulSet, both scaled by hand', async () => {
    await ok('up -f examples/stateful-app/app.yaml -n stateful --create-namespace --context sandbox');
    for (const [kind, name] of [
      ['Deployment', 'nginx-deployment'],
      ['StatefulSet', 'postgres-operator'],
    ] as const) {
      expect(await read('apps/v1', kind, name, 'stateful')).toMatchObject({
        spec: { replicas: 2 },
        status: { readyReplicas: 2 },
      });
    }
    expect(await ok('status stateful-app --tree -n stateful --context sandbox')).toMatch(
      /pod\/postgres-operator-1 +Ready/,
    );
  });
});
