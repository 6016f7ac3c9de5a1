import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { helmUnits } from './package-install.ts';
import { aPackage } from './testing/index.ts';
import { configuredValues, unitValues } from './values.ts';

const schema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    log: { type: 'object', properties: { level: { enum: ['info', 'debug'], default: 'info' } } },
    token: { type: 'string' },
  },
};
const withSchema = aPackage('keda', { config: { schema } });

describe("a user's values", () => {
  test('get the defaults of the schema', () => {
    expect(configuredValues(withSchema, { log: {} })).toEqual({ log: { level: 'info' } });
    expect(configuredValues(aPackage('keda'))).toEqual({});
  });

  test('that break the schema are refused by field, without the value', () => {
    const secret = 12345678;
    const run = () => configuredValues(withSchema, { token: secret, log: { level: 'loud' } });
    expect(run).toThrow(expect.objectContaining({ code: 'CAPSTAN_CAP_VALUES_INVALID', exit: 2 }));
    expect(run).toThrow(/log\.level must be one of info, debug; token must be of type string/);
    expect(run).not.toThrow(new RegExp(String(secret)));
  });

  test('of a package that takes none are refused', () => {
    expect(() => configuredValues(aPackage('keda'), { a: 1 })).toThrow(/a is not a known field/);
  });

  test('with a slip of the pen are told the field that was meant', () => {
    expect(() => configuredValues(withSchema, { tokn: 'x' })).toThrow(
      /tokn is not a known field \(did you mean "token"\?\)/,
    );
  });

  test('are checked by their own package where two schemas have the same $id, even a broken one', () => {
    const $id = 'https://example.org/values';
    const takes = (type: string) => aPackage('keda', { config: { schema: { $id, properties: { a: { type } } } } });
    expect(() => configuredValues(takes('objekt'), { a: 'x' })).toThrow(/is not a JSON Schema/);
    expect(configuredValues(takes('string'), { a: 'x' })).toEqual({ a: 'x' });
    expect(() => configuredValues(takes('integer'), { a: 'x' })).toThrow(/a must be of type integer/);
  });

  test.each(['^(a+)+$', '^(a|a)*$', '^(a|aa)+$'])('never keep anybody busy, whatever the pattern: %s', (pattern) => {
    const greedy = aPackage('keda', { config: { schema: { properties: { a: { type: 'string', pattern } } } } });
    const started = performance.now();
    expect(() => configuredValues(greedy, { a: `${'a'.repeat(5000)}!` })).toThrow(
      expect.objectContaining({ code: 'CAPSTAN_CAP_VALUES_INVALID', exit: 2 }),
    );
    expect(performance.now() - started).toBeLessThan(5000);
    const named = {
      config: { schema: { patternProperties: { [pattern]: { type: 'string' } }, additionalProperties: false } },
    };
    expect(() => configuredValues(aPackage('keda', named), { [`${'a'.repeat(5000)}!`]: 1 })).toThrow(
      expect.objectContaining({ code: 'CAPSTAN_CAP_VALUES_INVALID' }),
    );
  });

  test('with patterns of any form end with an answer', () => {
    const atom = fc.constantFrom('a', '.', '[a-z]', '(a|b)', '\\w', '(a?)');
    const pattern = fc
      .array(fc.tuple(atom, fc.constantFrom('', '*', '+', '{1,9}')), { minLength: 1, maxLength: 5 })
      .chain((parts) =>
        fc.constantFrom('', '+', '*').map((more) => `^(${parts.map((part) => part.join('')).join('')})${more}$`),
      );
    fc.assert(
      fc.property(pattern, fc.string({ unit: fc.constantFrom('a', 'b', '!'), maxLength: 20 }), (text, value) => {
        const made = aPackage('keda', { config: { schema: { properties: { a: { type: 'string', pattern: text } } } } });
        try {
          expect(configuredValues(made, { a: value })).toEqual({ a: value });
        } catch (error) {
          expect(error).toMatchObject({ code: 'CAPSTAN_CAP_VALUES_INVALID' });
        }
      }),
      { numRuns: 30 },
    );
  });

  test.each([
    ['is none', { type: 'objekt' }],
    ['refers to what is not there', { $ref: 'https://example.org/schema.json' }],
    ['would say yes to everything, later', { $async: true, type: 'object', properties: { a: { type: 'string' } } }],
  ])('of a package whose schema %s are not taken', (_, broken) => {
    const run = () => configuredValues(aPackage('keda', { config: { schema: broken } }), { a: 1 });
    expect(run).toThrow(expect.objectContaining({ code: 'CAPSTAN_PACKAGE_INVALID' }));
  });
});

describe('the Helm values of a unit', () => {
  const [unit] = helmUnits(aPackage('keda'));

  test('are its own, then the configuration, then the switch', () => {
    const values = { logging: { operator: { format: 'json' } }, crds: { install: true } };
    const valuesFrom = [
      { from: 'log.level', to: 'logging.operator.level' },
      { from: 'absent', to: 'absent' },
    ];
    expect(
      unitValues({ ...unit!, values, valuesFrom }, { log: { level: 'debug' } }, { crds: { install: false } }),
    ).toEqual({
      logging: { operator: { format: 'json', level: 'debug' } },
      crds: { install: false },
    });
    expect(values.crds.install).toBe(true);
  });

  test('cannot reach a prototype', () => {
    const sneaky = JSON.parse('{"__proto__": {"polluted": true}, "a": 1}') as Record<string, unknown>;
    expect(unitValues(unit!, {}, sneaky)).toEqual({ a: 1 });
    expect(unitValues({ ...unit!, valuesFrom: [{ from: 'a', to: '__proto__.polluted' }] }, { a: 1 })).toEqual({});
    expect({}).not.toHaveProperty('polluted');
  });
});
