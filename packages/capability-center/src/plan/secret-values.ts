import type { JsonObject } from '@capstan/base';

/** What stands for a value that must not be shown. */
export const HIDDEN = '********';

const MAX_DEPTH = 32;
/** Shorter texts occur everywhere by chance. */
const MIN_SECRET = 4;

/** The values with everything hidden that the schema marks with `writeOnly: true` or `format: password`. */
export function maskValues(values: JsonObject, schema: JsonObject | undefined): JsonObject {
  if (!schema) return values;
  return walk(values, [schema], { root: schema, depth: 0, onSecret: () => HIDDEN }) as JsonObject;
}

/** The texts among the values that the schema marks as secret. */
export function secretsIn(values: JsonObject, schema: JsonObject | undefined): string[] {
  if (!schema) return [];
  const found = new Set<string>();
  const onSecret = (value: unknown): unknown => {
    for (const text of textsIn(value)) if (text.length >= MIN_SECRET) found.add(text);
    return value;
  };
  walk(values, [schema], { root: schema, depth: 0, onSecret });
  return [...found];
}

interface Walk {
  readonly root: JsonObject;
  readonly depth: number;
  readonly onSecret: (value: unknown) => unknown;
}

function walk(value: unknown, schemas: readonly JsonObject[], at: Walk): unknown {
  const here = schemas.flatMap((schema) => alternatives(schema, at.root, 0));
  if (here.some((schema) => schema['writeOnly'] === true || schema['format'] === 'password')) return at.onSecret(value);
  if (at.depth >= MAX_DEPTH) return value;
  const inside = { ...at, depth: at.depth + 1 };
  if (Array.isArray(value)) {
    return value.map((item, index) =>
      walk(
        item,
        here.flatMap((schema) => itemSchemas(schema, index)),
        inside,
      ),
    );
  }
  if (!isMap(value)) return value;
  const entries = Object.entries(value).map(([key, member]) => {
    return [
      key,
      walk(
        member,
        here.flatMap((schema) => memberSchemas(schema, key)),
        inside,
      ),
    ] as const;
  });
  return Object.fromEntries(entries);
}

/** A schema with all that it is put together from: a value is secret when any of them says so. */
function alternatives(schema: JsonObject, root: JsonObject, depth: number): JsonObject[] {
  if (depth >= MAX_DEPTH) return [schema];
  const parts = ['allOf', 'anyOf', 'oneOf'].flatMap((key) => mapsOf(schema[key]));
  const branches = ['if', 'then', 'else'].flatMap((key) => mapsOf([schema[key]]));
  const referred = typeof schema['$ref'] === 'string' ? mapsOf([target(root, schema['$ref'])]) : [];
  return [schema, ...[...parts, ...branches, ...referred].flatMap((part) => alternatives(part, root, depth + 1))];
}

/** The schema that a reference within the document names. */
function target(root: JsonObject, reference: string): unknown {
  if (!reference.startsWith('#')) return undefined;
  const path = reference.slice(1).split('/').slice(1);
  return path.reduce<unknown>((found, part) => {
    const key = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
    return isMap(found) && Object.hasOwn(found, key) ? found[key] : undefined;
  }, root);
}

function memberSchemas(schema: JsonObject, key: string): JsonObject[] {
  const named =
    isMap(schema['properties']) && Object.hasOwn(schema['properties'], key) ? [schema['properties'][key]] : [];
  const patterns = Object.entries(isMap(schema['patternProperties']) ? schema['patternProperties'] : {});
  const matching = patterns.filter(([pattern]) => matches(pattern, key)).map(([, found]) => found);
  const own = [...named, ...matching];
  return mapsOf(own.length > 0 ? own : [schema['additionalProperties'], schema['unevaluatedProperties']]);
}

function itemSchemas(schema: JsonObject, index: number): JsonObject[] {
  const first = Array.isArray(schema['prefixItems']) ? schema['prefixItems'] : [];
  return mapsOf([index < first.length ? first[index] : schema['items']]);
}

function matches(pattern: string, key: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(key);
  } catch {
    // A pattern that nobody can read hides the value rather than showing it.
    return true;
  }
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return isMap(value) ? Object.values(value).flatMap(textsIn) : [];
}

function mapsOf(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isMap) : [];
}

function isMap(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
