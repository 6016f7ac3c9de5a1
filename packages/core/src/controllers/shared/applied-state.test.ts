import type { KubernetesObject } from '@capstan/base';
import { expect, test } from 'vitest';
import { isApplied } from './applied-state.ts';

const wanted: KubernetesObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop', labels: { a: 'b' } },
  spec: {
    selector: { matchLabels: { a: 'b' } },
    template: {
      spec: {
        containers: [
          { name: 'c', image: 'i', command: ['x', 'y'], resources: { requests: { cpu: '0.5', memory: '1024Mi' } } },
        ],
        volumes: [{ name: 'v', emptyDir: {} }],
      },
    },
  },
};

/** The live object and its fields as the API server has them after the apply. */
function live(): KubernetesObject & { spec: { template: { spec: { containers: Record<string, unknown>[] } } } } {
  const resources = { 'f:requests': { 'f:cpu': {}, 'f:memory': {} } };
  const container = { '.': {}, 'f:name': {}, 'f:image': {}, 'f:command': {}, 'f:resources': resources };
  const containers = { 'k:{"name":"c"}': container };
  const volumes = { 'k:{"name":"v"}': { '.': {}, 'f:name': {}, 'f:emptyDir': {} } };
  const fieldsV1 = {
    'f:metadata': { 'f:labels': { 'f:a': {} } },
    'f:spec': { 'f:selector': {}, 'f:template': { 'f:spec': { 'f:containers': containers, 'f:volumes': volumes } } },
  };
  const managedFields = [
    { manager: 'other', operation: 'Apply', fieldsV1: {} },
    { manager: 'me', operation: 'Update', fieldsV1: {} },
    { manager: 'me', operation: 'Apply', subresource: 'status', fieldsV1: {} },
    { manager: 'me', operation: 'Apply', fieldsV1 },
  ];
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'shop', uid: 'u', labels: { a: 'b', other: 'label' }, managedFields },
    spec: {
      replicas: 3,
      selector: { matchLabels: { a: 'b' } },
      template: {
        spec: {
          restartPolicy: 'Always',
          containers: [
            { name: 'sidecar', image: 's' },
            {
              name: 'c',
              image: 'i',
              command: ['x', 'y'],
              imagePullPolicy: 'Always',
              resources: { requests: { cpu: '500m', memory: '1Gi' } },
            },
          ],
          volumes: [{ name: 'v', emptyDir: {} }],
        },
      },
    },
  } as never;
}

function changed(change: (object: ReturnType<typeof live>) => void): KubernetesObject {
  const object = live();
  change(object);
  return object;
}

const container = (object: ReturnType<typeof live>) => object.spec.template.spec.containers[1] ?? {};

test('defaults, fields and items of others, and quantities in another form are no difference', () => {
  expect(isApplied(live(), wanted, 'me')).toBe(true);
});

test("a text in another form is a difference, unless any may be a quantity and it is still the manager's", () => {
  const stated = structuredClone(wanted);
  stated.metadata.labels = { a: '1000m' };
  const rewritten = changed((object) => Object.assign(object.metadata, { labels: { a: '1' } }));
  const taken = changed((object) => {
    object.metadata.labels = { a: '1' };
    const fields = object.metadata.managedFields?.at(-1)?.['fieldsV1'] as Record<string, unknown>;
    delete fields['f:metadata'];
  });
  expect(isApplied(rewritten, stated, 'me')).toBe(false);
  expect(isApplied(rewritten, stated, 'me', { quantities: true })).toBe(true);
  expect(isApplied(taken, stated, 'me', { quantities: true })).toBe(false);
});

test.each<[string, KubernetesObject]>([
  ['a value drifted', changed((object) => Object.assign(container(object), { image: 'other' }))],
  ['a list drifted', changed((object) => Object.assign(container(object), { command: ['x'] }))],
  [
    'a quantity drifted',
    changed((object) => Object.assign(container(object), { resources: { requests: { cpu: '1', memory: '1Gi' } } })),
  ],
  ['a label was removed', changed((object) => Object.assign(object.metadata, { labels: {} }))],
  ['an item was removed', changed((object) => object.spec.template.spec.containers.pop())],
  ['nobody applied it', changed((object) => Object.assign(object.metadata, { managedFields: [] }))],
])('%s: it must be applied again', (_, object) => {
  expect(isApplied(object, wanted, 'me')).toBe(false);
});

test('a field that was dropped, added, or taken by another manager must be applied again', () => {
  const { labels: _, ...metadata } = wanted.metadata;
  expect(isApplied(live(), { ...wanted, metadata }, 'me')).toBe(false);
  expect(isApplied(live(), { ...wanted, metadata: { ...metadata, labels: { a: 'b', c: 'd' } } }, 'me')).toBe(false);
  expect(isApplied(live(), wanted, 'other')).toBe(false);
});
