import type { KubernetesObject } from '@capstan/base';
import { expect, test } from 'vitest';
import { strangersIn } from './drift.ts';

const CONTROLLER = { manager: 'capstan-controller', operation: 'Apply' };

/** A live trait whose `triggers` are one atomic list, and whose `ports` have names. */
function live(...owned: readonly object[]): KubernetesObject {
  return {
    apiVersion: 'traits.capstan.dev/v1alpha1',
    kind: 'Autoscale',
    metadata: { name: 'web', managedFields: owned.map((one) => ({ ...one })) },
    spec: {
      fallback: { replicas: 2 },
      triggers: [{ type: 'cpu', metricType: 'Utilization', metadata: { value: '70' } }],
      ports: [{ name: 'a', extra: 1 }],
    },
  };
}

const wanted: KubernetesObject = {
  apiVersion: 'traits.capstan.dev/v1alpha1',
  kind: 'Autoscale',
  metadata: { name: 'web' },
  spec: { triggers: [{ type: 'cron', metadata: { start: '0 8 * * *' } }], ports: [{ name: 'a' }] },
};

const ALL = [
  ['spec', 'fallback'],
  ['spec', 'triggers', 0, 'metricType'],
  ['spec', 'triggers', 0, 'metadata', 'value'],
  ['spec', 'ports', 0, 'extra'],
];

const fields = (item: object) => ({
  'f:spec': { 'f:fallback': { 'f:replicas': {} }, 'f:triggers': {}, 'f:ports': { 'k:{"name":"a"}': item } },
});

test.each<[string, object[], readonly unknown[]]>([
  ['who wrote it is not known', [], ALL],
  ['all was applied by us', [{ ...CONTROLLER, fieldsV1: fields({ '.': {}, 'f:name': {}, 'f:extra': {} }) }], []],
  [
    'a field of an item was added by somebody',
    [{ ...CONTROLLER, fieldsV1: fields({ '.': {}, 'f:name': {} }) }],
    ALL.slice(3),
  ],
  [
    'somebody changed the list, which is theirs since',
    [{ ...CONTROLLER, fieldsV1: { 'f:spec': { 'f:fallback': { 'f:replicas': {} } } } }],
    ALL.slice(1),
  ],
  [
    'another states some of it too',
    [
      { ...CONTROLLER, fieldsV1: { 'f:spec': { 'f:fallback': {}, 'f:triggers': {} } } },
      { manager: 'kubectl-edit', operation: 'Update', fieldsV1: { 'f:spec': { 'f:fallback': { 'f:replicas': {} } } } },
    ],
    [ALL[0], ALL[3]],
  ],
  ['another wrote it', [{ manager: 'kubectl-edit', operation: 'Update', fieldsV1: fields({ 'f:extra': {} }) }], ALL],
  ['we wrote a status', [{ ...CONTROLLER, subresource: 'status', fieldsV1: fields({ 'f:extra': {} }) }], ALL],
])('strangers where %s', (_what, managedFields, expected) => {
  expect(strangersIn(live(...managedFields), wanted, undefined)).toEqual(expected);
});
