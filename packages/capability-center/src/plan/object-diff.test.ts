import type { KubernetesObject } from '@capstan/base';
import { expect, test } from 'vitest';
import { diffObjects } from './object-diff.ts';

const deployment = (spec: object, more: object = {}): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', resourceVersion: '1', generation: 1, ...more },
  spec,
});

test('changed, added and removed fields are told with their paths', () => {
  const before = deployment({ replicas: 1, paused: true, list: [{ a: 1 }, { a: 2 }] });
  const after = deployment({ replicas: 2, list: [{ a: 1 }, { a: 3 }, { a: 4 }], more: {} });
  expect(diffObjects(before, after)).toEqual([
    { path: 'spec.list[1].a', before: 2, after: 3 },
    { path: 'spec.list[2]', after: { a: 4 } },
    { path: 'spec.more', after: {} },
    { path: 'spec.paused', before: true },
    { path: 'spec.replicas', before: 1, after: 2 },
  ]);
});

test('what the server keeps for itself is no change', () => {
  const before = { ...deployment({ replicas: 1 }), status: { replicas: 1 } };
  const after = deployment({ replicas: 1 }, { resourceVersion: '2', generation: 2, managedFields: [{ manager: 'x' }] });
  expect(diffObjects(before, after)).toEqual([]);
});

test('the data of a Secret is never shown', () => {
  const secret = (data: object): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'token' },
    data,
  });
  const changes = diffObjects(secret({ password: 'b2xk' }), secret({ password: 'bmV3', user: 'bWU=' }));
  expect(changes).toEqual([
    { path: 'data.password', hidden: true },
    { path: 'data.user', hidden: true },
  ]);
  expect(diffObjects(secret({}), { ...secret({}), data: undefined })).toEqual([{ path: 'data', hidden: true }]);
});
