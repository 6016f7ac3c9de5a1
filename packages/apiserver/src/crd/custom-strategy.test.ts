import { expect, test } from 'vitest';
import type { KubeObject } from '../model/object.ts';
import { customStrategy } from './custom-strategy.ts';

const TYPE = {
  group: 'example.com',
  version: 'v1',
  kind: 'Box',
  namespaced: true,
  schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  selectableFields: [],
} as const;

function aBox(fields: object): KubeObject {
  return { apiVersion: 'example.com/v1', kind: 'Box', metadata: { name: 'b' }, ...fields };
}

test.each([
  ['of spec', { spec: { size: 2 } }, true, true],
  ['of metadata', { metadata: { name: 'b', labels: { a: 'b' } } }, false, false],
  ['of status', { status: { size: 2 } }, false, true],
  ['of another field', { content: 2 }, true, true],
])('a change %s counts in the generation, with a status endpoint: %o', (_name, change, withStatus, without) => {
  const live = aBox({ spec: { size: 1 }, status: { size: 1 } });
  const next = { ...live, ...change };
  const counts = (subresources: { status?: object }) =>
    customStrategy({ ...TYPE, subresources }).generationChanges(next, live);
  expect([counts({ status: {} }), counts({})]).toEqual([withStatus, without]);
});
