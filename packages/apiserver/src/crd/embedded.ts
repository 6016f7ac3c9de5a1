import { validateObjectMeta } from '../builtin/metadata.ts';
import { dns1035LabelErrors, pathSegmentName } from '../builtin/names.ts';
import { definitionNode } from '../builtin/schemas.ts';
import type { StatusCause } from '../model/api-error.ts';
import { child, index, invalid, key, required } from '../model/field-error.ts';
import type { ObjectMeta } from '../model/object.ts';
import type { SchemaNode } from '../model/schema.ts';
import { goTypeMismatch } from '../schema/go-types.ts';
import { isMap, type JsonMap, own } from '../schema/json.ts';

/* Whole objects inside custom resources (x-kubernetes-embedded-resource): apiextensions-apiserver schema/objectmeta. */

/** The schema of `metadata`. */
export function objectMetaSchema(): SchemaNode {
  return definitionNode('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta');
}

const embedding = new WeakMap<SchemaNode, boolean>();

/** Whether there are embedded objects somewhere in a structural schema. */
export function hasEmbedded(schema: SchemaNode): boolean {
  let found = embedding.get(schema);
  if (found === undefined) {
    found = schema['x-kubernetes-embedded-resource'] === true || childSchemas(schema).some(hasEmbedded);
    embedding.set(schema, found);
  }
  return found;
}

function childSchemas(schema: SchemaNode): SchemaNode[] {
  const { properties, items, additionalProperties } = schema;
  return [
    ...Object.values(properties ?? {}),
    ...(items ? [items] : []),
    ...(typeof additionalProperties === 'object' ? [additionalProperties] : []),
  ];
}

/**
 * Calls `visit` for every embedded object. `path` is a field path with map keys in brackets.
 */
function visitEmbedded(
  value: unknown,
  schema: SchemaNode,
  path: string,
  visit: (object: JsonMap, path: string) => void,
): void {
  if (!hasEmbedded(schema)) return;
  if (Array.isArray(value)) {
    for (const [at, item] of value.entries())
      if (schema.items) visitEmbedded(item, schema.items, index(path, at), visit);
    return;
  }
  if (!isMap(value)) return;
  if (schema['x-kubernetes-embedded-resource'] === true) visit(value, path);
  for (const [name, field] of Object.entries(value)) {
    const property = schema.properties && own(schema.properties, name);
    if (property) visitEmbedded(field, property, child(path, name), visit);
    else if (typeof schema.additionalProperties === 'object')
      visitEmbedded(field, schema.additionalProperties, key(path, name), visit);
  }
}

/** The first embedded object whose apiVersion, kind or metadata has a wrong JSON type: it cannot be decoded at all. */
export function embeddedTypeProblem(value: unknown, schema: SchemaNode): StatusCause | undefined {
  const found: StatusCause[] = [];
  visitEmbedded(value, schema, '', (object, path) => {
    for (const name of ['apiVersion', 'kind']) {
      if (object[name] !== undefined && typeof object[name] !== 'string')
        found.push(invalid(child(path, name), object[name], 'must be a string'));
    }
    const problem = goTypeMismatch(object['metadata'] ?? null, objectMetaSchema());
    if (problem !== undefined) found.push(invalid(child(path, 'metadata'), object['metadata'], problem));
  });
  return found[0];
}

/** Removes, in place, fields that metadata does not have from that of embedded objects, and empty creation times. */
export function pruneEmbeddedMetadata(value: unknown, schema: SchemaNode): void {
  visitEmbedded(value, schema, '', (object) => pruneMetadata(object['metadata']));
}

/** Removes, in place, fields that metadata does not have. */
export function pruneMetadata(metadata: unknown): void {
  const known = objectMetaSchema().properties ?? {};
  if (!isMap(metadata)) return;
  for (const name of Object.keys(metadata))
    if (!Object.hasOwn(known, name) || metadata[name] === null) delete metadata[name];
}

/** What is wrong with embedded objects: apiVersion and kind are needed, metadata follows the common rules. */
export function validateEmbedded(value: unknown, schema: SchemaNode): StatusCause[] {
  const causes: StatusCause[] = [];
  visitEmbedded(value, schema, '', (object, path) => {
    causes.push(...validateApiVersion(object['apiVersion'], child(path, 'apiVersion')));
    causes.push(...validateKind(object['kind'], child(path, 'kind')));
    if (!isMap(object['metadata'])) return;
    const metadata = object['metadata'] as ObjectMeta;
    const named = (metadata.name ?? '') === '' ? { ...metadata, name: 'name' } : metadata;
    causes.push(
      ...validateObjectMeta(named, (metadata.namespace ?? '') !== '', pathSegmentName, child(path, 'metadata')),
    );
  });
  return causes;
}

function validateApiVersion(value: unknown, path: string): StatusCause[] {
  if (value === undefined) return [required(path)];
  if (typeof value !== 'string') return [invalid(path, value, 'must be a string')];
  if (value === '') return [invalid(path, value, 'must not be empty')];
  return value.split('/').length > 2 ? [invalid(path, value, `unexpected GroupVersion string: ${value}`)] : [];
}

function validateKind(value: unknown, path: string): StatusCause[] {
  if (value === undefined) return [required(path)];
  if (typeof value !== 'string') return [invalid(path, value, 'must be a string')];
  if (value === '') return [invalid(path, value, 'must not be empty')];
  const errors = dns1035LabelErrors(value.toLowerCase());
  return errors.length === 0
    ? []
    : [invalid(path, value, `may have mixed case, but should otherwise match: ${errors.join(',')}`)];
}
