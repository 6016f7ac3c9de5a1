import { expect, test } from 'vitest';
import { orderFields } from './go-order.ts';
import { structOfKind } from './go-types.ts';
import { strategyOf } from './strategies.ts';

test('fields come in the order of their Go types, keys of maps sorted', () => {
  const struct = structOfKind('', 'v1', 'Pod');
  const pod = {
    spec: {
      nodeSelector: { b: '1', a: '2' },
      containers: [{ image: 'i', resources: { limits: { memory: '1', cpu: '2' } }, name: 'c' }],
      volumes: [{ emptyDir: {}, name: 'v' }],
    },
    metadata: { labels: { z: '1', __proto__x: '2' }, name: 'p' },
    apiVersion: 'v1',
    kind: 'Pod',
  };
  if (struct) orderFields(struct, pod);
  expect(JSON.stringify(pod)).toBe(
    '{"kind":"Pod","apiVersion":"v1","metadata":{"name":"p","labels":{"__proto__x":"2","z":"1"}},' +
      '"spec":{"volumes":[{"name":"v","emptyDir":{}}],' +
      '"containers":[{"name":"c","image":"i","resources":{"limits":{"cpu":"2","memory":"1"}}}],' +
      '"nodeSelector":{"a":"2","b":"1"}}}',
  );
});

test('empty lists become null where Go writes them always, and only when the object is about to be stored', () => {
  const strategy = strategyOf({ group: 'storage.k8s.io', version: 'v1', kind: 'CSINode' }, false);
  const node = {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSINode',
    metadata: { name: 'n', finalizers: [] },
    spec: { drivers: [] },
  };
  strategy.defaults(node);
  expect(node).toMatchObject({ spec: { drivers: [] } });
  expect(node.metadata).not.toHaveProperty('finalizers');
  strategy.prepareForCreate(node, { subresource: undefined, now: '', find: () => undefined, list: () => [] });
  expect(node).toMatchObject({ spec: { drivers: null } });
});
