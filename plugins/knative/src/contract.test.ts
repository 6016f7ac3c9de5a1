import type { KubernetesObject } from '@capstan/plugin-api';
import { expect, test } from 'vitest';
import { renderServerless } from './render.ts';
import { aServerless, CONTEXT } from './testing/builders.ts';
import { validateServerless } from './validate.ts';

// One test for each feature of the contract: capability.yaml claims them by it.

interface ServiceSpec {
  readonly template: {
    readonly metadata: { readonly annotations: Readonly<Record<string, string>> };
    readonly spec: object;
  };
  readonly traffic?: object[];
}

function service(spec: object): { readonly object: KubernetesObject; readonly spec: ServiceSpec } {
  const serverless = aServerless(spec);
  expect(validateServerless(serverless)).toEqual([]);
  const [object, ...more] = renderServerless(serverless, CONTEXT);
  if (!object || more.length > 0) throw new Error('a Serverless renders one Service');
  return { object, spec: object['spec'] as ServiceSpec };
}

const annotation = (spec: object, name: string) =>
  service(spec).spec.template.metadata.annotations[`autoscaling.knative.dev/${name}`];

test('serverless/scale-to-zero', () => {
  expect(annotation({}, 'min-scale')).toBe('0');
  expect(annotation({ minScale: 2 }, 'min-scale')).toBe('2');
});

test('serverless/scale-bounds', () => {
  expect([annotation({ minScale: 1, maxScale: 4 }, 'min-scale'), annotation({ maxScale: 4 }, 'max-scale')]).toEqual([
    '1',
    '4',
  ]);
});

test('serverless/concurrency', () => {
  expect(service({ concurrency: 20 }).spec.template.spec).toMatchObject({ containerConcurrency: 20 });
  expect(annotation({ target: 50 }, 'target')).toBe('50');
  expect(annotation({ concurrency: 20 }, 'target')).toBe('20');
  expect(annotation({}, 'class')).toBe('kpa.autoscaling.knative.dev');
});

test('serverless/requests-per-second', () => {
  expect([annotation({ metric: 'rps' }, 'metric'), annotation({ metric: 'rps' }, 'target')]).toEqual(['rps', '200']);
});

test('serverless/resource-metrics', () => {
  expect(annotation({ metric: 'cpu' }, 'class')).toBe('hpa.autoscaling.knative.dev');
  expect(annotation({ metric: 'cpu' }, 'target')).toBe('80');
  expect(annotation({ metric: 'memory', target: 200 }, 'target')).toBe('200');
});

test('serverless/timeouts', () => {
  expect(service({ timeoutSeconds: 7 }).spec.template.spec).toMatchObject({ timeoutSeconds: 7 });
});

test('serverless/traffic-by-revision', () => {
  expect(service({}).spec).not.toHaveProperty('traffic');
  expect(service({ traffic: [{ revision: 'hello-00001', percent: 90 }, { percent: 10 }] }).spec.traffic).toEqual([
    { revisionName: 'hello-00001', latestRevision: false, percent: 90 },
    { latestRevision: true, percent: 10 },
  ]);
});

test('serverless/cluster-local', () => {
  expect(service({ visibility: 'cluster-local' }).object.metadata.labels).toEqual({
    'networking.knative.dev/visibility': 'cluster-local',
  });
  expect(service({}).object.metadata.labels).toBeUndefined();
});
