import { expect, test } from 'vitest';
import { partialMetadata } from './partial-metadata.ts';

const GENERATION = { 'deprecated.daemonset.template.generation': '1' };

test.each([
  ['apps/v1', 'DaemonSet', GENERATION, undefined],
  ['apps/v1', 'DaemonSet', { ...GENERATION, a: 'b' }, { a: 'b' }],
  ['apps/v1', 'Deployment', GENERATION, GENERATION],
  ['example.com/v1', 'DaemonSet', GENERATION, GENERATION],
])('metadata of %s %s', (apiVersion, kind, annotations, shown) => {
  const object = { apiVersion, kind, metadata: { name: 'a', annotations } };
  expect(partialMetadata(object)).toEqual({ name: 'a', ...(shown && { annotations: shown }) });
  expect(object.metadata.annotations).toEqual(annotations);
});
