import { defineScript } from '../script/load.ts';
import type { Json, JsonMap, Script, Step } from '../script/types.ts';
import { Random } from './random.ts';

const DEFINITIONS = 6;
const PROPERTIES = 12;
const VALUES = 7;
const MAX_DEPTH = 3;

/** Definitions with random structural schemas, and objects with values that fit, nearly fit and do not fit. */
export function schemaFuzzScripts(): Script[] {
  return Array.from({ length: DEFINITIONS }, (_, number) =>
    defineScript(`schema-fuzz/definition-${number}`, { steps: stepsOf(number, new Random(77 + number)) }),
  );
}

function stepsOf(number: number, random: Random): Step[] {
  const properties = Array.from({ length: PROPERTIES }, (_, index): [string, JsonMap] => [
    `p${index}`,
    schema(random, 0),
  ]);
  const plural = `fuzz${number}s`;
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  const collection = `/apis/$(id).example.com/v1/namespaces/$(ns)/${plural}`;
  const definition: Json = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.$(id).example.com` },
    spec: {
      group: '$(id).example.com',
      scope: 'Namespaced',
      names: { plural, kind: `Fuzz${number}` },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: { spec: { type: 'object', properties: Object.fromEntries(properties) } },
            },
          },
        },
      ],
    },
  };
  const objects = properties.flatMap(([name, of], property) =>
    Array.from({ length: VALUES }, (_, value): Step => {
      const body: Json = {
        apiVersion: '$(id).example.com/v1',
        kind: `Fuzz${number}`,
        metadata: { name: 'x' },
        spec: { [name]: exampleOf(of, random, value < 2 ? 0 : 0.35) },
      };
      const strict = value % 3 === 2 ? '&fieldValidation=Strict' : '';
      return { request: `POST ${collection}?dryRun=All${strict}`, body, case: `schema ${property}, value ${value}` };
    }),
  );
  return [
    { request: `POST ${path}`, body: definition, case: 'random schemas', ignore: ['body.status'] },
    { request: `GET ${collection}`, until: { status: 200 } },
    ...objects,
    { request: `DELETE ${path}/${plural}.$(id).example.com` },
  ];
}

function schema(random: Random, depth: number): JsonMap {
  const kinds = [
    'string',
    'integer',
    'number',
    'boolean',
    'either',
    ...(depth < MAX_DEPTH ? ['object', 'object', 'map', 'array', 'mapList', 'free'] : []),
  ];
  return { ...SCHEMAS[random.pick(kinds)]?.(random, depth), ...(random.chance(0.1) && { nullable: true }) };
}

const SCHEMAS: Readonly<Record<string, (random: Random, depth: number) => JsonMap>> = {
  string: (random) =>
    random.pick<JsonMap>([
      { type: 'string' },
      { type: 'string', enum: ['red', 'green'], default: 'red' },
      { type: 'string', minLength: 2, maxLength: 4 },
      { type: 'string', pattern: '^[a-z]+[0-9]$' },
      {
        type: 'string',
        format: random.pick(['date', 'date-time', 'duration', 'email', 'ipv4', 'uri', 'uuid', 'byte', 'hostname']),
      },
      { type: 'string', default: 'd', maxLength: 3 },
    ]),
  integer: (random) =>
    random.pick<JsonMap>([
      { type: 'integer' },
      { type: 'integer', minimum: 1, maximum: 5 },
      { type: 'integer', minimum: 1, exclusiveMinimum: true },
      { type: 'integer', multipleOf: 3, default: 6 },
      { type: 'integer', format: random.pick(['int32', 'int64']) },
      { type: 'integer', enum: [1, 2, 3] },
    ]),
  number: (random) =>
    random.pick<JsonMap>([{ type: 'number' }, { type: 'number', maximum: 1.5 }, { type: 'number', default: 0.5 }]),
  boolean: (random) => random.pick<JsonMap>([{ type: 'boolean' }, { type: 'boolean', default: true }]),
  either: () => ({ 'x-kubernetes-int-or-string': true }),
  free: () => ({ type: 'object', 'x-kubernetes-preserve-unknown-fields': true }),
  map: (random, depth) => ({
    type: 'object',
    additionalProperties: schema(random, depth + 1),
    ...(random.chance(0.5) && { maxProperties: 2 }),
    ...(random.chance(0.3) && { minProperties: 1 }),
  }),
  array: (random, depth) => {
    const isSet = random.chance(0.3);
    return {
      type: 'array',
      items: isSet ? { type: random.pick(['string', 'integer']) } : schema(random, depth + 1),
      ...(isSet && { 'x-kubernetes-list-type': 'set' }),
      ...(random.chance(0.4) && { maxItems: 2 }),
      ...(random.chance(0.2) && { minItems: 1 }),
    };
  },
  mapList: (random, depth) => ({
    type: 'array',
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['key'],
    items: {
      type: 'object',
      required: ['key'],
      properties: { key: { type: 'string' }, value: schema(random, depth + 1) },
    },
  }),
  object: (random, depth) => {
    const names = ['a', 'b', 'c'];
    const required = random.some(names, 0.3);
    const options = random.next();
    return {
      type: 'object',
      properties: Object.fromEntries(names.map((name) => [name, schema(random, depth + 1)])),
      ...(required.length > 0 && { required }),
      ...(options < 0.15 && { oneOf: [{ required: ['a'] }, { required: ['b'] }] }),
      ...(options > 0.85 && { anyOf: [{ required: ['a'] }, { required: ['c'] }] }),
      ...(options > 0.5 && options < 0.6 && { not: { required: ['b'] } }),
    };
  },
};

/** A value for a schema; with each part, the chance that it is wrong. */
function exampleOf(of: JsonMap, random: Random, wrong: number): Json {
  if (random.chance(wrong / 2))
    return random.pick<Json>(['x', 'abcdef', 0, -1, 7, 2.5, true, null, [], {}, ['a', 'a'], { z: 1 }]);
  if (of['x-kubernetes-int-or-string']) return random.pick<Json>([5, '50%']);
  if (Array.isArray(of['enum']) && !random.chance(wrong)) return random.pick(of['enum'] as readonly Json[]);
  switch (of['type']) {
    case 'string':
      return random.pick([
        'ab',
        'abc1',
        'x1',
        '2020-01-02',
        '2020-01-02T03:04:05Z',
        '5m',
        'a@example.com',
        '1.2.3.4',
        'YWI=',
      ]);
    case 'integer':
      return random.pick([1, 2, 3, 6, 4, 2 ** 31]);
    case 'number':
      return random.pick([0.5, 1, 1.5, 3]);
    case 'boolean':
      return random.chance(0.5);
    case 'array':
      return Array.from({ length: random.below(3) + (random.chance(wrong) ? 2 : 0) }, () =>
        exampleOf(child(of, 'items'), random, wrong),
      );
    default:
      return objectValue(of, random, wrong);
  }
}

function objectValue(of: JsonMap, random: Random, wrong: number): Json {
  if (of['additionalProperties'] !== undefined) {
    const keys = random.some(['k', 'l', 'm'], 0.5);
    return Object.fromEntries(keys.map((key) => [key, exampleOf(child(of, 'additionalProperties'), random, wrong)]));
  }
  const properties = (of['properties'] ?? {}) as Readonly<Record<string, JsonMap>>;
  const required = (of['required'] ?? []) as readonly string[];
  const present = Object.entries(properties).filter(([key]) =>
    required.includes(key) ? !random.chance(wrong) : random.chance(0.6),
  );
  return {
    ...Object.fromEntries(present.map(([key, inner]) => [key, exampleOf(inner, random, wrong)])),
    ...(random.chance(wrong) && { unknown: { deep: 1 } }),
  };
}

function child(of: JsonMap, key: string): JsonMap {
  return (of[key] ?? {}) as JsonMap;
}
