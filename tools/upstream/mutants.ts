import type { JsonObject, JsonValue, KubernetesObject } from '../../packages/base/src/index.ts';

/** A part of a structural schema, as far as it is looked at. */
export interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly enum?: readonly JsonValue[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly 'x-kubernetes-int-or-string'?: boolean;
}

/** An object of ours that was made wrong, or at least another one, in one place. */
export interface Mutant {
  /** What was done, and where: `spec.analysis: also has iterations`. */
  readonly what: string;
  /** The same for the same change at the same field beside the same fields, whatever the values are. */
  readonly key: string;
  readonly object: KubernetesObject;
  /** A field that we do not use and that was added: what is wrong inside of it does not matter. */
  readonly added?: string;
}

type Path = readonly (string | number)[];

interface Change {
  readonly path: Path;
  readonly what: string;
  /** Absent: the field is removed. */
  readonly value?: JsonValue;
  readonly adds?: boolean;
}

/** Not looked at: what every object has, and what only controllers write. */
const APART = ['apiVersion', 'kind', 'metadata', 'status'];

/**
 * Variations of an object, each in one field that it uses: other types, values at and beyond the limits of upstream's
 * schema, unknown fields, missing ones, and fields of the schema that are added beside those there.
 */
export function mutantsOf(object: KubernetesObject, schema: Schema): Mutant[] {
  const top = Object.entries(object).filter(([name]) => !APART.includes(name));
  const changes = top.flatMap(([name, value]) => {
    const below = changesOf(value as JsonValue, schema.properties?.[name] ?? {}, [name]);
    return [{ path: [name], what: 'is missing' }, ...below];
  });
  return changes.map((change) => ({
    what: `${textOf(change.path)}: ${change.what}`,
    key: `${fieldOf(change.path)}: ${change.what} beside ${siblings(object, change.path)}`,
    object: changed(object, change),
    ...(change.adds && { added: textOf(change.path) }),
  }));
}

function changesOf(value: JsonValue, schema: Schema, path: Path): Change[] {
  const here: Change[] = [...otherTypes(value, schema), ...beyondLimits(value, schema)].map(([what, other]) => ({
    path,
    what,
    value: other,
  }));
  if (Array.isArray(value)) return [...here, ...changesOfList(value, schema, path)];
  if (typeof value === 'object' && value !== null) return [...here, ...changesOfMap(value, schema, path)];
  return here;
}

function changesOfList(list: readonly JsonValue[], schema: Schema, path: Path): Change[] {
  const twice = list[0] === undefined ? [] : [{ path, what: 'has its first item twice', value: [...list, list[0]] }];
  const below = list.flatMap((item, index) => changesOf(item, schema.items ?? {}, [...path, index]));
  return [{ path, what: 'is empty', value: [] }, ...twice, ...below];
}

function changesOfMap(map: JsonObject, schema: Schema, path: Path): Change[] {
  const missing = Object.keys(map).map((name) => ({ path: [...path, name], what: 'is missing' }));
  const more = Object.entries(schema.properties ?? {})
    .filter(([name]) => !Object.hasOwn(map, name))
    .map(([name, one]) => ({ path: [...path, name], what: 'is there too', value: sampleOf(one), adds: true }));
  const unknown = { path: [...path, 'capstanUnknown'], what: 'is an unknown field', value: 'x' };
  const below = Object.entries(map).flatMap(([name, value]) => {
    const free = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : {};
    return changesOf(value as JsonValue, schema.properties?.[name] ?? free, [...path, name]);
  });
  return [unknown, ...missing, ...more, ...below];
}

/** What every schema with a type should refuse, beside a value of that type. */
function otherTypes(value: JsonValue, schema: Schema): [string, JsonValue][] {
  const all: [string, JsonValue][] = [
    ['is a text', 'text'],
    ['is an empty text', ''],
    ['is a text that names nothing', '!! no /name'],
    ['is a long text', 'x'.repeat(300)],
    ['is a number', 7],
    ['is zero', 0],
    ['is negative', -1],
    ['is a fraction', 1.5],
    ['is huge', 4_294_967_296],
    ['is a truth value', true],
    ['is a list', ['x']],
    ['is a map', { x: 'y' }],
  ];
  return all.filter(([, other]) => other !== value && !(schema.enum ?? []).includes(other));
}

function beyondLimits(value: JsonValue, schema: Schema): [string, JsonValue][] {
  const { minimum, maximum, maxLength, maxItems } = schema;
  const changes: [string, JsonValue][] = [];
  if (minimum !== undefined) changes.push([`is below ${minimum}`, minimum - 1]);
  if (maximum !== undefined) changes.push([`is above ${maximum}`, maximum + 1]);
  if (maxLength !== undefined) changes.push([`is longer than ${maxLength}`, 'a'.repeat(maxLength + 1)]);
  if (maxItems !== undefined && Array.isArray(value) && value[0] !== undefined && maxItems < 200) {
    changes.push([
      `has more than ${maxItems} items`,
      Array.from({ length: maxItems + 1 }, () => value[0] as JsonValue),
    ]);
  }
  return changes;
}

/** A small value of a schema, for fields that exclude one another. */
function sampleOf(schema: Schema): JsonValue {
  if (schema.enum?.[0] !== undefined) return schema.enum[0];
  if (schema['x-kubernetes-int-or-string']) return 1;
  switch (schema.type) {
    case 'integer':
    case 'number':
      return Math.max(1, schema.minimum ?? 1);
    case 'boolean':
      return true;
    case 'array':
      return [sampleOf(schema.items ?? {})];
    case 'object':
      return sampleMap(schema) as JsonValue;
    default:
      return 'x';
  }
}

function sampleMap({ required = [], properties = {} }: Schema): JsonObject {
  return Object.fromEntries(required.map((name) => [name, sampleOf(properties[name] ?? {})]));
}

function changed(object: KubernetesObject, { path, ...change }: Change): KubernetesObject {
  const copy = structuredClone(object) as KubernetesObject & JsonObject;
  let holder: Record<string | number, unknown> = copy;
  for (const step of path.slice(0, -1)) holder = holder[step] as Record<string | number, unknown>;
  const last = path.at(-1) ?? '';
  if ('value' in change) holder[last] = change.value;
  else delete holder[last];
  return copy;
}

function siblings(object: KubernetesObject, path: Path): string {
  let holder: unknown = object;
  for (const step of path.slice(0, -1)) holder = (holder as Record<string | number, unknown>)[step];
  return Array.isArray(holder)
    ? `${holder.length} items`
    : Object.keys(holder as object)
        .sort()
        .join(',');
}

const textOf = (path: Path): string => path.join('.');
const fieldOf = (path: Path): string => path.map((step) => (typeof step === 'number' ? '[]' : step)).join('.');
