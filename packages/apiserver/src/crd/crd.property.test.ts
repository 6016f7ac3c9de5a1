import fc from 'fast-check';
import { expect, test } from 'vitest';
import { crdWith } from '../../test/crd/crd-cases.ts';
import { builtinResources } from '../builtin/resources.ts';
import type { ApiError } from '../model/api-error.ts';
import type { StrategyContext } from '../model/resource.ts';
import { typeProblem } from '../schema/decode.ts';
import type { JsonMap } from '../schema/json.ts';
import { crdStrategy } from './crd-strategy.ts';
import { CRD_TYPE, type Crd } from './definition.ts';
import { customResources } from './resources.ts';

const CONTEXT: StrategyContext = { subresource: undefined, now: '', find: () => undefined, list: () => [] };
const strategy = crdStrategy();
const type = builtinResources().find(
  ({ group, resource }) => group === CRD_TYPE.group && resource === CRD_TYPE.resource,
);

const name = fc.constantFrom('a', 'spec', 'status', 'metadata', 'kind', '__proto__');
const scalar = fc.constantFrom<unknown>(null, true, 0, 2.5, 'a', '', 'self.a == 1', 'self.all(x, x > 1)', '(');
const small = fc.memo((depth: number): fc.Arbitrary<unknown> => {
  if (depth <= 1) return scalar;
  const below = small(depth - 1);
  return fc.oneof(
    scalar,
    fc.array(below, { maxLength: 2 }),
    fc.dictionary(name, below, { maxKeys: 2, noNullPrototype: true }),
  );
});
const any = small(3);

/** Schemas as someone may send them: mostly of the right form, with anything where Kubernetes allows anything. */
const schemaOf = fc.memo((depth: number): fc.Arbitrary<JsonMap> => {
  const below = depth <= 1 ? fc.constant({}) : schemaOf(depth - 1);
  const many = fc.array(below, { maxLength: 2 });
  return fc.record(
    {
      type: fc.constantFrom('object', 'array', 'string', 'integer', 'odd', ''),
      properties: fc.dictionary(name, below, { maxKeys: 3, noNullPrototype: true }),
      items: fc.oneof({ weight: 9, arbitrary: below }, many, any),
      additionalProperties: fc.oneof({ weight: 9, arbitrary: below }, fc.boolean(), any),
      default: any,
      example: any,
      enum: fc.array(any, { maxLength: 2 }),
      pattern: fc.constantFrom('(', 'a'),
      format: fc.constantFrom('ipv4', 'x'),
      nullable: fc.boolean(),
      required: fc.array(name, { maxLength: 2 }),
      allOf: many,
      anyOf: many,
      not: below,
      patternProperties: fc.dictionary(name, below, { maxKeys: 1, noNullPrototype: true }),
      'x-kubernetes-list-type': fc.constantFrom('map', 'set', 'odd'),
      'x-kubernetes-list-map-keys': fc.array(name, { maxLength: 2 }),
      'x-kubernetes-int-or-string': fc.boolean(),
      'x-kubernetes-preserve-unknown-fields': fc.boolean(),
      'x-kubernetes-embedded-resource': fc.boolean(),
      'x-kubernetes-validations': fc.array(
        fc.record(
          {
            rule: fc.constantFrom(
              'self.a == 1',
              'self.all(x, x > 1)',
              'oldSelf == self',
              '(',
              '',
              'has(self.spec) && self == self',
              'type(self) == int',
            ),
            messageExpression: fc.constantFrom("'a'", 'self', '('),
            optionalOldSelf: fc.boolean(),
            fieldPath: fc.constantFrom('.a', "['spec']", 'x[', ''),
          },
          { requiredKeys: ['rule'] },
        ),
        { maxLength: 2 },
      ),
    },
    { requiredKeys: [] },
  ) as fc.Arbitrary<JsonMap>;
});

const rules = fc.constantFrom<JsonMap>(
  {},
  { 'x-kubernetes-validations': [{ rule: 'self == self', messageExpression: "'a'" }] },
  { 'x-kubernetes-validations': [{ rule: 'false', message: 'never' }] },
);

/** Schemas that are structural. */
const soundOf = fc.memo((depth: number): fc.Arbitrary<JsonMap> => {
  const leaf = fc.constantFrom<JsonMap>(
    { type: 'string', maxLength: 3, pattern: '^a*$' },
    { type: 'string', format: 'date-time' },
    { type: 'integer', minimum: 1, nullable: true },
    { type: 'number', multipleOf: 0.5, default: 1.5 },
    { type: 'boolean' },
    { 'x-kubernetes-int-or-string': true },
    { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
  );
  if (depth <= 1) return leaf;
  const below = soundOf(depth - 1);
  const field = fc.constantFrom('a', 'spec', 'status', 'b-c');
  const inner = fc.oneof(
    leaf,
    fc
      .dictionary(field, below, { maxKeys: 3, noNullPrototype: true })
      .map((properties) => ({ type: 'object', properties })),
    below.map((additionalProperties) => ({ type: 'object', additionalProperties })),
    below.map((items) => ({ type: 'array', items })),
  );
  return fc.tuple(inner, rules).map(([schema, more]) => ({ ...schema, ...more }));
});
const sound = soundOf(4).map((spec): JsonMap => ({ type: 'object', properties: { spec } }));

/** Whether something can be decoded; what cannot is refused with 400. */
function decodes(decode: () => void): boolean {
  try {
    decode();
    return true;
  } catch (error) {
    expect((error as ApiError).code).toBe(400);
    return false;
  }
}

test('any CRD of the right types is refused or served, and its objects are refused or accepted', () => {
  if (!type) throw new Error('there are no CRDs');
  let accepted = 0;
  fc.assert(
    fc.property(fc.oneof(schemaOf(3), sound), fc.boolean(), any, any, (schema, withObject, value, live) => {
      const root = withObject ? { ...schema, type: 'object' } : schema;
      const crd = JSON.parse(JSON.stringify(crdWith({ schema: { openAPIV3Schema: root } }))) as Crd;
      fc.pre(typeProblem(crd, type) === undefined);
      if (!decodes(() => strategy.defaults(crd))) return;
      strategy.prepareForCreate(crd, CONTEXT);
      const causes = strategy.validate(crd, CONTEXT);
      for (const cause of causes) expect(cause.field).toMatch(/^(metadata|spec|status)/);
      if (causes.length > 0) return;
      accepted += 1;
      const [resource] = customResources({ ...crd, status: { acceptedNames: crd.spec.names } });
      const thing = (spec: unknown) => ({
        apiVersion: 'cases.capstan.example/v1',
        kind: 'Thing',
        metadata: { name: 'a', namespace: 'b', resourceVersion: '1' },
        spec,
      });
      const next = thing(structuredClone(value));
      if (!decodes(() => resource?.strategy.defaults(next))) return;
      expect(Array.isArray(resource?.strategy.validate(next, CONTEXT))).toBe(true);
      expect(Array.isArray(resource?.strategy.validateUpdate(next, thing(live), CONTEXT))).toBe(true);
    }),
    { numRuns: 400 },
  );
  expect(accepted).toBeGreaterThan(50);
});
