import type { ApiResource } from '../model/resource.ts';
import type { SchemaNode } from '../model/schema.ts';
import { type Plain, plain, reference } from './schema-json.ts';

/* Schemas of CRD versions, as apiextensions-apiserver controller/openapi/builder publishes them. */

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const TEXT = { type: 'string' };

/** Names of the definitions that every document of a CRD refers to. */
const CUSTOM_REFERENCES = [`${META}.ListMeta`, `${META}.ObjectMeta`] as const;

/** The name of a custom kind's definition: its group backwards, its version and its kind. */
export function customDefinitionName({ group, version, kind }: ApiResource): string {
  return `${group.split('.').toReversed().join('.')}.${version}.${kind}`;
}

/** The definitions of a custom kind and of its list, by name. Other definitions referred to go to `references`. */
export function customDefinitions(resource: ApiResource, references: Set<string>): Map<string, string> {
  for (const name of CUSTOM_REFERENCES) references.add(name);
  const name = customDefinitionName(resource);
  const listName = customDefinitionName({ ...resource, kind: resource.listKind });
  return new Map([
    [name, JSON.stringify(kindSchema(resource, references))],
    [listName, JSON.stringify(listSchema(resource, name))],
  ]);
}

function kindSchema(resource: ApiResource, references: Set<string>): Plain {
  const schema = plain(published(resource.schema), references);
  const properties = { ...((schema['properties'] ?? {}) as Plain) };
  return {
    ...schema,
    properties: { ...properties, ...typeProperties(properties), metadata: described('ObjectMeta') },
    'x-kubernetes-group-version-kind': [kindOf(resource, resource.kind)],
  };
}

function listSchema(resource: ApiResource, itemName: string): Plain {
  const items = { type: 'array', items: reference(itemName) };
  return {
    description: `${resource.listKind} is a list of ${resource.kind}`,
    type: 'object',
    required: ['items'],
    properties: { apiVersion: TEXT, items, kind: TEXT, metadata: described('ListMeta') },
    'x-kubernetes-group-version-kind': [kindOf(resource, resource.listKind)],
  };
}

/** A field that upstream describes: its reference stands beside the description. */
function described(name: string): Plain {
  return { allOf: [reference(`${META}.${name}`)] };
}

function kindOf({ group, version }: ApiResource, kind: string): Plain {
  return { group, kind, version };
}

/** What a CRD says of apiVersion and kind stays, as far as it says anything. */
function typeProperties(properties: Plain): Plain {
  return { apiVersion: properties['apiVersion'] ?? TEXT, kind: properties['kind'] ?? TEXT };
}

const INT_OR_STRING = [{ type: 'integer' }, { type: 'string' }] as const;

/**
 * A schema as it is published: whole objects inside of others have a type and metadata too, and what may be a number or a
 * text says so (apiextensions-apiserver schema/unfold.go).
 */
function published(node: SchemaNode): SchemaNode {
  const { properties, items, additionalProperties } = node;
  const children = properties && mapValues(properties, published);
  const result: SchemaNode = {
    ...node,
    ...(children && { properties: children }),
    ...(items && { items: published(items) }),
    ...(typeof additionalProperties === 'object' && { additionalProperties: published(additionalProperties) }),
    ...unfolded(node),
  };
  if (!node['x-kubernetes-embedded-resource']) return result;
  const metadata = { definition: `${META}.ObjectMeta` };
  return {
    ...result,
    required: [...new Set([...(node.required ?? []), 'kind', 'apiVersion'])],
    properties: { ...children, apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata },
  };
}

function unfolded(node: SchemaNode): Pick<SchemaNode, 'anyOf' | 'allOf'> {
  const { anyOf, allOf = [] } = node;
  if (!node['x-kubernetes-int-or-string'] || isIntOrString(anyOf) || isIntOrString(allOf[0]?.anyOf)) return {};
  return anyOf ? { allOf: [{ anyOf: INT_OR_STRING }, ...allOf] } : { anyOf: INT_OR_STRING };
}

function isIntOrString(alternatives: readonly SchemaNode[] = []): boolean {
  return alternatives.length === 2 && alternatives[0]?.type === 'integer' && alternatives[1]?.type === 'string';
}

function mapValues(
  record: Readonly<Record<string, SchemaNode>>,
  map: (node: SchemaNode) => SchemaNode,
): Record<string, SchemaNode> {
  return Object.fromEntries(Object.entries(record).map(([name, node]) => [name, map(node)]));
}
