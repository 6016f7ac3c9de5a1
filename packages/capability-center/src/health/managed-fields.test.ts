import type { KubernetesObject } from '@capstan/base';
import { expect, test } from 'vitest';
import { ownsAllOf } from './managed-fields.ts';

const wanted = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop', labels: { app: 'web' }, annotations: {} },
  spec: {
    replicas: 1,
    template: {
      spec: { containers: [{ name: 'main', image: 'web:1', ports: [{ containerPort: 80 }], args: ['-v'] }] },
    },
  },
} as unknown as KubernetesObject;

const container = (fields: object) => ({
  'f:template': {
    'f:spec': {
      'f:containers': {
        'k:{"name":"main"}': { '.': {}, 'f:name': {}, ...fields },
      },
    },
  },
});
const port = { 'f:ports': { 'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {} } } };
const live = (spec: object, labels: object | null = { 'f:app': {} }, manager = 'helm'): KubernetesObject =>
  ({
    ...wanted,
    metadata: {
      ...wanted.metadata,
      managedFields: [
        { manager, fieldsV1: { ...(labels ? { 'f:metadata': { 'f:labels': labels } } : {}), 'f:spec': spec } },
      ],
    },
  }) as unknown as KubernetesObject;
const whole = container({ 'f:image': {}, 'f:args': {}, ...port });

test.each<[string, KubernetesObject, boolean]>([
  ['everything', live({ 'f:replicas': {}, ...whole }), true],
  ['more than it applied', live({ 'f:replicas': {}, 'f:paused': {}, ...whole }), true],
  ['all but a number that somebody scaled', live(whole), false],
  ['all but an image that somebody set', live({ 'f:replicas': {}, ...container({ 'f:args': {}, ...port }) }), false],
  ['all but a label that somebody removed', live({ 'f:replicas': {}, ...whole }, null), false],
  ['all but one of its labels', live({ 'f:replicas': {}, ...whole }, { 'f:other': {} }), false],
  ['nothing', live({ 'f:replicas': {}, ...whole }, undefined, 'kubectl'), false],
])('who owns %s', (_, object, expected) => {
  expect(ownsAllOf(object, wanted, 'helm')).toBe(expected);
});
