import { validateRules } from '../cel/validator.ts';
import type { StatusCause } from '../model/api-error.ts';
import { invalid } from '../model/field-error.ts';
import type { SchemaNode } from '../model/schema.ts';
import { copyJson, sameJson } from '../schema/json.ts';
import { pruneUnknown } from '../schema/prune.ts';
import { validateStructural } from '../schema/validate.ts';
import { embeddedTypeProblem, validateEmbedded } from './embedded.ts';

/**
 * Defaults must be pruned and valid themselves (apiextensions-apiserver pkg/apiserver/schema/defaulting/validation.go).
 * Defaults inside metadata of embedded objects are only checked against their own schema.
 */
export function defaultCauses(schema: SchemaNode, path: string, root = true): StatusCause[] {
  return [
    ...(schema.default === undefined || schema.default === null ? [] : ownDefault(schema, path, root)),
    ...(schema.items ? defaultCauses(schema.items, `${path}.items`, false) : []),
    ...Object.entries(schema.properties ?? {}).flatMap(([name, node]) =>
      defaultCauses(node, `${path}.properties[${name}]`, false),
    ),
  ];
}

function ownDefault(schema: SchemaNode, path: string, root: boolean): StatusCause[] {
  const at = `${path}.default`;
  const value = schema.default;
  const pruned = copyJson(value);
  pruneUnknown(pruned, schema, { root: schema['x-kubernetes-embedded-resource'] === true });
  const unknown = sameJson(pruned, value) ? [] : [invalid(at, value, 'must not have unknown fields')];
  return [...unknown, ...valueCauses(schema, value, at, root)];
}

function valueCauses(schema: SchemaNode, value: unknown, at: string, root: boolean): StatusCause[] {
  const under = (causes: readonly StatusCause[]): StatusCause[] =>
    causes.map((cause) => ({ ...cause, field: cause.field === '<nil>' ? at : `${at}.${cause.field}` }));
  const problem = embeddedTypeProblem(value, schema);
  if (problem) return under([problem]);
  const embedded = validateEmbedded(value, schema);
  if (embedded.length > 0) return under(embedded);
  const invalidValue = validateStructural(value, schema, undefined, at);
  return invalidValue.length > 0 ? invalidValue : under(ruleCauses(schema, value, root));
}

/** Rules that compare with an old value see the default itself; then they see it without an old value. */
function ruleCauses(schema: SchemaNode, value: unknown, root: boolean): StatusCause[] {
  const causes = validateRules(schema, value, value, { root, ratchet: false });
  return causes.length > 0 ? causes : validateRules(schema, value, undefined, { root, ratchet: false });
}
