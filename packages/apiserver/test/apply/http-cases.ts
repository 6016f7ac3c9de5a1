/* Writes over HTTP whose answers were recorded from a real API server (record-http.ts). */

/** One request. Bodies are JSON, which is YAML too. */
export interface HttpStep {
  readonly method: string;
  readonly path: string;
  readonly type?: string;
  readonly agent?: string;
  readonly body?: unknown;
}

/** Requests that belong together. */
export interface HttpCase {
  readonly name: string;
  readonly steps: readonly HttpStep[];
}

const APPLY = 'application/apply-patch+yaml';
const MERGE = 'application/merge-patch+json';
const JSON_PATCH = 'application/json-patch+json';

const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';
const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const SERVICES = '/api/v1/namespaces/default/services';
const HPAS = (version: string) => `/apis/autoscaling/${version}/namespaces/default/horizontalpodautoscalers`;
const WIDGETS = (version: string) => `/apis/apply.example.dev/${version}/namespaces/default/widgets`;

const apply = (path: string, manager: string, body: unknown, force = false): HttpStep => ({
  method: 'PATCH',
  path: `${path}?fieldManager=${manager}${force ? '&force=true' : ''}`,
  type: APPLY,
  body,
});
const post = (path: string, manager: string, body: unknown): HttpStep => ({
  method: 'POST',
  path: `${path}?fieldManager=${manager}`,
  body,
});
const put = (path: string, manager: string, body: unknown): HttpStep => ({
  method: 'PUT',
  path: `${path}?fieldManager=${manager}`,
  body,
});
const merge = (path: string, manager: string, body: unknown): HttpStep => ({
  method: 'PATCH',
  path: `${path}?fieldManager=${manager}`,
  type: MERGE,
  body,
});
const jsonPatch = (path: string, manager: string, body: unknown): HttpStep => ({
  method: 'PATCH',
  path: `${path}?fieldManager=${manager}`,
  type: JSON_PATCH,
  body,
});
const get = (path: string): HttpStep => ({ method: 'GET', path });

interface Fields {
  readonly [field: string]: unknown;
}

const configMap = (name: string, data: Fields, metadata: Fields = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...metadata },
  ...(Object.keys(data).length > 0 && { data }),
});

const deployment = (name: string, spec: Fields, container: Fields = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, labels: { app: name } },
  spec: {
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: 'web', image: 'web:1', ...container }] },
    },
    ...spec,
  },
});

const service = (name: string, ports: readonly Fields[]) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { clusterIP: 'None', selector: { app: name }, ports },
});

const autoscaler = (version: string, name: string, spec: Fields) => ({
  apiVersion: `autoscaling/${version}`,
  kind: 'HorizontalPodAutoscaler',
  metadata: { name },
  spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'none' }, maxReplicas: 3, ...spec },
});

const widget = (name: string, spec: Fields, more: Fields = {}, version = 'v1') => ({
  apiVersion: `apply.example.dev/${version}`,
  kind: 'Widget',
  metadata: { name },
  spec,
  ...more,
});

const text = { type: 'string' };
const widgetSchema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        size: { type: 'integer' },
        names: { type: 'array', 'x-kubernetes-list-type': 'set', items: text },
        ports: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['port', 'protocol'],
          items: {
            type: 'object',
            required: ['port', 'protocol'],
            properties: { port: { type: 'integer' }, protocol: { ...text, default: 'TCP' }, name: text },
          },
        },
        parts: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
          items: {
            type: 'object',
            required: ['name'],
            properties: { name: text, tags: { type: 'object', additionalProperties: text } },
          },
        },
        fixed: { type: 'object', 'x-kubernetes-map-type': 'atomic', additionalProperties: text },
        plain: { type: 'array', items: text },
        free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        level: { ...text, default: 'low' },
      },
    },
    status: { type: 'object', properties: { phase: text } },
  },
};
const scale = { specReplicasPath: '.spec.size', statusReplicasPath: '.status.size' };
const versionOf = (name: string, storage: boolean) => ({
  name,
  served: true,
  storage,
  schema: { openAPIV3Schema: widgetSchema },
  subresources: { status: {}, scale },
});

/** The definition that widgets need; created before the cases. */
export const WIDGET_DEFINITION: HttpStep = {
  method: 'POST',
  path: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
  body: {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.apply.example.dev' },
    spec: {
      group: 'apply.example.dev',
      scope: 'Namespaced',
      names: { plural: 'widgets', kind: 'Widget' },
      versions: [versionOf('v1', true), versionOf('v2', false)],
    },
  },
};

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
const d = `${DEPLOYMENTS}/`;
const c = `${CONFIG_MAPS}/`;

/** All cases. */
export const HTTP_CASES: readonly HttpCase[] = [
  {
    name: 'apply creates, repeats, shares, conflicts, takes and drops',
    steps: [
      apply(`${d}one`, 'a', deployment('one', { replicas: 2 })),
      apply(`${d}one`, 'a', deployment('one', { replicas: 2 })),
      apply(`${d}one`, 'b', deployment('one', { replicas: 2 })),
      apply(`${d}one`, 'b', deployment('one', { replicas: 2 })),
      apply(`${d}one`, 'c', deployment('one', { replicas: 3 })),
      apply(`${d}one`, 'c', deployment('one', { replicas: 3 }, { image: 'web:2' })),
      apply(`${d}one`, 'c', deployment('one', { replicas: 3 }, { image: 'web:2' }), true),
      apply(`${d}one`, 'c', deployment('one', {}, { image: 'web:2', env: [{ name: 'A', value: 'x' }] })),
      apply(`${d}one`, 'c', deployment('one', {}, { image: 'web:2' })),
      merge(`${d}one`, 'd', { spec: { template: { spec: { containers: [{ name: 'web', image: 'web:3' }] } } } }),
      apply(`${d}one`, 'c', deployment('one', {}, { image: 'web:2' })),
      get(`${d}one`),
    ],
  },
  {
    name: 'an equal quantity in other words is a change of nothing',
    steps: [
      apply(`${d}quantity`, 'a', deployment('quantity', {}, { resources: { limits: { cpu: '1000m' } } })),
      apply(`${d}quantity`, 'a', deployment('quantity', {}, { resources: { limits: { cpu: '1000m' } } })),
      apply(`${d}quantity`, 'b', deployment('quantity', {}, { resources: { limits: { cpu: '1000m' } } })),
      apply(`${d}quantity`, 'b', deployment('quantity', {}, { resources: { limits: { cpu: '1' } } })),
    ],
  },
  {
    name: 'create, update and patches track their managers',
    steps: [
      post(DEPLOYMENTS, 'a', deployment('tracked', { replicas: 1 })),
      merge(`${d}tracked`, 'b', { spec: { replicas: 2 }, metadata: { labels: { more: 'x' } } }),
      merge(`${d}tracked`, 'b', { spec: { replicas: 2 } }),
      jsonPatch(`${d}tracked`, 'c', [{ op: 'add', path: '/metadata/annotations', value: { 'a.b/c': '<&>' } }]),
      put(`${d}tracked`, 'd', deployment('tracked', { replicas: 2, paused: true })),
      merge(`${d}tracked/status`, 'e', { status: { observedGeneration: 1, replicas: 1 }, spec: { replicas: 7 } }),
      merge(`${d}tracked`, 'e', { status: { replicas: 5 } }),
      { method: 'PATCH', path: `${d}tracked`, type: MERGE, agent: 'tool/1.2 (x)', body: { spec: { replicas: 9 } } },
    ],
  },
  {
    name: 'the scale subresource',
    steps: [
      apply(`${d}scaled`, 'a', deployment('scaled', { replicas: 1 })),
      merge(`${d}scaled/scale`, 'b', { spec: { replicas: 2 } }),
      get(`${d}scaled`),
      apply(`${d}scaled`, 'a', deployment('scaled', { replicas: 1 })),
      apply(`${d}scaled`, 'a', deployment('scaled', { replicas: 1 }), true),
      merge(`${d}scaled/scale`, 'b', { spec: { replicas: 1 } }),
      get(`${d}scaled`),
      merge(`${d}scaled/scale`, 'c', { spec: { replicas: 4 } }),
      apply(`${d}scaled`, 'a', deployment('scaled', {})),
      merge(`${WIDGETS('v1')}/scaled/scale`, 'b', { spec: { replicas: 2 } }),
    ],
  },
  {
    name: 'apply of a Scale',
    steps: [
      apply(`${d}apply-scale`, 'a', deployment('apply-scale', { replicas: 1 })),
      apply(`${d}apply-scale/scale`, 'b', {
        apiVersion: 'autoscaling/v1',
        kind: 'Scale',
        metadata: { name: 'apply-scale' },
        spec: { replicas: 2 },
      }),
      apply(
        `${d}apply-scale/scale`,
        'b',
        {
          apiVersion: 'autoscaling/v1',
          kind: 'Scale',
          metadata: { name: 'apply-scale' },
          spec: { replicas: 2 },
        },
        true,
      ),
      get(`${d}apply-scale`),
    ],
  },
  {
    name: 'status by apply',
    steps: [
      apply(`${WIDGETS('v1')}/status`, 'a', widget('status', { size: 1 }, { status: { phase: 'no' } })),
      apply(`${WIDGETS('v1')}/status/status`, 'b', widget('status', { size: 2 }, { status: { phase: 'yes' } })),
      apply(`${WIDGETS('v1')}/status/status`, 'c', widget('status', {}, { status: { phase: 'other' } })),
      merge(`${WIDGETS('v1')}/status/status`, 'd', { status: { phase: 'last' } }),
      get(`${WIDGETS('v1')}/status`),
    ],
  },
  {
    name: 'two versions of a built-in type',
    steps: [
      apply(`${HPAS('v2')}/one`, 'a', autoscaler('v2', 'one', { minReplicas: 1 })),
      apply(`${HPAS('v1')}/one`, 'b', autoscaler('v1', 'one', { minReplicas: 2 })),
      apply(`${HPAS('v1')}/one`, 'b', autoscaler('v1', 'one', { minReplicas: 2 }), true),
      merge(`${HPAS('v1')}/one`, 'c', { spec: { maxReplicas: 9 } }),
      apply(`${HPAS('v2')}/one`, 'a', autoscaler('v2', 'one', {})),
      apply(`${HPAS('v1')}/one`, 'a', autoscaler('v1', 'one', { maxReplicas: 9 })),
      get(`${HPAS('v2')}/one`),
    ],
  },
  {
    name: 'two versions of a custom type',
    steps: [
      apply(`${WIDGETS('v1')}/two`, 'a', widget('two', { size: 1, names: ['a', 'b'] })),
      apply(`${WIDGETS('v2')}/two`, 'b', widget('two', { size: 2 }, {}, 'v2')),
      apply(`${WIDGETS('v2')}/two`, 'b', widget('two', { size: 2 }, {}, 'v2'), true),
      apply(`${WIDGETS('v2')}/two`, 'a', widget('two', { names: ['b', 'c'] }, {}, 'v2')),
      merge(`${WIDGETS('v1')}/two/status`, 'c', { status: { phase: 'x' } }),
      merge(`${WIDGETS('v2')}/two`, 'd', { spec: { names: ['z'] }, status: { phase: 'y' } }),
      get(`${WIDGETS('v1')}/two`),
    ],
  },
  {
    name: 'lists, sets and maps of a custom type',
    steps: [
      apply(`${WIDGETS('v1')}/lists`, 'a', widget('lists', { ports: [{ port: 80 }, { port: 81, name: 'b' }] })),
      apply(`${WIDGETS('v1')}/lists`, 'b', widget('lists', { ports: [{ port: 80, protocol: 'UDP' }, { port: 80 }] })),
      apply(`${WIDGETS('v1')}/lists`, 'a', widget('lists', { ports: [{ port: 81 }], fixed: { a: 'x' }, plain: ['a'] })),
      apply(`${WIDGETS('v1')}/lists`, 'b', widget('lists', { fixed: { b: 'y' }, plain: ['a', 'b'] })),
      apply(`${WIDGETS('v1')}/lists`, 'b', widget('lists', { free: { a: { b: [1, { c: null }] } }, names: ['x'] })),
      apply(
        `${WIDGETS('v1')}/lists`,
        'c',
        widget('lists', { free: { a: { c: 1 } }, names: ['y', 'x'], level: 'high' }),
      ),
      apply(`${WIDGETS('v1')}/lists`, 'c', widget('lists', { parts: [{ name: 'p', tags: { a: '1' } }] })),
      apply(`${WIDGETS('v1')}/lists`, 'd', widget('lists', { parts: [{ name: 'p', tags: { b: '2' } }] })),
      apply(`${WIDGETS('v1')}/lists`, 'd', widget('lists', { parts: [{ name: 'p' }] })),
      apply(`${WIDGETS('v1')}/lists`, 'c', widget('lists', { size: null, fixed: null })),
    ],
  },
  {
    name: 'ports of services are keyed by port and protocol',
    steps: [
      apply(`${SERVICES}/ports`, 'a', service('ports', [{ name: 'one', port: 80 }])),
      apply(`${SERVICES}/ports`, 'b', service('ports', [{ name: 'two', port: 80, protocol: 'UDP' }])),
      apply(`${SERVICES}/ports`, 'c', service('ports', [{ name: 'other', port: 80 }])),
      apply(`${SERVICES}/ports`, 'a', service('ports', [{ port: 80, protocol: 'UDP', name: 'two' }, { port: 81 }])),
    ],
  },
  {
    name: 'clients edit managed fields',
    steps: [
      apply(`${c}edited`, 'a', configMap('edited', { a: '1', b: '2' })),
      merge(`${c}edited`, 'b', { data: { b: '3' } }),
      jsonPatch(`${c}edited`, 'c', [{ op: 'remove', path: '/metadata/managedFields/1' }]),
      jsonPatch(`${c}edited`, 'c', [{ op: 'replace', path: '/metadata/managedFields/0/manager', value: 'z' }]),
      jsonPatch(`${c}edited`, 'c', [{ op: 'replace', path: '/metadata/managedFields/0/operation', value: 'Wrong' }]),
      jsonPatch(`${c}edited`, 'c', [
        { op: 'add', path: '/metadata/managedFields/0/fieldsV1/f:data/f:zz', value: {} },
        { op: 'add', path: '/metadata/managedFields/0/fieldsV1/q:x', value: {} },
      ]),
      jsonPatch(`${c}edited`, 'c', [{ op: 'replace', path: '/metadata/managedFields/0/fieldsV1', value: { x: {} } }]),
      jsonPatch(`${c}edited`, 'c', [{ op: 'replace', path: '/metadata/managedFields', value: [{}] }]),
      merge(`${c}edited`, 'd', { data: { d: '4' } }),
      apply(`${c}edited`, 'a', configMap('edited', { a: '1' })),
      apply(`${c}edited`, 'a', configMap('edited', { a: '2' })),
      merge(`${c}edited`, 'e', { metadata: { managedFields: [] } }),
      merge(`${c}edited`, 'e', { metadata: { managedFields: [{ manager: 'x' }] } }),
      apply(`${c}edited`, 'b', configMap('edited', { a: '7' })),
      put(`${c}edited`, 'f', configMap('edited', { a: '1', d: '4' })),
      merge(`${c}edited`, 'g', { metadata: { managedFields: null } }),
    ],
  },
  {
    name: 'custom objects with edited managed fields',
    steps: [
      apply(`${WIDGETS('v1')}/edited`, 'a', widget('edited', { size: 1 })),
      merge(`${WIDGETS('v1')}/edited`, 'b', { metadata: { managedFields: [] } }),
      apply(`${WIDGETS('v1')}/edited`, 'a', widget('edited', { size: 2 })),
      apply(`${WIDGETS('v1')}/edited`, 'a', widget('edited', { size: 2 }), true),
      merge(`${WIDGETS('v1')}/edited`, 'b', { metadata: { managedFields: [{}] }, spec: { size: 3 } }),
    ],
  },
  {
    name: 'too many managers',
    steps: Array.from({ length: 13 }, (_, at) => `m${String(at).padStart(2, '0')}`).flatMap((manager, at) =>
      at === 0
        ? [post(CONFIG_MAPS, manager, configMap('many', { [manager]: 'x' }))]
        : [merge(`${c}many`, manager, { data: { [manager]: 'x' } })],
    ),
  },
  {
    name: 'kubectl takes over from client-side apply',
    steps: [
      post(
        CONFIG_MAPS,
        'kubectl-client-side-apply',
        configMap(
          'migrated',
          { a: '1', b: '2' },
          {
            annotations: {
              [LAST_APPLIED]:
                '{"apiVersion":"v1","data":{"a":"1","b":"2"},"kind":"ConfigMap","metadata":{"annotations":{},"name":"migrated"}}\n',
            },
          },
        ),
      ),
      apply(`${c}migrated`, 'other', configMap('migrated', { a: '3' })),
      apply(`${c}migrated`, 'kubectl', configMap('migrated', { a: '3', c: '<4>' })),
      merge(`${c}migrated`, 'other', { data: { a: '5' } }),
      apply(`${c}migrated`, 'kubectl', configMap('migrated', { a: '6' })),
      apply(`${c}migrated`, 'kubectl', configMap('migrated', { a: '6' }, { annotations: { x: 'y' } }), true),
    ],
  },
  {
    name: 'configurations that do not fit',
    steps: [
      apply(`${d}wrong`, 'a', deployment('wrong', { foo: 1 })),
      apply(`${d}wrong`, 'a', deployment('wrong', { replicas: 'x' })),
      apply(`${d}wrong`, 'a', deployment('wrong', { replicas: 1.5 })),
      apply(`${d}wrong`, 'a', deployment('wrong', { paused: 'yes' })),
      apply(`${d}wrong`, 'a', deployment('wrong', { selector: ['a'] })),
      apply(`${d}wrong`, 'a', deployment('wrong', {}, { image: { a: [1, 'x'] } })),
      apply(`${d}wrong`, 'a', deployment('wrong', {}, { args: 'x' })),
      apply(`${d}wrong`, 'a', deployment('wrong', {}, { env: [{ name: 'A' }, { name: 'A' }] })),
      apply(`${d}wrong`, 'a', deployment('wrong', {}, { env: [{ value: 'A' }] })),
      apply(`${d}wrong`, 'a', deployment('wrong', {}, { env: [null] })),
      apply(`${d}wrong`, 'a', deployment('wrong', {}, { ports: [{ protocol: 'TCP', name: 'x' }] })),
      apply(`${d}wrong`, 'a', { ...deployment('wrong', {}), kind: 'Other' }),
      apply(`${d}wrong`, 'a', { ...deployment('wrong', {}), apiVersion: 'apps/v2' }),
      apply(`${d}wrong`, 'a', { metadata: { name: 'wrong' } }),
      apply(`${d}wrong`, 'a', { apiVersion: 'apps/v1', kind: 'Deployment' }),
      apply(`${d}wrong`, 'a', { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'other' } }),
      apply(`${d}wrong`, 'a', {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'wrong', managedFields: [] },
      }),
      apply(`${d}wrong`, 'a', [1]),
      apply(`${d}wrong`, '', deployment('wrong', {})),
      apply(`${d}wrong`, 'x'.repeat(129), deployment('wrong', {})),
      apply(`${d}wrong`, 'a%0Ab', deployment('wrong', {})),
      apply(`${d}wrong`, 'a', { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'wrong' }, spec: {} }),
      apply(`${WIDGETS('v1')}/wrong`, 'a', widget('wrong', { foo: 1 })),
      apply(`${WIDGETS('v1')}/wrong`, 'a', widget('wrong', { size: 'x', free: { a: 1 } })),
      apply(`${WIDGETS('v1')}/wrong`, 'a', widget('wrong', { names: ['a', 'a'] })),
      apply(`${WIDGETS('v1')}/wrong`, 'a', widget('wrong', { ports: [{ port: 1 }, { port: 1, protocol: 'TCP' }] })),
      apply(`${WIDGETS('v1')}/wrong`, 'a', widget('wrong', { names: [['a']], plain: 5 })),
    ],
  },
  {
    name: 'preconditions of an apply',
    steps: [
      apply(`${c}checked`, 'a', configMap('checked', { a: '1' }, { resourceVersion: '1' })),
      apply(`${c}checked`, 'a', configMap('checked', { a: '1' }, { uid: 'x' })),
      apply(`${c}checked`, 'a', configMap('checked', { a: '1' })),
      apply(`${c}checked`, 'a', configMap('checked', { a: '2' }, { resourceVersion: '1' })),
      apply(`${c}checked`, 'a', configMap('checked', { a: '2' }, { uid: 'x' })),
      apply(`${c}checked`, 'a', configMap('checked', { a: '2' }, { namespace: 'other' })),
      apply(`${c}checked`, 'a&dryRun=All', configMap('checked', { a: '2' })),
      get(`${c}checked`),
    ],
  },
  {
    name: 'empty and null parts',
    steps: [
      apply(`${c}empty`, 'a', configMap('empty', {}, { labels: {}, annotations: null })),
      apply(`${c}empty`, 'b', { ...configMap('empty', {}), data: {} }),
      apply(`${c}empty`, 'b', { ...configMap('empty', {}), data: null }),
      apply(`${c}empty`, 'b', configMap('empty', { x: '1' })),
      apply(`${c}empty`, 'b', configMap('empty', {})),
      apply(`${d}empty`, 'a', deployment('empty', { strategy: {} }, { env: [], resources: {}, args: null })),
      apply(`${d}empty`, 'b', deployment('empty', { strategy: { type: 'Recreate', rollingUpdate: null } }), true),
      apply(`${d}empty`, 'a', deployment('empty', {})),
    ],
  },
  {
    name: 'owners and finalizers',
    steps: [
      apply(`${c}owned`, 'a', configMap('owned', {}, { finalizers: ['x.dev/a'], ownerReferences: [owner('1')] })),
      apply(`${c}owned`, 'b', configMap('owned', {}, { finalizers: ['x.dev/b'], ownerReferences: [owner('2')] })),
      apply(`${c}owned`, 'a', configMap('owned', {}, { ownerReferences: [owner('1'), owner('2')] })),
      apply(`${c}owned`, 'b', configMap('owned', {})),
      apply(`${c}owned`, 'a', configMap('owned', {})),
    ],
  },
];

function owner(uid: string): Fields {
  // Of a kind that nobody knows, so that no garbage collector finds it missing.
  return { apiVersion: 'nowhere.example.dev/v1', kind: 'Owner', name: `o${uid}`, uid };
}
