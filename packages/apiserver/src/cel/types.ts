import type { SchemaNode } from '../model/schema.ts';
import { isMap, type JsonMap, own, sameJson } from '../schema/json.ts';
import { counting, spend } from './budget.ts';
import type { CelEnvironment } from './engine.ts';

/*
 * CEL's view of JSON by a structural schema: apiserver pkg/cel/common/schemas.go and values.go. Objects become typed
 * values whose fields are converted when they are read.
 */

/** A type of an expression and how JSON becomes a value of it. */
export interface CelType {
  /** As the environment knows it: `string`, `list<int>`, `object.12`. */
  readonly name: string;
  convert(json: unknown): unknown;
}

const RESERVED = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

/**
 * The name of a property in expressions: keywords and characters that identifiers cannot have are escaped
 * (`__namespace__`, `a__dot__b`); undefined where there is none (apiserver pkg/cel/escaping.go).
 */
export function escapeProperty(name: string): string | undefined {
  if (!/^[A-Za-z_][A-Za-z0-9_.\-/]*$/.test(name)) return undefined;
  if (RESERVED.has(name)) return `__${name}__`;
  return name.replace(/__|[.\-/]/g, (found) => ESCAPES[found] ?? found);
}

const ESCAPES: Readonly<Record<string, string>> = {
  __: '__underscores__',
  '.': '__dot__',
  '-': '__dash__',
  '/': '__slash__',
};

/** An object of a schema with known fields. */
abstract class TypedObject {
  readonly json: JsonMap;

  constructor(json: JsonMap) {
    this.json = json;
  }
}

const identity = (json: unknown): unknown => json;
const DYN: CelType = { name: 'dyn', convert: dynamic };

/** A value whose schema says nothing of its type. */
export function dynamic(json: unknown): unknown {
  spend();
  if (typeof json === 'number') return Number.isInteger(json) ? BigInt(json) : json;
  if (Array.isArray(json)) return json.map(dynamic);
  return isMap(json) ? new Map(Object.entries(json).map(([name, value]) => [name, dynamic(value)])) : json;
}

/** Makes types in an environment: one for each object schema. */
export class TypeMaker {
  readonly #environment: CelEnvironment;
  #count = 0;
  /** Whether every look at an item of a list is a step of the budget. */
  countsLoops = false;

  constructor(environment: CelEnvironment) {
    this.#environment = environment;
  }

  /**
   * The type of a schema; undefined where expressions cannot see such values. `resourceRoot`: apiVersion, kind and the
   * names in metadata are there too.
   */
  typeOf(schema: SchemaNode, resourceRoot = schema['x-kubernetes-embedded-resource'] === true): CelType | undefined {
    if (schema['x-kubernetes-int-or-string'] === true) return DYN;
    const type = this.#plainType(schema, resourceRoot);
    if (!type || schema.nullable !== true) return type;
    // The real server checks expressions as if there was no null; here they are checked less where there may be one.
    return { name: 'dyn', convert: (json) => (json === null ? null : type.convert(json)) };
  }

  #plainType(schema: SchemaNode, resourceRoot: boolean): CelType | undefined {
    switch (schema.type) {
      case 'array':
        return this.#listType(schema);
      case 'object':
        return this.#objectOrMap(schema, resourceRoot);
      case 'string':
        return stringType(schema.format, this.#environment);
      case 'boolean':
        return { name: 'bool', convert: identity };
      case 'integer':
        return { name: 'int', convert: (json) => (typeof json === 'number' ? BigInt(Math.trunc(json)) : json) };
      case 'number':
        return { name: 'double', convert: identity };
      default:
        return undefined;
    }
  }

  #listType(schema: SchemaNode): CelType | undefined {
    const item = schema.items && this.typeOf(schema.items);
    if (!item) return undefined;
    return {
      name: `list<${item.name}>`,
      convert: (json) => {
        if (!Array.isArray(json)) return json;
        const list = json.map((one) => convertItem(item, one));
        return this.countsLoops ? counting(list) : list;
      },
    };
  }

  #objectOrMap(schema: SchemaNode, resourceRoot: boolean): CelType | undefined {
    const { additionalProperties } = schema;
    if (typeof additionalProperties !== 'object') return this.#objectType(schema, resourceRoot);
    const value = this.typeOf(additionalProperties);
    if (!value) return undefined;
    return {
      name: `map<string, ${value.name}>`,
      convert: (json) =>
        isMap(json) ? new Map(Object.entries(json).map(([name, one]) => [name, convertItem(value, one)])) : json,
    };
  }

  #objectType(schema: SchemaNode, resourceRoot: boolean): CelType {
    const properties = resourceRoot ? withTypeAndMeta(schema.properties ?? {}) : (schema.properties ?? {});
    const fields: Record<string, string> = {};
    this.#count += 1;
    const name = `object.n${this.#count}`;
    class Typed extends TypedObject {}
    for (const [property, node] of Object.entries(properties)) {
      const type = this.typeOf(node);
      if (!type) continue;
      for (const field of fieldNames(property)) {
        fields[field] = type.name;
        defineField(Typed.prototype, field, property, type);
      }
    }
    this.#environment.registerType(name, { ctor: Typed, fields });
    this.#environment.registerOperator(`${name} == ${name}`, (a: TypedObject, b: TypedObject) =>
      sameJson(a.json, b.json),
    );
    return { name, convert: (json) => (isMap(json) ? new Typed(json) : json) };
  }
}

/** After a dot a keyword may also stand as it is (apiserver pkg/cel/types.go, recognizeKeywordAsFieldName). */
function fieldNames(property: string): readonly string[] {
  const escaped = escapeProperty(property);
  if (escaped === undefined) return [];
  return RESERVED.has(property) ? [escaped, property] : [escaped];
}

function convertItem(type: CelType, json: unknown): unknown {
  spend();
  return type.convert(json);
}

/** A field that is converted when it is read first. */
function defineField(prototype: TypedObject, field: string, property: string, type: CelType): void {
  Object.defineProperty(prototype, field, {
    configurable: true,
    get(this: TypedObject) {
      spend();
      const json = own(this.json, property);
      const value = json === undefined ? undefined : type.convert(json);
      Object.defineProperty(this, field, { value });
      return value;
    },
  });
}

const TEXT: SchemaNode = { type: 'string' };

function withTypeAndMeta(properties: Readonly<Record<string, SchemaNode>>): Readonly<Record<string, SchemaNode>> {
  const metadata: SchemaNode = { type: 'object', properties: { name: TEXT, generateName: TEXT } };
  return { ...properties, apiVersion: TEXT, kind: TEXT, metadata };
}

function stringType(format: string | undefined, environment: CelEnvironment): CelType {
  switch (format) {
    case 'byte':
      return {
        name: 'bytes',
        convert: (json) => (typeof json === 'string' ? new Uint8Array(Buffer.from(json, 'base64')) : json),
      };
    case 'date':
    case 'date-time':
      return {
        name: 'google.protobuf.Timestamp',
        convert: (json) => (typeof json === 'string' ? new Date(json) : json),
      };
    case 'duration':
      return {
        name: 'google.protobuf.Duration',
        convert: (json) =>
          typeof json === 'string' ? environment.evaluate(`duration(${JSON.stringify(json)})`) : json,
      };
    default:
      return { name: 'string', convert: identity };
  }
}
