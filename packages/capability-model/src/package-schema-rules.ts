import {
  CRD_NAME,
  DNS_LABEL,
  list,
  matching,
  type ObjectBuilder,
  oneOf,
  range,
  type Schema,
  text,
} from './schema-words.ts';

/** Something that must be installed too; refers to `$defs` of the whole schema for alternatives and conditions. */
export function requirementSchema(object: ObjectBuilder, api: Schema): Schema {
  const features = list(matching(DNS_LABEL));
  return object(
    {},
    {
      package: matching(DNS_LABEL),
      capability: matching(DNS_LABEL),
      api,
      anyOf: list({ $ref: '#/$defs/requirement' }, { minItems: 1, maxItems: 16 }),
      range,
      features,
      anyVersion: list(text(30)),
      optional: { type: 'boolean' },
      reason: text(500),
      when: { $ref: '#/$defs/predicate' },
      at: oneOf('install', 'run'),
    },
    {
      oneOf: [
        { required: ['package', 'range'] },
        { required: ['capability', 'range'] },
        { required: ['api'] },
        { required: ['anyOf'] },
      ],
    },
  );
}

/** A condition over configuration and facts. */
export function predicateSchema(object: ObjectBuilder): Schema {
  const self = { $ref: '#/$defs/predicate' };
  const scalar: Schema = { type: ['string', 'number', 'boolean'] };
  const values = list(scalar, { minItems: 1, maxItems: 50 });
  return object(
    {},
    {
      all: list(self, { minItems: 1, maxItems: 16 }),
      any: list(self, { minItems: 1, maxItems: 16 }),
      not: self,
      config: text(200),
      fact: oneOf('kubernetes', 'arch', 'os', 'distribution'),
      equals: scalar,
      in: values,
      exists: { type: 'boolean' },
      range,
    },
    {
      oneOf: [
        { required: ['all'] },
        { required: ['any'] },
        { required: ['not'] },
        { required: ['config'], oneOf: [{ required: ['equals'] }, { required: ['in'] }, { required: ['exists'] }] },
        {
          required: ['fact'],
          if: { properties: { fact: { const: 'kubernetes' } } },
          // biome-ignore lint/suspicious/noThenProperty: the word of JSON Schema
          then: { required: ['range'] },
          else: { required: ['in'] },
        },
      ],
    },
  );
}

/** How to recognise an installation by hand. */
export function detectSchema(object: ObjectBuilder): Schema {
  return object(
    {
      versionFrom: { type: 'string', pattern: '^(chart|appVersion|image|none|label:[^\\s]{1,300})$' },
      confidence: oneOf('certain', 'likely', 'possible'),
    },
    {
      crd: matching(CRD_NAME),
      labels: { type: 'object', maxProperties: 20, additionalProperties: { type: 'string', maxLength: 63 } },
      image: text(500),
      chart: text(100),
    },
    {
      anyOf: [{ required: ['crd'] }, { required: ['labels'] }, { required: ['image'] }, { required: ['chart'] }],
    },
  );
}

/** A value for other packages. */
export function exportSchema(object: ObjectBuilder): Schema {
  return object(
    { name: matching('^[a-z][-a-zA-Z0-9]{0,62}$') },
    { from: text(200), value: { type: ['string', 'number', 'boolean'] } },
    { oneOf: [{ required: ['from'] }, { required: ['value'] }] },
  );
}
