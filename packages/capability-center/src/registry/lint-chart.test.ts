import type { JsonObject, KubernetesObject } from '@capstan/base';
import { aPackage } from '@capstan/capability-model/testing';
import { expect, test } from 'vitest';
import { lintCharts } from './lint-chart.ts';

const ROLE: KubernetesObject = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name: 'shop' },
  rules: [{ apiGroups: ['', 'apps'], resources: ['pods'], verbs: ['get', 'list'] }],
};

const DEPLOYMENT: KubernetesObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'shop' },
  spec: { template: { spec: { containers: [{ name: 'a', image: 'example.org/shop:1' }] } } },
};

const CRD: KubernetesObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'things.example.org' },
  spec: {
    group: 'example.org',
    scope: 'Namespaced',
    names: { kind: 'Thing', plural: 'things' },
    versions: [
      { name: 'v1', served: true, storage: true },
      { name: 'v1beta1', served: false, storage: false },
    ],
  },
};

const crd = {
  name: 'things.example.org',
  from: 'chart',
  unit: 'shop',
  kind: 'Thing',
  singular: 'thing',
  scope: 'Namespaced',
  served: ['v1'],
  storage: 'v1',
};
const probe = {
  id: 'shop',
  type: 'kstatus',
  level: 'blocking',
  target: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'shop' },
};

function told(install: JsonObject = {}, fields: JsonObject = {}): string[] {
  const permissions = {
    runtime: [
      { apiGroups: ['apps'], resources: ['pods'], verbs: ['list', 'get'] },
      { resources: ['pods'], verbs: ['list', 'get'] },
    ],
  };
  const metadata = aPackage('shop', {
    install: {
      ...aPackage('shop').install,
      permissions,
      images: [{ ref: 'example.org/shop:1' }],
      crds: [crd],
      ...install,
    },
    health: { probes: [probe] },
    provides: { apis: [{ group: 'example.org', kind: 'Thing', served: ['v1'], scope: 'Namespaced' }] },
    ...fields,
  });
  return lintCharts(metadata, { objects: [ROLE, DEPLOYMENT], crds: [CRD] }).map(({ message }) => message);
}

test('metadata that tells what its charts do is sound, however its rules are cut', () => {
  expect(told()).toEqual([]);
});

test.each<[string, JsonObject, JsonObject, string[]]>([
  [
    'a right too little and one too much',
    { permissions: { runtime: [{ apiGroups: ['', 'apps'], resources: ['pods'], verbs: ['get', 'delete'] }] } },
    {},
    [
      'its charts ask for a right that it does not tell: list pods of group ""',
      'its charts ask for a right that it does not tell: list pods of group "apps"',
      'it tells a right that its charts do not ask for: delete pods of group ""',
      'it tells a right that its charts do not ask for: delete pods of group "apps"',
    ],
  ],
  [
    'another image',
    { images: [{ ref: 'example.org/shop:2' }] },
    {},
    [
      'its charts run an image that it does not list: example.org/shop:1',
      'it lists an image that its charts do not mention: example.org/shop:2',
    ],
  ],
  ['no CRD', { crds: [] }, {}, ['its charts bring a CRD that it does not list: things.example.org']],
  [
    'a CRD with other facts',
    { crds: [{ ...crd, served: ['v1', 'v1beta1'], shortNames: ['th'] }] },
    {},
    [
      'served of the CRD things.example.org is told as ["v1","v1beta1"] and is ["v1"]',
      'shortNames of the CRD things.example.org is told as ["th"] and is []',
    ],
  ],
  [
    'an API that is stored otherwise',
    {},
    { provides: { apis: [{ group: 'example.org', kind: 'Thing', served: ['v1'], storage: 'v2' }] } },
    ['storage of the API Thing is told as "v2" and is "v1"'],
  ],
  [
    'a probe of nothing',
    {},
    { health: { probes: [{ ...probe, target: { ...probe.target, name: 'store' } }] } },
    ['its probe shop looks at Deployment store, which its charts do not make'],
  ],
])('%s is told', (_, install, fields, messages) => {
  expect(told(install, fields)).toEqual(messages);
});
