import type { SchemaNode } from '../model/schema.ts';
import type { Crd } from './definition.ts';

/** Calls `visit` for a schema and all schemas in it, with their paths. */
export function walkSchema(schema: SchemaNode, path: string, visit: (schema: SchemaNode, path: string) => void): void {
  visit(schema, path);
  for (const [name, node] of Object.entries(schema.properties ?? {}))
    walkSchema(node, `${path}.properties[${name}]`, visit);
  if (schema.items) walkSchema(schema.items, `${path}.items`, visit);
  if (typeof schema.additionalProperties === 'object')
    walkSchema(schema.additionalProperties, `${path}.additionalProperties`, visit);
  for (const junctor of ['allOf', 'anyOf', 'oneOf'] as const) {
    for (const [at, node] of (schema[junctor] ?? []).entries()) walkSchema(node, `${path}.${junctor}[${at}]`, visit);
  }
  if (schema.not) walkSchema(schema.not, `${path}.not`, visit);
}

/** The schemas of a CRD's versions. */
export function versionSchemas(crd: Crd): { readonly version: string; readonly schema: SchemaNode }[] {
  return (crd.spec?.versions ?? []).flatMap(({ name, schema }) =>
    schema?.openAPIV3Schema ? [{ version: name, schema: schema.openAPIV3Schema }] : [],
  );
}
