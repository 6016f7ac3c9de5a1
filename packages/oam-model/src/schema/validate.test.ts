import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ruleSchema, schemaCases } from '../../test/schema-cases.ts';
import type { Schema } from './types.ts';
import { validateAgainstSchema } from './validate.ts';

const object = (spec: unknown) => ({ apiVersion: 'a/v1', kind: 'Thing', metadata: { name: 'x' }, spec });

test.each(schemaCases)('%j: %s', (spec, path, message) => {
  const problems = validateAgainstSchema(object(spec), ruleSchema);
  expect(problems.map((problem) => [problem.path, problem.message])).toEqual(
    path === undefined ? [] : [[path, message]],
  );
});

describe('the root', () => {
  test('needs apiVersion and kind, and metadata of the usual form', () => {
    const problems = validateAgainstSchema({ metadata: { labels: { a: 1 }, nam: 'x' }, spec: { size: 1 } }, ruleSchema);
    expect(problems.map(({ path }) => path)).toEqual(['apiVersion', 'kind', 'metadata.labels.a', 'metadata.nam']);
  });

  test('may be restricted in metadata by the CRD', () => {
    const schema: Schema = {
      ...ruleSchema,
      properties: {
        ...ruleSchema.properties,
        metadata: { type: 'object', properties: { name: { type: 'string', pattern: '^a' } } },
      },
    };
    expect(validateAgainstSchema(object({ size: 1 }), schema).map(({ path }) => path)).toEqual(['metadata.name']);
  });

  test('is nothing special where the value is no whole object', () => {
    const schema: Schema = { type: 'object', properties: { a: { type: 'string' } } };
    expect(validateAgainstSchema({ a: 'x' }, schema, { embedded: false })).toEqual([]);
    expect(validateAgainstSchema({ kind: 'x' }, schema, { embedded: false })[0]?.path).toBe('kind');
  });
});

describe('hints', () => {
  test.each([
    [{ size: 1, colur: 'red' }, 'Did you mean "colour"?'],
    [{ size: 1, colour: 'gren' }, 'Did you mean "green"?'],
    [{}, 'How many.'],
    [{ size: 1, either: { a: '', xyzzy: 1 } }, 'Fields of spec.either: a, b.'],
  ])('%j: %s', (spec, hint) => {
    expect(validateAgainstSchema(object(spec), ruleSchema)[0]?.hint).toBe(hint);
  });

  test('a value is never repeated: it may be a secret', () => {
    const problems = validateAgainstSchema(
      object({ size: 's3cret', name: 's3cret!', port: { s: 's3cret' } }),
      ruleSchema,
    );
    expect(problems).toHaveLength(4);
    expect(JSON.stringify(problems)).not.toContain('s3cret');
  });
});

test('any JSON is judged without throwing, and the judged value is left alone', () => {
  const key = fc.constantFrom(
    'size',
    'name',
    'labels',
    'template',
    'ports',
    'metadata',
    '__proto__',
    'constructor',
    'a\'"]',
  );
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 4 },
      fc.jsonValue({ maxDepth: 1 }),
      fc.array(tie('any'), { maxLength: 3 }),
      fc.dictionary(key, tie('any'), { maxKeys: 4 }),
    ),
  })).any;
  fc.assert(
    fc.property(value, (spec) => {
      const whole = object(spec);
      const before = structuredClone(whole);
      const problems = validateAgainstSchema(whole, ruleSchema);
      expect(whole).toEqual(before);
      for (const problem of problems) expect(problem.segments.length).toBeGreaterThan(0);
    }),
  );
});
