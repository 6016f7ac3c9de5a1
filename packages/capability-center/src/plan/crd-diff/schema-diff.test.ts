import type { JsonObject } from '@capstan/base';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { droppedFields } from './dropped-fields.ts';
import { instanceJudge } from './instance-schema.ts';
import { diffSchemas } from './schema-diff.ts';
import { CRD_SEVERITIES } from './types.ts';

const text = { type: 'string' };
const object = (properties: JsonObject, more: JsonObject = {}): JsonObject => ({ type: 'object', properties, ...more });
const rules = (before: JsonObject, after: JsonObject) =>
  diffSchemas(before, after).findings.map(({ rule, path }) => `${rule} ${path}`.trim());

describe('a change of a schema', () => {
  test.each<[string, JsonObject, JsonObject, string[]]>([
    ['a field goes', object({ a: text, b: text }), object({ a: text }), ['field-removed b']],
    ['an optional field comes', object({ a: text }), object({ a: text, b: text }), []],
    ['a field must be set', object({ a: text }), object({ a: text }, { required: ['a'] }), ['required-added a']],
    [
      'a field must be set and has a default',
      object({ a: text }),
      object({ a: { ...text, default: 'x' } }, { required: ['a'] }),
      ['default-added a'],
    ],
    ['a field need not be set', object({ a: text }, { required: ['a'] }), object({ a: text }), []],
    ['another type', object({ a: text }), object({ a: { type: 'integer' } }), ['type-changed a']],
    ['a wider type', object({ a: { type: 'integer' } }), object({ a: { type: 'number' } }), []],
    [
      'integer or string',
      object({ a: { type: 'integer' } }),
      object({ a: { 'x-kubernetes-int-or-string': true } }),
      [],
    ],
    ['a default changes', { default: 1 }, { default: 2 }, ['default-changed']],
    ['a default goes', { default: 1 }, {}, ['default-removed']],
    ['values go', { enum: ['a', 'b'] }, { enum: ['a'] }, ['enum-narrowed']],
    ['values come', { enum: ['a'] }, { enum: ['a', 'b'] }, []],
    ['only some values', text, { ...text, enum: ['a'] }, ['enum-added']],
    ['any value', { ...text, enum: ['a'] }, text, []],
    ['a lower bound rises', { minimum: 1 }, { minimum: 2 }, ['bound-tightened']],
    ['a lower bound falls', { minimum: 2 }, { minimum: 1 }, []],
    ['an upper bound comes', text, { ...text, maxLength: 5 }, ['bound-tightened']],
    ['no length at least', text, { ...text, minLength: 0 }, []],
    ['a bound becomes exclusive', { minimum: 1 }, { minimum: 1, exclusiveMinimum: true }, ['bound-tightened']],
    ['another pattern', { pattern: 'a' }, { pattern: 'b' }, ['pattern-changed']],
    ['no pattern', { pattern: 'a' }, {}, []],
    ['a wider format', { format: 'int32' }, { format: 'int64' }, []],
    ['a narrower format', { format: 'int64' }, { format: 'int32' }, ['format-changed']],
    ['no null', { nullable: true }, {}, ['nullable-removed']],
    [
      'unknown fields go',
      { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      { type: 'object' },
      ['unknown-fields-dropped'],
    ],
    [
      'a rule comes',
      { 'x-kubernetes-validations': [{ rule: 'self.a > 1' }] },
      { 'x-kubernetes-validations': [{ rule: 'self.a > 1', message: 'm' }, { rule: 'self.b > 1' }] },
      ['cel-rule-added'],
    ],
    [
      'a list becomes a map',
      { type: 'array', items: text },
      { type: 'array', items: text, 'x-kubernetes-list-type': 'set' },
      ['list-type-changed'],
    ],
    [
      'entries of a map',
      { additionalProperties: text },
      { additionalProperties: { type: 'integer' } },
      ['type-changed {}'],
    ],
    [
      'a map becomes fields',
      { additionalProperties: true },
      object({}),
      ['additional-properties-narrowed {}', 'type-changed'],
    ],
    [
      'a field of a map becomes a field',
      { additionalProperties: text },
      { ...object({ a: { ...text, maxLength: 1 } }), type: undefined, additionalProperties: text },
      ['bound-tightened a'],
    ],
    ['items of a list', { items: object({ a: text }) }, { items: object({}) }, ['field-removed [].a']],
    ['a description', { description: 'a' }, { description: 'b' }, []],
    ['a keyword that nobody knows', {}, { 'x-new': 1 }, ['unknown-change']],
    ['alternatives', { anyOf: [{ required: ['a'] }] }, { anyOf: [{ required: ['b'] }] }, ['unknown-change']],
  ])('%s', (_, before, after, expected) => {
    expect(rules(before, after).sort()).toEqual([...expected].sort());
  });

  test('paths of new fields are told', () => {
    const after = object({ spec: object({ a: text, b: object({ c: text }) }) });
    expect(diffSchemas(object({ spec: object({ a: text }) }), after).added).toEqual(['spec.b']);
  });

  test('a schema of many levels is compared or refused, never overflows', () => {
    const deep = (leaf: JsonObject): JsonObject => {
      let schema = leaf;
      for (let level = 0; level < 300; level += 1) schema = object({ a: schema });
      return schema;
    };
    expect(rules(deep(text), deep({ type: 'integer' }))[0]).toMatch(/^unknown-change a\.a/);
  });
});

/** Small structural schemas, and how one grows out of another. */
const leaf = fc.oneof(
  fc.record({ type: fc.constant('string'), maxLength: fc.nat(6) }, { requiredKeys: ['type'] }),
  fc.record({ type: fc.constant('string'), enum: fc.uniqueArray(fc.constantFrom('a', 'bb', 'ccc'), { minLength: 1 }) }),
  fc.record(
    { type: fc.constant('integer'), minimum: fc.integer({ min: -3, max: 3 }), nullable: fc.boolean() },
    { requiredKeys: ['type'] },
  ),
  fc.constant({ type: 'boolean' }),
);
const schemas: fc.Arbitrary<JsonObject> = fc.letrec<{ node: JsonObject }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    leaf as fc.Arbitrary<JsonObject>,
    fc
      .record({ a: tie('node'), b: tie('node'), c: tie('node') }, { requiredKeys: [] })
      .chain((properties) =>
        fc
          .subarray(Object.keys(properties))
          .map((required) => object(properties, required.length > 0 ? { required } : {})),
      ),
    tie('node').map((items) => ({ type: 'array', items })),
    tie('node').map((additionalProperties) => ({ type: 'object', additionalProperties })),
  ),
})).node;

type Dice = () => number;
type Edit = (node: JsonObject, properties: Record<string, JsonObject>, dice: Dice) => void;

const EDITS: readonly Edit[] = [
  (_, properties) => Object.assign(properties, { d: text }),
  (_, properties) => Reflect.deleteProperty(properties, 'a'),
  (node) => Reflect.deleteProperty(node, 'required'),
  (node, properties) =>
    Object.assign(node, Object.keys(properties).length > 0 ? { required: Object.keys(properties) } : {}),
  (node, _, dice) => Object.assign(node, node['type'] === 'string' ? { maxLength: dice() % 5 } : {}),
  (node) => Object.assign(node, { nullable: true }),
  (node) => Reflect.deleteProperty(node, 'nullable'),
  (node) => Reflect.deleteProperty(node, 'enum'),
  (node) => Object.assign(node, node['type'] === 'integer' ? { type: 'number' } : {}),
  (node, _, dice) => Object.assign(node, 'minimum' in node ? { minimum: (dice() % 7) - 3 } : {}),
  (node) => Object.assign(node, node['type'] === 'object' ? { 'x-kubernetes-preserve-unknown-fields': true } : {}),
];

/** A schema with some of its nodes changed a little. */
function mutated(schema: JsonObject, dice: Dice): JsonObject {
  const copy = structuredClone(schema);
  const pending: JsonObject[] = [copy];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    const properties = (node['properties'] ?? {}) as Record<string, JsonObject>;
    pending.push(...Object.values(properties));
    for (const key of ['items', 'additionalProperties']) if (node[key]) pending.push(node[key] as JsonObject);
    if (dice() % 3 === 0) EDITS[dice() % EDITS.length]?.(node, properties, dice);
  }
  return copy;
}

/** An object of a schema; nearly always a valid one. */
function instanceOf(schema: JsonObject, dice: Dice): unknown {
  if (schema['nullable'] === true && dice() % 4 === 0) return null;
  if (Array.isArray(schema['enum'])) return schema['enum'][dice() % schema['enum'].length];
  const entries = schema['additionalProperties'] as JsonObject | undefined;
  if (entries) return { x: instanceOf(entries, dice) };
  switch (schema['type']) {
    case 'string':
      return 'abcdefg'.slice(0, dice() % 8);
    case 'integer':
      return (dice() % 9) - 4;
    case 'boolean':
      return dice() % 2 === 0;
    case 'array':
      return dice() % 3 === 0 ? [] : [instanceOf(schema['items'] as JsonObject, dice)];
    default: {
      const properties = Object.entries((schema['properties'] ?? {}) as Record<string, JsonObject>);
      const required = (schema['required'] ?? []) as string[];
      const set = properties.filter(([name]) => required.includes(name) || dice() % 2 === 0);
      return Object.fromEntries(set.map(([name, node]) => [name, instanceOf(node, dice)]));
    }
  }
}

/** Numbers that repeat, each time a little higher. */
function diceOf(numbers: readonly number[]): Dice {
  let rolled = 0;
  return () => {
    rolled += 1;
    return (numbers[rolled % numbers.length] ?? 0) + rolled;
  };
}

const dice = fc.array(fc.nat(1000), { minLength: 7, maxLength: 7 }).map(diceOf);
const roots = schemas.map((spec) => object({ spec }, { required: ['spec'] }));

describe('the rules', () => {
  test('find nothing where nothing changes', () => {
    fc.assert(
      fc.property(roots, (schema) => {
        expect(diffSchemas(schema, structuredClone(schema))).toEqual({ findings: [], added: [] });
      }),
    );
  });

  test('take a new optional field for safe, and its removal never', () => {
    fc.assert(
      fc.property(schemas, schemas, (one, more) => {
        const [small, large] = [object({ a: one }), object({ a: one, fresh: more })];
        expect(rules(small, large)).toEqual([]);
        expect(rules(large, small)).toEqual(['field-removed fresh']);
      }),
    );
  });

  // The property that matters: who gets no unsafe finding loses no object, neither refused nor cut.
  test('miss nothing: without an unsafe finding every object stays valid and whole', () => {
    fc.assert(
      fc.property(roots, dice, (before, roll) => {
        const after = mutated(before, roll);
        const unsafe = diffSchemas(before, after).findings.filter(({ rule }) => CRD_SEVERITIES[rule] !== 'notice');
        fc.pre(unsafe.length === 0);
        const [judgeBefore, judgeAfter] = [instanceJudge(before), instanceJudge(after)];
        for (let round = 0; round < 5; round += 1) {
          const instance = instanceOf(before, roll) as JsonObject;
          if (judgeBefore(instance).problems.length > 0) continue;
          expect(judgeAfter(instance).problems).toEqual([]);
          expect(droppedFields(instance, after)).toEqual(droppedFields(instance, before));
        }
      }),
      { numRuns: 50 },
    );
  });
});
