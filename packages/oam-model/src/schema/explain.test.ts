import { expect, test } from 'vitest';
import { ruleSchema } from '../../test/schema-cases.ts';
import { OAM_CODES } from '../codes.ts';
import { explainSchema } from './explain.ts';

test.each([
  ['spec.size', 'integer', true],
  ['spec.port', 'integer or string', false],
  ['spec.tags', 'list of string', false],
  ['spec.tags[0]', 'list of string', false],
  ['spec.ports', 'list of object', false],
  ['spec.ports.name', 'string', true],
  ['spec.ports[0].name', 'string', true],
  ['spec.labels', 'map of string', false],
  ['spec.anything', 'any', false],
  ['spec.template', 'Kubernetes object', false],
  ['spec', 'object', true],
])('%s is a %s, required %s', (path, type, required) => {
  expect(explainSchema(ruleSchema, path)).toMatchObject({ type, required });
});

test('a field has its description, default and enum', () => {
  expect(explainSchema(ruleSchema, 'spec.size').description).toBe('How many.');
  expect(explainSchema(ruleSchema, 'spec.colour').enum).toEqual(['red', 'green']);
  expect(explainSchema(ruleSchema, 'spec.defaulted').default).toBe('x');
});

test('fields are listed by name, required ones first, through lists', () => {
  expect(explainSchema(ruleSchema).fields.map(({ name }) => name)).toEqual(['spec']);
  expect(
    explainSchema(ruleSchema, 'spec')
      .fields.slice(0, 3)
      .map(({ name }) => name),
  ).toEqual(['size', 'anything', 'closed']);
  expect(explainSchema(ruleSchema, 'spec.ports').fields).toEqual([
    { name: 'name', type: 'string', required: true },
    { name: 'port', type: 'integer', required: false },
  ]);
});

test.each([
  ['spec.sise', '"sise" is not a field of spec', 'Did you mean "size"?'],
  ['spec.ports.xyz', '"xyz" is not a field of spec.ports', 'Fields: name, port.'],
  ['spec.size.x', '"x" is not a field of spec.size', 'spec.size has no fields.'],
  ['toString', '"toString" is not a field of this type', 'Fields: spec.'],
])('%s is refused: %s %s', (path, message, hint) => {
  expect(() => explainSchema(ruleSchema, path)).toThrow(
    expect.objectContaining({ code: OAM_CODES.fieldPathUnknown, message, hint }),
  );
});
