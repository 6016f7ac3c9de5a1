import type { Schema } from '../schema/types.ts';

/** A schema with one field for each rule that a structural schema can state. */
export const ruleSchema: Schema = {
  type: 'object',
  required: ['spec'],
  properties: {
    spec: {
      type: 'object',
      required: ['size'],
      properties: {
        size: { type: 'integer', minimum: 1, maximum: 10, description: 'How many.' },
        ratio: { type: 'number', minimum: 0, exclusiveMinimum: true, maximum: 1, exclusiveMaximum: true },
        name: { type: 'string', minLength: 2, maxLength: 5, pattern: '^[a-z]+$' },
        goPattern: { type: 'string', pattern: '^(?i)x$' },
        colour: { type: 'string', enum: ['red', 'green'] },
        maybe: { type: 'string', nullable: true, enum: ['yes'] },
        port: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
        tags: { type: 'array', minItems: 1, maxItems: 3, items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
        ports: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
          items: {
            type: 'object',
            required: ['name'],
            properties: { name: { type: 'string' }, port: { type: 'integer' } },
          },
        },
        labels: { type: 'object', maxProperties: 2, additionalProperties: { type: 'string' } },
        open: {
          type: 'object',
          'x-kubernetes-preserve-unknown-fields': true,
          properties: { known: { type: 'integer' } },
        },
        anything: { 'x-kubernetes-preserve-unknown-fields': true },
        closed: { type: 'object' },
        template: {
          type: 'object',
          'x-kubernetes-embedded-resource': true,
          'x-kubernetes-preserve-unknown-fields': true,
        },
        either: {
          type: 'object',
          properties: { a: { type: 'string' }, b: { type: 'string' } },
          anyOf: [{ required: ['a'] }, { required: ['b'] }],
        },
        one: {
          type: 'object',
          properties: { a: { type: 'string' }, b: { type: 'string' } },
          oneOf: [{ required: ['a'] }, { required: ['b'] }],
        },
        never: { type: 'string', not: { enum: ['no'] } },
        defaulted: { type: 'string', default: 'x' },
      },
    },
  },
};

/** A spec, where the problem is (undefined: the API server takes it), and what is said. */
export type SchemaCase = readonly [spec: Record<string, unknown>, path?: string, message?: string];

const size = 1;

/** What an API server that validates strictly says to each of these, this package must say as well. */
export const schemaCases: readonly SchemaCase[] = [
  [{ size }],
  [{}, 'spec.size', 'spec.size is missing'],
  [{ size: 0 }, 'spec.size', 'spec.size must be at least 1'],
  [{ size: 11 }, 'spec.size', 'spec.size must be at most 10'],
  [{ size: '1' }, 'spec.size', 'spec.size must be an integer, not a text'],
  [{ size: 1.5 }, 'spec.size', 'spec.size must be an integer, not a number with a fraction'],
  [{ size: null }, 'spec.size', 'spec.size must be an integer, not empty'],
  [{ size, sise: 1 }, 'spec.sise', '"sise" is not a field of spec'],
  [{ size, ratio: 0.5 }],
  [{ size, ratio: 0 }, 'spec.ratio', 'spec.ratio must be more than 0'],
  [{ size, ratio: 1 }, 'spec.ratio', 'spec.ratio must be less than 1'],
  [{ size, name: 'abc' }],
  [{ size, name: 'a' }, 'spec.name', 'spec.name must have at least 2 characters'],
  [{ size, name: 'abcdef' }, 'spec.name', 'spec.name must have at most 5 characters'],
  [{ size, name: 'aB' }, 'spec.name', 'spec.name does not match the pattern ^[a-z]+$'],
  [{ size, colour: 'red' }],
  [{ size, colour: 'rot' }, 'spec.colour', 'spec.colour must be one of red, green'],
  [{ size, maybe: null }],
  [{ size, maybe: 'yes' }],
  [{ size, maybe: 'no' }, 'spec.maybe', 'spec.maybe must be one of yes'],
  [{ size, port: 80 }],
  [{ size, port: 'http' }],
  [{ size, port: true }, 'spec.port', 'spec.port must be an integer or a text, not true'],
  [{ size, port: 1.5 }, 'spec.port', 'spec.port must be an integer or a text, not a number with a fraction'],
  [{ size, tags: ['a', 'b'] }],
  [{ size, tags: [] }, 'spec.tags', 'spec.tags must not be empty'],
  [{ size, tags: ['a', 'b', 'c', 'd'] }, 'spec.tags', 'spec.tags must have at most 3 items'],
  [{ size, tags: ['a', 'a'] }, 'spec.tags[1]', 'spec.tags[1] repeats an entry before it'],
  [{ size, tags: 'a' }, 'spec.tags', 'spec.tags must be a list, not a text'],
  [{ size, ports: [{ name: 'a' }, { name: 'b' }] }],
  [
    { size, ports: [{ name: 'a' }, { name: 'a' }] },
    'spec.ports[1]',
    'spec.ports[1] repeats the name of an entry before it',
  ],
  [{ size, ports: [{ name: 'a', prot: 1 }] }, 'spec.ports[0].prot', '"prot" is not a field of spec.ports[0]'],
  [{ size, labels: { a: 'b' } }],
  [{ size, labels: { a: 1 } }, 'spec.labels.a', 'spec.labels.a must be a text, not a number'],
  [{ size, labels: { '0': 1 } }, 'spec.labels.0', 'spec.labels.0 must be a text, not a number'],
  [{ size, labels: { a: '', b: '', c: '' } }, 'spec.labels', 'spec.labels must have at most 2 keys'],
  [{ size, open: { known: 1, other: [null] } }],
  [{ size, open: { known: 'x' } }, 'spec.open.known', 'spec.open.known must be an integer, not a text'],
  [{ size, anything: [1, 'a', null] }],
  [{ size, closed: {} }],
  [{ size, closed: { a: 1 } }, 'spec.closed.a', '"a" is not a field of spec.closed'],
  [{ size, template: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec: { x: 1 } } }],
  [{ size, template: { apiVersion: 'v1', kind: 'Pod', metadata: { creationTimestamp: null } } }],
  [{ size, template: { kind: 'Pod' } }, 'spec.template.apiVersion', 'spec.template.apiVersion is missing'],
  [
    { size, template: { apiVersion: 'v1', kind: 'Pod', metadata: { nam: 'a' } } },
    'spec.template.metadata.nam',
    '"nam" is not a field of spec.template.metadata',
  ],
  [{ size, either: { a: '', b: '' } }],
  [{ size, either: {} }, 'spec.either', 'spec.either needs "a" or "b"'],
  [{ size, one: { a: '' } }],
  [{ size, one: {} }, 'spec.one', 'spec.one needs "a" or "b"'],
  [
    { size, one: { a: '', b: '' } },
    'spec.one',
    'spec.one takes more than one of the forms of which exactly one is allowed',
  ],
  [{ size, never: 'yes' }],
  [{ size, never: 'no' }, 'spec.never', 'spec.never has a form that is not allowed'],
  [{ size, defaulted: null }],
];
