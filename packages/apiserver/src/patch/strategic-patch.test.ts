import { describe, expect, test } from 'vitest';
import { definitionNode } from '../builtin/schemas.ts';
import type { JsonObject } from '../model/object.ts';
import { applyStrategicPatch } from './strategic-patch.ts';

const DEPLOYMENT = definitionNode('io.k8s.api.apps.v1.Deployment');

interface Container {
  readonly name: string;
  readonly image?: string;
  readonly env?: readonly { readonly name: string }[];
  readonly ports?: readonly { readonly containerPort: number; readonly protocol?: string }[];
}

interface Deployment {
  readonly metadata?: { readonly finalizers?: readonly string[]; readonly labels?: unknown };
  readonly spec: {
    readonly strategy?: unknown;
    readonly template: { readonly spec: { readonly containers: readonly Container[]; readonly volumes?: unknown } };
  };
}

function aDeployment(): JsonObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'd', labels: { x: 'y' }, finalizers: ['a/b', 'c/d'] },
    spec: {
      replicas: 0,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%' } },
      template: {
        spec: {
          containers: [
            {
              name: 'a',
              image: 'a',
              env: [
                { name: 'E', value: '1' },
                { name: 'F', value: '2' },
              ],
              ports: [
                { containerPort: 80, protocol: 'TCP' },
                { containerPort: 81, protocol: 'UDP' },
              ],
            },
            { name: 'b', image: 'b' },
          ],
          volumes: [{ name: 'v', emptyDir: {} }],
        },
      },
    },
  };
}

function patched(patch: unknown): Deployment {
  const document = aDeployment();
  const before = JSON.stringify(patch);
  const { object } = applyStrategicPatch(document, patch, DEPLOYMENT);
  expect(document).toEqual(aDeployment());
  expect(JSON.stringify(patch)).toBe(before);
  return object as unknown as Deployment;
}

function podPatch(spec: object): object {
  return { spec: { template: { spec } } };
}

const images = ({ spec }: Deployment) => spec.template.spec.containers.map(({ name, image }) => `${name}:${image}`);

// The outcomes were recorded from a kube-apiserver v1.35.4.
describe('lists with a merge key', () => {
  test.each<[string, object, string[]]>([
    [
      'merge and add, in the order of the patch',
      {
        containers: [
          { name: 'b', image: 'bb' },
          { name: 'z', image: 'z' },
        ],
      },
      ['a:a', 'b:bb', 'z:z'],
    ],
    [
      'come first where they are new',
      {
        containers: [
          { name: 'z', image: 'z' },
          { name: 'a', image: 'q' },
          { name: 'y', image: 'y' },
        ],
      },
      ['z:z', 'a:q', 'y:y', 'b:b'],
    ],
    [
      'put additions where deletions left room',
      {
        '$setElementOrder/containers': [{ name: 'c' }],
        containers: [
          { name: 'c', image: 'c' },
          { name: 'a', $patch: 'delete' },
        ],
      },
      ['b:b', 'c:c'],
    ],
    ['reorder', { containers: [{ name: 'b' }, { name: 'a' }] }, ['b:b', 'a:a']],
    [
      'delete',
      {
        containers: [
          { $patch: 'delete', name: 'a' },
          { name: 'c', image: 'c' },
        ],
      },
      ['c:c', 'b:b'],
    ],
    ['replace', { containers: [{ $patch: 'replace' }, { name: 'c', image: 'c' }] }, ['c:c']],
    ['remove a field', { containers: [{ name: 'a', image: null }] }, ['a:undefined', 'b:b']],
    ['set the order', { '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }] }, ['b:b', 'a:a']],
    [
      'set the order with changes',
      { '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }], containers: [{ name: 'a', image: 'z' }] },
      ['b:b', 'a:z'],
    ],
    [
      'set the order with a deletion',
      { '$setElementOrder/containers': [{ name: 'b' }], containers: [{ $patch: 'delete', name: 'a' }] },
      ['b:b'],
    ],
    [
      'set the order with an addition',
      {
        '$setElementOrder/containers': [{ name: 'n' }, { name: 'b' }],
        containers: [{ name: 'n', image: 'n' }],
      },
      ['n:n', 'a:a', 'b:b'],
    ],
  ])('%s', (_what, spec, expected) => {
    expect(images(patched(podPatch(spec)))).toEqual(expected);
  });

  test('are merged at every depth', () => {
    const container = {
      name: 'a',
      ports: [{ containerPort: 81, protocol: 'TCP' }],
      env: [
        { name: 'G', value: '3' },
        { name: 'E', $patch: 'delete' },
      ],
    };
    const [first] = patched(podPatch({ containers: [container] })).spec.template.spec.containers;
    expect(first?.ports).toEqual([
      { containerPort: 80, protocol: 'TCP' },
      { containerPort: 81, protocol: 'TCP' },
    ]);
    expect(first?.env?.map(({ name }) => name)).toEqual(['G', 'F']);
    const order = { name: 'a', '$setElementOrder/ports': [{ containerPort: 81 }, { containerPort: 80 }] };
    const [again] = patched(podPatch({ containers: [order] })).spec.template.spec.containers;
    expect(again?.ports?.map(({ containerPort }) => containerPort)).toEqual([81, 80]);
  });
});

describe('lists of scalars', () => {
  test.each<[string, object, string[] | undefined]>([
    ['are united', { finalizers: ['e/f', 'a/b'] }, ['e/f', 'a/b', 'c/d']],
    ['lose single values', { '$deleteFromPrimitiveList/finalizers': ['a/b'] }, ['c/d']],
    ['are ordered', { '$setElementOrder/finalizers': ['c/d', 'a/b'] }, ['c/d', 'a/b']],
    [
      'are ordered while they are united',
      { '$setElementOrder/finalizers': ['q', 'c/d', 'a/b'], finalizers: ['q'] },
      ['q', 'c/d', 'a/b'],
    ],
    ['go with null', { finalizers: null }, undefined],
  ])('%s', (_what, metadata, expected) => {
    expect(patched({ metadata }).metadata?.finalizers).toEqual(expected);
  });
});

describe('objects', () => {
  test('of a union keep the fields that $retainKeys names', () => {
    const { spec } = patched({ spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } });
    expect(spec.strategy).toEqual({ type: 'Recreate' });
    const volume = { name: 'v', $retainKeys: ['name', 'configMap'], configMap: { name: 'x' } };
    const { template } = patched(podPatch({ volumes: [volume] })).spec;
    expect(template.spec.volumes).toEqual([{ name: 'v', configMap: { name: 'x' } }]);
  });

  test('are emptied or replaced by a directive', () => {
    expect(patched({ spec: { strategy: { $patch: 'delete' } } }).spec.strategy).toEqual({});
    const replaced = patched({ spec: { strategy: { $patch: 'replace', type: 'Recreate' } } });
    expect(replaced.spec.strategy).toEqual({ type: 'Recreate' });
    expect(patched({ metadata: { $patch: 'replace', name: 'd' } }).metadata).toEqual({ name: 'd' });
  });

  test('take over what they lack without nulls and directives', () => {
    const { metadata } = patched({
      metadata: { annotations: { a: 'b', c: null }, labels: { x: null, z: { y: null } } },
    });
    expect(metadata).toMatchObject({ annotations: { a: 'b' }, labels: { z: {} } });
    const added = patched({ spec: { selector: { matchLabels: { a: 'b' }, $patch: 'delete' } } });
    expect(added.spec).not.toHaveProperty('selector');
  });

  test('are taken where the types differ', () => {
    expect(patched({ metadata: { labels: 'x' } }).metadata?.labels).toBe('x');
  });

  test('stay as they are with nothing', () => {
    expect(patched(null)).toEqual(aDeployment());
    expect(patched({})).toEqual(aDeployment());
  });
});

test('tells what is left of the patch, as errors show it', () => {
  const { patch } = applyStrategicPatch(aDeployment(), { spec: { foo: { a: null }, replicas: null } }, DEPLOYMENT);
  expect(patch).toEqual({ spec: { foo: {}, replicas: null } });
});

const CONTAINERS =
  '[map[env:[map[name:E value:1] map[name:F value:2]] image:a name:a ports:[map[containerPort:80 protocol:TCP] map[containerPort:81 protocol:UDP]]] map[image:b name:b]]';

// Recorded from a kube-apiserver v1.35.4.
test.each<[unknown, number, string]>([
  [[], 400, 'json: cannot unmarshal array into Go value of type map[string]interface {}'],
  [1, 400, 'json: cannot unmarshal number into Go value of type map[string]interface {}'],
  [{ $patch: 'foo' }, 500, 'unknown patch type: foo in map: map[$patch:foo]'],
  [podPatch({ containers: [{ image: 'x' }] }), 500, 'map: map[image:x] does not contain declared merge key: name'],
  [podPatch({ containers: ['x'] }), 500, `list element types are not identical: [${CONTAINERS} [x]]`],
  [podPatch({ containers: [['x']] }), 500, `list element types are not identical: [${CONTAINERS} [[x]]]`],
  [
    podPatch({ containers: [{ name: 'a', $patch: 'foo' }] }),
    500,
    'unknown patch type: foo in map: map[$patch:foo name:a]',
  ],
  [
    podPatch({ containers: [{ name: 'a', $patch: 'merge' }] }),
    500,
    'merging lists cannot yet be specified in the patch',
  ],
  [
    podPatch({ containers: [{ $patch: 'delete' }] }),
    500,
    'map: map[$patch:delete] does not contain declared merge key: name',
  ],
  [
    podPatch({
      '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }],
      containers: [
        { name: 'a', image: 'z' },
        { name: 'b', image: 'y' },
      ],
    }),
    500,
    "The order in patch list:\n[map[image:z name:a] map[image:y name:b]]\n doesn't match $setElementOrder list:\n[map[name:b] map[name:a]]\n",
  ],
  [
    podPatch({
      '$setElementOrder/containers': [{ name: 'a' }],
      containers: [{ name: 'a' }, { name: 'b', $patch: 'delete' }, { $patch: 'replace' }],
    }),
    500,
    "The order in patch list:\n[map[name:a] map[$patch:delete name:b] map[$patch:replace]]\n doesn't match $setElementOrder list:\n[map[name:a]]\n",
  ],
  [podPatch({ '$setElementOrder/containers': 'x' }), 500, 'expected a []interface {}, but received a string'],
  [
    podPatch({ '$setElementOrder/foo': [{ name: 'b' }] }),
    500,
    'unable to find api field in struct PodSpec for the json field "foo"',
  ],
  [{ '$setElementOrder/spec': ['x'] }, 500, 'expected a []interface {}, but received a map[string]interface {}'],
  [podPatch({ $deleteFromPrimitiveList: ['b'] }), 400, 'invalid patch format of primitive list'],
  [podPatch({ $setElementOrder: ['b'] }), 400, 'invalid patch format of setElementOrder list'],
  [{ spec: { strategy: { $retainKeys: ['foo'], type: 'Recreate' } } }, 400, 'invalid patch format of retainKeys'],
  [{ spec: { strategy: { $retainKeys: 'type', type: 'Recreate' } } }, 400, 'invalid patch format of retainKeys'],
])('%j is refused as by the real server', (patch, code, message) => {
  expect(() => patched(patch)).toThrow(
    expect.objectContaining({ code, message, reason: code === 400 ? 'BadRequest' : '' }),
  );
});
