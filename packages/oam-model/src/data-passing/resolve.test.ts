import type { KubernetesObject, ObjectReference } from '@capstan/base';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ApplicationConfiguration, ConditionRequirement, DataInput, DataOutput } from '../kinds/index.ts';
import type { DataPassing, DataSlot } from './model.ts';
import { resolveDataPassing } from './resolve.ts';

const FOO = { apiVersion: 'example.com/v1', kind: 'Foo' };
const STORE = { apiVersion: 'v1', kind: 'ConfigMap', name: 'store' };

function aFoo(name: string, content: object = {}, metadata: object = {}): KubernetesObject {
  return { ...FOO, metadata: { name, namespace: 'ns', ...metadata }, ...content };
}

function anApplication(metadata: object = {}): ApplicationConfiguration {
  return {
    apiVersion: 'core.oam.dev/v1alpha2',
    kind: 'ApplicationConfiguration',
    metadata: { name: 'app', namespace: 'ns', labels: { 'app-hash': 'v1', 'app.hash': 'v1' }, ...metadata },
    spec: { components: [] },
  };
}

function aSlot(
  name: string,
  data: { outputs?: DataOutput[]; inputs?: DataInput[] } & Partial<DataSlot> = {},
): DataSlot {
  const { outputs, inputs, ...more } = data;
  return {
    key: name,
    object: aFoo(name),
    ...(outputs ? { dataOutputs: outputs } : {}),
    ...(inputs ? { dataInputs: inputs } : {}),
    ...more,
  };
}

function resolve(
  slots: readonly DataSlot[],
  live: readonly KubernetesObject[] = [],
  application = anApplication(),
): DataPassing {
  const components = slots.map((workload) => ({ workload, traits: [] }));
  const find = ({ kind, name }: ObjectReference) =>
    live.find((object) => object.kind === kind && object.metadata.name === name);
  return resolveDataPassing({ application, components, live: find });
}

const KEY: DataOutput = { name: 'key', fieldPath: 'status.key' };
const TAKE_KEY: DataInput = { valueFrom: { dataOutputName: 'key' }, toFieldPaths: ['spec.key'] };

/** The reason why `in` waits for status.key of `out`; undefined when it does not wait. */
function reasonWith(status: unknown, conditions?: ConditionRequirement[], application = anApplication()) {
  const out = aSlot('out', { outputs: [{ ...KEY, ...(conditions ? { conditions } : {}) }] });
  const live = status === undefined ? [] : [aFoo('out', { status })];
  return resolve([out, aSlot('in', { inputs: [TAKE_KEY] })], live, application).waiting.get('in')?.reason;
}

describe('a value is ready', () => {
  const eq = (more: Partial<ConditionRequirement>): ConditionRequirement => ({ op: 'eq', ...more });
  test.each<[string, unknown, ConditionRequirement[] | undefined, string | undefined]>([
    ['when its object exists', undefined, undefined, 'failed to get object (ns/out)'],
    ['when its field exists', {}, undefined, 'status.key not found in object'],
    ['when it is text that is not empty', { key: '' }, undefined, 'value should not be empty'],
    ['when it is text', { key: 'x' }, undefined, undefined],
    ['when it is false', { key: false }, undefined, undefined],
    ['when it is zero', { key: 0 }, undefined, undefined],
    ['when it is an empty object', { key: {} }, undefined, undefined],
    ['when it equals', { key: 'x' }, [eq({ value: 'x' })], undefined],
    ['when it equals what is expected', { key: 'x' }, [eq({ value: 'y' })], 'got(x) expected to be y'],
    ['when it differs', { key: 'x' }, [{ op: 'notEq', value: 'y' }], undefined],
    [
      'when it differs from what is refused',
      { key: 'x' },
      [{ op: 'notEq', value: 'x' }],
      'got(x) expected not to be x',
    ],
    ['when it is not empty', { key: 'x' }, [{ op: 'notEmpty' }], undefined],
    ['when it is not empty, said so', { key: '' }, [{ op: 'notEmpty' }], 'value should not be empty'],
    ['when empty text is expected', { key: '' }, [eq({ value: '' })], undefined],
    ['when another field equals', { key: 'x', hash: 'v1' }, [eq({ value: 'v1', fieldPath: 'status.hash' })], undefined],
    [
      'when another field equals a field of the application',
      { key: 'x', hash: 'v0' },
      [eq({ valueFrom: { fieldPath: 'metadata.labels.app-hash' }, fieldPath: 'status.hash' })],
      'got(v0) expected to be v1',
    ],
    [
      'when a field equals a dotted label of the application',
      { key: 'v1' },
      [eq({ valueFrom: { fieldPath: 'metadata.labels[app.hash]' } })],
      undefined,
    ],
    [
      'when the field of the application is there',
      { key: 'x' },
      [eq({ valueFrom: { fieldPath: 'metadata.labels.none' } })],
      'get valueFrom.fieldPath fail: metadata.labels.none: no such field',
    ],
    [
      'when the field of the application is text',
      { key: 'x' },
      [eq({ valueFrom: { fieldPath: 'metadata.labels' } })],
      'get valueFrom.fieldPath fail: metadata.labels: not a string',
    ],
    [
      'when the checked field is there',
      { key: 'x' },
      [eq({ value: 'x', fieldPath: 'status.hash' })],
      "can't get value to check status.hash: no such field",
    ],
    [
      'when the checked field is text',
      { key: 'x', hash: 1 },
      [eq({ value: '1', fieldPath: 'status.hash' })],
      "can't get value to check status.hash: not a string",
    ],
    [
      'when a condition on a value that is no text names a field',
      { key: 1 },
      [eq({ value: '1' })],
      "can't get value to check FieldPath not specified",
    ],
    [
      'when all conditions hold',
      { key: 'x' },
      [eq({ value: 'x' }), { op: 'notEq', value: 'x' }],
      'got(x) expected not to be x',
    ],
    ['when the operator is not known', { key: 'x' }, [{ op: 'like' as 'eq', value: 'y' }], undefined],
  ])('%s', (_, status, conditions, reason) => {
    expect(reasonWith(status, conditions)).toBe(reason);
  });

  test('without a field and conditions, whatever is there', () => {
    const slots = [aSlot('out', { outputs: [{ name: 'key' }] }), aSlot('in', { inputs: [TAKE_KEY] })];
    expect(resolve(slots).objects.get('in')).toEqual(aFoo('in'));
  });
});

describe('inputs', () => {
  test('an unmet input holds its object back, and only the first is told', () => {
    const out = aSlot('out', { outputs: [KEY, { name: 'other', fieldPath: 'status.other' }] });
    const other: DataInput = { valueFrom: { dataOutputName: 'other' }, toFieldPaths: ['spec.other'] };
    const result = resolve([out, aSlot('in', { inputs: [TAKE_KEY, other] })], [aFoo('out')]);
    expect([...result.objects.keys()]).toEqual(['out']);
    expect(result.unsatisfied).toEqual([
      {
        reason: 'status.key not found in object',
        from: { ...FOO, name: 'out', fieldPath: 'status.key' },
        to: { ...FOO, name: 'in', fieldPaths: ['spec.key'] },
      },
    ]);
    expect(result.waiting.get('in')).toBe(result.unsatisfied[0]);
  });

  test.each([[{ deep: [1, true, null] }], ['text'], [7], [false]])('a met input carries %j to every path', (key) => {
    const input = { ...TAKE_KEY, toFieldPaths: ['spec.a', 'spec.list[1].b'] };
    const result = resolve(
      [aSlot('out', { outputs: [KEY] }), aSlot('in', { inputs: [input] })],
      [aFoo('out', { status: { key } })],
    );
    expect(result.objects.get('in')?.['spec']).toEqual({ a: key, list: [null, { b: key }] });
  });

  test('a list is put behind the list of the template, in every pass the same', () => {
    const object = aFoo('in', { spec: { key: ['a'] } });
    const slots = [aSlot('out', { outputs: [KEY] }), aSlot('in', { inputs: [TAKE_KEY], object })];
    const live = [aFoo('out', { status: { key: ['b'] } }), aFoo('in', { spec: { key: ['a', 'b'] } })];
    expect(resolve(slots, live).objects.get('in')?.['spec']).toEqual({ key: ['a', 'b'] });
    expect(object).toEqual(aFoo('in', { spec: { key: ['a'] } }));
  });

  test('a list does not fit behind something else', () => {
    const slots = [
      aSlot('out', { outputs: [KEY] }),
      aSlot('in', { inputs: [TAKE_KEY], object: aFoo('in', { spec: { key: 'a' } }) }),
    ];
    expect(resolve(slots, [aFoo('out', { status: { key: ['b'] } })]).problems).toEqual([
      { stage: 'render', slot: 'in', message: 'cannot pass data to Foo (ns/in): spec.key is not an array' },
    ]);
  });

  test('a name that no output has is an error', () => {
    expect(resolve([aSlot('in', { inputs: [TAKE_KEY] })]).problems).toEqual([
      {
        stage: 'render',
        slot: 'in',
        message: 'cannot pass data to Foo (ns/in): DataOutputName (key): DataOutput does not exist',
      },
    ]);
  });

  test('a path through something that is no object is an error', () => {
    const slots = [
      aSlot('out', { outputs: [{ name: 'key', fieldPath: 'status.key.more' }] }),
      aSlot('in', { inputs: [TAKE_KEY] }),
    ];
    const { problems } = resolve(slots, [aFoo('out', { status: { key: 'x' } })]);
    expect(problems[0]?.message).toContain('status.key: not an object');
  });

  test('of outputs with one name the last counts, and a workload comes after its traits', () => {
    const output = (fieldPath: string): DataOutput[] => [{ name: 'key', fieldPath }];
    const components = [
      { workload: aSlot('w', { outputs: output('spec.w') }), traits: [aSlot('t', { outputs: output('spec.t') })] },
      { workload: aSlot('in', { inputs: [TAKE_KEY] }), traits: [] },
    ];
    const live = () => aFoo('any', { spec: { w: 'of w', t: 'of t' } });
    const result = resolveDataPassing({ application: anApplication(), components, live });
    expect(result.objects.get('in')?.['spec']).toEqual({ key: 'of w' });
  });

  test('conditions of an input look at the target in the cluster', () => {
    const conditions: ConditionRequirement[] = [{ op: 'eq', value: '', fieldPath: 'spec.key' }];
    const slots = [aSlot('out', { outputs: [KEY] }), aSlot('in', { inputs: [{ ...TAKE_KEY, conditions }] })];
    const out = aFoo('out', { status: { key: 'x' } });
    expect(resolve(slots, [out]).objects.get('in')?.['spec']).toEqual({ key: 'x' });
    expect(resolve(slots, [out, aFoo('in', { spec: { key: 'x' } })]).unsatisfied).toEqual([
      {
        reason: 'DataInputs Conditions: got(x) expected to be ',
        from: { ...FOO, name: 'out', fieldPath: 'status.key' },
        to: { ...FOO, name: 'in', fieldPaths: ['spec.key'] },
      },
    ]);
  });

  test('what Go clients write for nothing is nothing', () => {
    const empty = { apiVersion: '', kind: '', name: '' };
    const slot = aSlot('in', {
      inputs: [{ valueFrom: { dataOutputName: '' }, inputStore: empty }],
      outputs: [{ name: '', fieldPath: '', outputStore: empty }],
    });
    const result = resolve([slot]);
    expect(result.objects.get('in')).toEqual(aFoo('in'));
    expect(result.storeWrites).toEqual([]);
  });
});

describe('a status counts when it is about the source as it is to be', () => {
  const slots = (out: Partial<DataSlot> = {}) => [
    aSlot('out', { outputs: [KEY], ...out }),
    aSlot('in', { inputs: [TAKE_KEY] }),
  ];
  const marks = (generation: string, revision: string) => ({
    annotations: { 'app.oam.dev/generation': generation },
    labels: { 'app.oam.dev/revision': revision },
  });
  const rendered = { object: aFoo('out', {}, marks('2', 'out-v2')) };
  const live = (metadata: object, status: object = {}) => [aFoo('out', { status: { key: 'x', ...status } }, metadata)];

  test('its controller has looked at the newest generation', () => {
    const of = (observedGeneration: number) =>
      resolve(slots(), live({ generation: 2 }, { observedGeneration })).waiting.get('in')?.reason;
    expect(of(1)).toBe('status is of generation 1, the object is at 2');
    expect(of(2)).toBeUndefined();
  });

  test.each([
    ['1', 'out-v2', true],
    ['2', 'out-v1', true],
    ['2', 'out-v2', false],
  ])('it is applied for this generation (%s) and revision (%s)', (generation, revision, waits) => {
    expect(resolve(slots(rendered), live(marks(generation, revision))).waiting.has('in')).toBe(waits);
  });

  test('one that is held back may stay as it is for long', () => {
    expect(resolve(slots({ ...rendered, held: true }), live(marks('1', 'out-v1'))).waiting.has('in')).toBe(false);
    const waits = { ...rendered, dataInputs: [{ valueFrom: { dataOutputName: 'key' } }] };
    expect(resolve(slots(waits), live(marks('1', 'out-v1'))).waiting.has('in')).toBe(false);
  });

  test('a spec is what it is', () => {
    const out = { ...rendered, dataOutputs: [{ name: 'key', fieldPath: 'spec.key' }] };
    const old = [aFoo('out', { spec: { key: 'x' } }, marks('1', 'out-v1'))];
    expect(resolve(slots(out), old).waiting.has('in')).toBe(false);
  });
});

describe('stores', () => {
  const write = {
    type: 'jsonPatch',
    op: 'add',
    toFieldPath: 'data.app-hash',
    valueFrom: { fieldPath: 'status.key' },
  } as const;
  const hash: ConditionRequirement = {
    op: 'eq',
    valueFrom: { fieldPath: 'metadata.labels.app-hash' },
    fieldPath: 'status.app-hash',
  };
  const output: DataOutput = {
    outputStore: { ...STORE, operations: [{ ...write, toDataPath: 'sub', conditions: [hash] }] },
  };
  const store = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'store', namespace: 'ns' } };

  test('an output is stored when every operation has its value', () => {
    const slots = [aSlot('out', { outputs: [output] })];
    const ready = resolve(slots, [aFoo('out', { status: { key: 'x', 'app-hash': 'v1' } })]);
    expect(ready.storeWrites).toEqual([
      {
        store: { ...STORE, namespace: 'ns' },
        parts: [{ source: 'out', operations: output.outputStore?.operations }],
      },
    ]);
    const unready = resolve(slots, [aFoo('out', { status: { key: 'x', 'app-hash': 'v0' } })]);
    expect(unready.storeWrites).toEqual([]);
    expect(unready.unsatisfied).toEqual([
      {
        reason: 'got(v0) expected to be v1',
        from: { ...FOO, name: 'out', fieldPath: 'status.key' },
        to: { ...STORE, fieldPaths: ['data.app-hash(sub)'] },
      },
    ]);
    // The source itself does not wait for its store.
    expect(unready.objects.has('out')).toBe(true);
  });

  test('each output without a name has its own source', () => {
    const of = (name: string): DataOutput => ({ outputStore: { ...STORE, name, operations: [write] } });
    const slots = [aSlot('a', { outputs: [of('store-a')] }), aSlot('b', { outputs: [of('store-b')] })];
    const result = resolve(slots, [aFoo('a', { status: { key: 'x' } })]);
    expect(result.storeWrites.map(({ parts, store: { name } }) => [parts[0]?.source, name])).toEqual([
      ['a', 'store-a'],
    ]);
    expect(result.unsatisfied.map(({ from }) => from.name)).toEqual(['b']);
  });

  test('an input waits for what it reads from a store, then has it', () => {
    const operations = [
      { type: 'jsonPatch', op: 'add', toFieldPath: 'spec', value: '{}' },
      { type: 'jsonPatch', op: 'add', toFieldPath: 'spec.key', valueFrom: { fieldPath: 'data.app-hash' } },
    ] as const;
    const slots = [
      aSlot('in', { inputs: [{ inputStore: { ...STORE, operations } }], object: aFoo('in', { spec: { old: 1 } }) }),
    ];
    expect(resolve(slots).unsatisfied).toEqual([
      {
        reason: 'failed to get object (ns/store)',
        from: { ...STORE, fieldPath: 'data.app-hash' },
        to: { ...FOO, name: 'in', fieldPaths: ['spec.key'] },
      },
    ]);
    expect(resolve(slots, [store]).waiting.get('in')?.reason).toBe('data.app-hash not found in object');
    const filled = resolve(slots, [{ ...store, data: { 'app-hash': 'x' } }]);
    expect(filled.objects.get('in')?.['spec']).toEqual({ key: 'x' });
  });

  test('a store that is read for nothing must be there, and its operations must be sound', () => {
    const of = (operation: object) =>
      aSlot('in', { inputs: [{ inputStore: { ...STORE, operations: [{ ...write, ...operation }] } }] });
    const literal = resolve([of({ valueFrom: undefined, value: '"x"' })]);
    expect(literal.problems).toEqual([
      { stage: 'apply', slot: 'in', message: 'cannot pass data to Foo (ns/in): failed to get object (ns/store)' },
    ]);
    const unsound = resolve([of({ type: 'merge', valueFrom: undefined, value: '1' })], [store]);
    expect(unsound.problems).toMatchObject([{ stage: 'apply', message: expect.stringContaining('invalid type') }]);
  });

  test('outputs, inputs and stores are told in the order of the application', () => {
    const trait = aSlot('out', { outputs: [{ ...KEY, outputStore: { ...STORE, operations: [write] } }] });
    const components = [{ workload: aSlot('in', { inputs: [TAKE_KEY] }), traits: [trait] }];
    const result = resolveDataPassing({ application: anApplication(), components, live: () => undefined });
    expect(result.unsatisfied.map(({ to }) => to.kind)).toEqual(['Foo', 'ConfigMap']);
  });

  test('outputs of one store are one write, and none when the store says everything', () => {
    const of = (key: string): DataOutput => ({
      outputStore: {
        ...STORE,
        operations: [
          { type: 'jsonPatch', op: 'add', toFieldPath: 'data', value: '{}' },
          { ...write, toFieldPath: `data.${key}` },
        ],
      },
    });
    const slots = [aSlot('a', { outputs: [of('a')] }), aSlot('b', { outputs: [of('b')] })];
    const sources = [aFoo('a', { status: { key: '1' } }), aFoo('b', { status: { key: '2' } })];
    const [one, ...others] = resolve(slots, [...sources, { ...store, data: { a: '1' } }]).storeWrites;
    expect(one?.parts.map(({ source }) => source)).toEqual(['a', 'b']);
    expect(others).toEqual([]);
    expect(resolve(slots, [...sources, { ...store, data: { b: '2' } }]).storeWrites).toEqual([]);
    // One that is only being made writes what needs no value of it.
    const { valueFrom: _, ...literal } = { ...write, value: '1' };
    const stored: DataOutput = { outputStore: { ...STORE, operations: [literal] } };
    expect(resolve([aSlot('out', { outputs: [stored] })]).storeWrites).toMatchObject([{ parts: [{ source: 'out' }] }]);
    const held = aSlot('out', { outputs: [stored, KEY], inputs: [TAKE_KEY] });
    expect(resolve([held]).storeWrites).toEqual([]);
  });

  test('operations that can never succeed are told before anything is done', () => {
    const operations = [{ ...write, type: 'merge' }];
    const slots = [aSlot('out', { outputs: [{ outputStore: { ...STORE, operations } }] })];
    const { problems, storeWrites } = resolve(slots, [aFoo('out', { status: { key: 'x' } })]);
    expect(problems).toMatchObject([
      { stage: 'apply', slot: 'out', message: expect.stringContaining('cannot write store "store": operation on') },
    ]);
    expect(storeWrites).toEqual([]);
  });
});

test('passing data again changes nothing', () => {
  const lists = fc.array(fc.oneof(fc.string(), fc.integer()), { maxLength: 3 });
  fc.assert(
    fc.property(fc.oneof(lists, fc.jsonValue()), lists, fc.boolean(), (key, before, inList) => {
      const object = aFoo('in', { spec: { key: before } });
      const input = { ...TAKE_KEY, toFieldPaths: inList ? ['spec.key'] : ['spec.other'] };
      const slots = [aSlot('out', { outputs: [KEY] }), aSlot('in', { inputs: [input], object })];
      const out = aFoo('out', { status: { key } });
      const first = resolve(slots, [out]).objects.get('in');
      const second = resolve(slots, [out, ...(first ? [first] : [])]).objects.get('in');
      expect(second).toEqual(first);
    }),
  );
});
