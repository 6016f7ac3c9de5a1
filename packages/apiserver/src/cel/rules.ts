import type { SchemaNode } from '../model/schema.ts';

const known = new WeakMap<SchemaNode, boolean>();

/** Whether a structural schema has CEL rules (x-kubernetes-validations) anywhere. */
export function hasRules(schema: SchemaNode): boolean {
  let found = known.get(schema);
  if (found === undefined) {
    found = (schema['x-kubernetes-validations'] ?? []).length > 0 || schemasBelow(schema).some(hasRules);
    known.set(schema, found);
  }
  return found;
}

function schemasBelow(schema: SchemaNode): SchemaNode[] {
  const { properties, items, additionalProperties, allOf } = schema;
  return [
    ...Object.values(properties ?? {}),
    ...(items ? [items] : []),
    ...(typeof additionalProperties === 'object' ? [additionalProperties] : []),
    ...(allOf ?? []),
  ];
}
