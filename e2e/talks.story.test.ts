import { readFileSync } from 'node:fs';
import { connect, type KubeClient } from '@capstan/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { repository } from './support/capstan.ts';
import { stage } from './support/story.ts';

/** The applications of the talks that this project grew from, as they were printed and in a form that works. */
describe('the applications of the talks', () => {
  const scene = stage();
  const { run, ok } = scene;
  const opened: { client?: KubeClient } = {};

  beforeAll(async () => {
    await ok('system install --yes --context sandbox');
    await ok('cap install knative istio-route --yes --context sandbox');
    opened.client = await connect({ kubeconfig: scene.kubeconfig });
  });
  afterAll(() => opened.client?.close());

  async function read(apiVersion: string, kind: string, name: string) {
    return opened.client?.get({ apiVersion, kind, name, namespace: 'default' });
  }

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
    await ok('delete helloworld --yes --context sandbox');
  });

  test('the TraitDefinitions of the talk still say where a Route may stand', async () => {
    const text = readFileSync(`${repository}/examples/helloworld-knative/app.yaml`, 'utf8');
    const moved = text.replace(
      /apiVersion: serving.knative.dev\/v1\n {4}kind: Service\n {4}spec:\n[\s\S]*?---/,
      'apiVersion: apps/v1\n    kind: Deployment\n    spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: nginx}]}}}\n---',
    );
    const refused = await run('validate -f - --context sandbox', { input: moved });
    expect(refused.code).toBe(2);
    expect(refused.stderr.replace(/\s+/g, ' ')).toMatch(
      /trait "routes\.extended\.oam\.dev" cannot apply to workload "deployments\.apps" .*serving\.knative\.dev\/v1\.Service/,
    );
  });

  test('stateless: a HorizontalPodAutoscaler for every component that it fits', async () => {
    await ok('up -f examples/stateless-app/app.yaml --context sandbox');
    const tree = await ok('status stateless-app --tree --context sandbox');
    expect(tree).toMatch(/deployment\/nginx-deployment +Ready/);
    expect(tree).toMatch(/horizontalpodautoscaler\/\S+ +Ready/);
    await ok('delete stateless-app --yes --context sandbox');
  });

  test('serverless: there is no Autoscaler, it becomes the annotations of Knative', async () => {
    await ok('up -f examples/serverless-app/app.yaml --context sandbox');
    expect(await read('serving.knative.dev/v1', 'Service', 'knative-svc')).toMatchObject({
      spec: {
        template: {
          metadata: {
            annotations: { 'autoscaling.knative.dev/min-scale': '0', 'autoscaling.knative.dev/max-scale': '100' },
          },
        },
      },
    });
    await ok('delete serverless-app --yes --context sandbox');
  });

  test('stateful: a Deployment and a StatefulSet, both scaled by hand', async () => {
    await ok('up -f examples/stateful-app/app.yaml --context sandbox');
    for (const [kind, name] of [
      ['Deployment', 'nginx-deployment'],
      ['StatefulSet', 'postgres-operator'],
    ] as const) {
      expect(await read('apps/v1', kind, name)).toMatchObject({ spec: { replicas: 2 }, status: { readyReplicas: 2 } });
    }
    expect(await ok('status stateful-app --tree --context sandbox')).toMatch(/pod\/postgres-operator-1 +Ready/);
    await ok('delete stateful-app --yes --context sandbox');
  });
});
