import { definitionNode } from '../builtin/schemas.ts';
import type { SchemaNode } from '../model/schema.ts';

/* Schemas as they stand in OpenAPI documents: definitions refer to one another by name. */

/** A JSON value in the making. */
export type Plain = Record<string, unknown>;

const PREFIX = '#/components/schemas/';

/** A reference to a definition. */
export function reference(name: string): { readonly $ref: string } {
  return { $ref: `${PREFIX}${name}` };
}

interface Definition {
  readonly json: string;
  /** The definitions that it refers to. */
  readonly references: readonly string[];
}

/** Built-in definitions never change: each is written once for all documents. */
const written = new Map<string, Definition>();

/** The JSON of built-in definitions by name: those given and all that they refer to. */
export function definitionsJson(names: Iterable<string>): Map<string, string> {
  const found = new Map<string, string>();
  const open = [...names];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (found.has(name)) continue;
    const { json, references } = definition(name);
    found.set(name, json);
    open.push(...references);
  }
  return found;
}

function definition(name: string): Definition {
  const known = written.get(name);
  if (known) return known;
  const references = new Set<string>();
  const { definition: _own, ...node } = definitionNode(name);
  const made = { json: JSON.stringify(undescribed(name, plain(node, references))), references: [...references] };
  written.set(name, made);
  return made;
}

/** A node whose children may be definitions: they become references, which are gathered in `references`. */
export function plain(node: SchemaNode, references: Set<string>): Plain {
  if (node.definition !== undefined) return refer(node, node.definition, references);
  const result: Plain = {};
  for (const [keyword, value] of Object.entries(node)) {
    if (value !== undefined) result[keyword] = plainKeyword(keyword, value, references);
  }
  return result;
}

function plainKeyword(keyword: string, value: unknown, references: Set<string>): unknown {
  switch (keyword) {
    case 'properties':
      return Object.fromEntries(
        Object.entries(value as Record<string, SchemaNode>).map(([name, child]) => [name, property(child, references)]),
      );
    case 'items':
    case 'not':
      return plain(value as SchemaNode, references);
    case 'additionalProperties':
      return typeof value === 'object' ? plain(value as SchemaNode, references) : value;
    case 'allOf':
    case 'anyOf':
    case 'oneOf':
      return (value as readonly SchemaNode[]).map((child) => plain(child, references));
    default:
      return value;
  }
}

/** The reference of a field stands in an allOf, because upstream each has a description beside it. */
function property(node: SchemaNode, references: Set<string>): Plain {
  const written = plain(node, references);
  return '$ref' in written ? { allOf: [written] } : written;
}

/** Fields without a description, by the end of their definition's name. */
const UNDESCRIBED: Readonly<Record<string, readonly string[]>> = {
  'networking.v1.IngressRule': ['http'],
  'apiextensions.v1.JSONSchemaProps': [
    'additionalItems',
    'additionalProperties',
    'example',
    'externalDocs',
    'items',
    'not',
  ],
};

function undescribed(name: string, schema: Plain): Plain {
  const fields = UNDESCRIBED[name.split('.').slice(-3).join('.')];
  if (!fields) return schema;
  const properties = { ...((schema['properties'] ?? {}) as Plain) };
  for (const field of fields) properties[field] = (properties[field] as { allOf: readonly Plain[] }).allOf[0];
  return { ...schema, properties };
}

/** What a field says beside its definition (a default, a list type) stands beside the reference. */
function refer(node: SchemaNode, name: string, references: Set<string>): Plain {
  references.add(name);
  const target = definitionNode(name) as unknown as Plain;
  if (node === (target as unknown)) return reference(name);
  const own = Object.entries(node).filter(([keyword, value]) => target[keyword] !== value);
  if (own.length === 0) return reference(name);
  return { allOf: [reference(name)], ...Object.fromEntries(own) };
}
