import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SchemaNode } from '../model/schema.ts';
import { applyDefaults } from './defaults.ts';
import { copyJson, sameJson } from './json.ts';
import { validateListTypes } from './list-types.ts';
import { pruneNulls, pruneUnknown } from './prune.ts';
import { validateStructural } from './validate.ts';

/** Few names, so that values have fields which schemas talk of. */
const name = fc.constantFrom('a', 'b', 'c', '__proto__', 'metadata', 'kind');
const scalar = fc.oneof(
  fc.constantFrom<unknown>(null, true, 0, 1, 2.5, -1, 'a', 'bb', ''),
  fc.string({ maxLength: 4 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const jsonOf = fc.memo((depth: number): fc.Arbitrary<unknown> => {
  if (depth <= 1) return scalar;
  const below = jsonOf(depth - 1);
  return fc.oneof(
    scalar,
    fc.array(below, { maxLength: 3 }),
    fc.dictionary(name, below, { maxKeys: 3, noNullPrototype: true }),
  );
});
const json = jsonOf(4);

const flag = fc.option(fc.boolean(), { nil: undefined });
const small = fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined });
const keywords = {
  type: fc.constantFrom<SchemaNode['type']>('object', 'array', 'string', 'integer', 'number', 'boolean'),
  nullable: flag,
  required: fc.array(name, { maxLength: 2 }),
  default: jsonOf(2),
  enum: fc.array(jsonOf(2), { maxLength: 2 }),
  pattern: fc.constantFrom('^a', '(', 'b+$', ''),
  format: fc.constantFrom('date-time', 'ipv4', 'zip', 'uri', 'duration'),
  minimum: small,
  maximum: small,
  exclusiveMinimum: flag,
  multipleOf: fc.constantFrom(0.5, 2, 0),
  minLength: small,
  maxLength: small,
  minItems: small,
  maxItems: small,
  maxProperties: small,
  'x-kubernetes-list-type': fc.constantFrom<SchemaNode['x-kubernetes-list-type']>('atomic', 'set', 'map'),
  'x-kubernetes-list-map-keys': fc.array(name, { maxLength: 2 }),
  'x-kubernetes-preserve-unknown-fields': flag,
  'x-kubernetes-int-or-string': flag,
  'x-kubernetes-embedded-resource': flag,
};

const nodeOf = fc.memo((depth: number): fc.Arbitrary<SchemaNode> => {
  const leaf = fc.record(keywords, { requiredKeys: [] });
  if (depth <= 1) return leaf as fc.Arbitrary<SchemaNode>;
  const below = nodeOf(depth - 1);
  const few = fc.array(below, { maxLength: 2 });
  const inner = {
    properties: fc.dictionary(name, below, { maxKeys: 3, noNullPrototype: true }),
    additionalProperties: fc.oneof(fc.boolean(), below),
    items: below,
    anyOf: few,
    oneOf: few,
    allOf: few,
  };
  return fc.record({ ...keywords, ...inner }, { requiredKeys: [] }) as fc.Arbitrary<SchemaNode>;
});
const node = nodeOf(3);

/** What decoding does to a custom resource. */
function decoded(value: unknown, schema: SchemaNode): unknown {
  const copy = copyJson(value);
  pruneUnknown(copy, schema, { root: false });
  pruneNulls(copy, schema);
  return copy;
}

describe('any JSON by any schema', () => {
  test('pruning is idempotent and only removes', () => {
    fc.assert(
      fc.property(json, node, fc.boolean(), (value, schema, root) => {
        const once = copyJson(value);
        const removed = pruneUnknown(once, schema, { root, collect: true });
        const twice = copyJson(once);
        expect(pruneUnknown(twice, schema, { root, collect: true })).toEqual([]);
        expect(sameJson(twice, once)).toBe(true);
        expect(sameJson(once, value)).toBe(removed.length === 0);
      }),
      { numRuns: 300 },
    );
  });

  test('defaulting is idempotent and shares nothing with the schema', () => {
    fc.assert(
      fc.property(json, node, (value, schema) => {
        const before = copyJson(schema);
        const once = decoded(value, schema);
        applyDefaults(once, schema);
        const twice = copyJson(once);
        applyDefaults(twice, schema);
        expect(sameJson(twice, once)).toBe(true);
        expect(sameJson(schema, before)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test('validation never throws, and what did not change is fine', () => {
    fc.assert(
      fc.property(json, json, node, (value, live, schema) => {
        const causes = [
          ...validateStructural(value, schema, live, 'spec'),
          ...validateListTypes(value, schema, 'spec'),
        ];
        for (const cause of causes) expect(typeof cause.message).toBe('string');
        const unchanged = { spec: value };
        const root: SchemaNode = { type: 'object', properties: { spec: schema } };
        expect(value === undefined ? [] : validateStructural(unchanged, root, copyJson(unchanged))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});

test('a schema without defaults changes nothing', () => {
  fc.assert(
    fc.property(json, (value) => {
      const copy = copyJson(value);
      applyDefaults(copy, { type: 'object', properties: { a: { type: 'object' } } });
      expect(sameJson(copy, value)).toBe(true);
    }),
  );
});
