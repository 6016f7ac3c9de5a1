import { hasRules } from '../cel/rules.ts';
import type { StatusCause } from '../model/api-error.ts';
import { forbidden, invalid } from '../model/field-error.ts';
import type { SchemaNode } from '../model/schema.ts';
import { defaultCauses } from './default-rules.ts';
import { internalSchema } from './internal-form.ts';
import { compileCauses } from './rule-rules.ts';
import { type RawSchema, schemaCauses } from './schema-rules.ts';
import { walkSchema } from './schemas-of.ts';
import { structuralCauses } from './structural-rules.ts';

const AT_ROOT = [
  'Description',
  'Type',
  'Format',
  'Title',
  'Maximum',
  'ExclusiveMaximum',
  'Minimum',
  'ExclusiveMinimum',
  'MaxLength',
  'MinLength',
  'Pattern',
  'MaxItems',
  'MinItems',
  'UniqueItems',
  'MultipleOf',
  'Required',
  'Items',
  'Properties',
  'ExternalDocs',
  'Example',
  'XPreserveUnknownFields',
  'XValidations',
];
const ALLOWED_AT_ROOT = new Set([
  ...AT_ROOT.map((name) => name.charAt(0).toLowerCase() + name.slice(1)),
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-validations',
]);

/** All that is wrong with the schema of a version: validateCustomResourceDefinitionValidation of validation.go. */
export function validateVersionSchema(schema: SchemaNode, path: string, hasStatus: boolean): StatusCause[] {
  const causes = [
    ...(hasStatus ? rootCauses(schema, path) : []),
    ...(schema.nullable === true ? [forbidden(`${path}.nullable`, 'nullable cannot be true at the root')] : []),
  ];
  // A schema with keywords that structural schemas do not have is only told of those.
  const structural = hasForeignKeywords(schema) ? [] : structuralCauses(schema, path);
  const defaults = structural.length > 0 || hasForeignKeywords(schema) ? [] : defaultCauses(schema, path);
  const schemas = schemaCauses(schema, path);
  const all = [...causes, ...structural, ...defaults, ...schemas];
  return all.length > 0 || !hasRules(schema) ? all : compileCauses(schema, path);
}

function hasForeignKeywords(schema: SchemaNode): boolean {
  let found = false;
  walkSchema(schema, '', (node: RawSchema) => {
    const { id, $ref, patternProperties, dependencies, additionalItems, definitions } = node;
    const foreign = [id, $ref, patternProperties, dependencies, additionalItems, definitions];
    found ||=
      foreign.some((one) => one !== undefined) ||
      Array.isArray(node.items) ||
      node['x-kubernetes-preserve-unknown-fields'] === false;
  });
  return found;
}

/** With a status subresource, `properties.status` is validated alone; so what concerns it may not stand at the root. */
function rootCauses(schema: SchemaNode, path: string): StatusCause[] {
  if (schema.type !== undefined && schema.type !== 'object') {
    return [
      invalid(
        `${path}.type`,
        schema.type,
        'only "object" is allowed as the type at the root of the schema if the status subresource is enabled',
      ),
    ];
  }
  const foreign = Object.keys(schema).some((name) => !ALLOWED_AT_ROOT.has(name) && name !== 'nullable');
  const detail = `only [${AT_ROOT.join(' ')}] fields are allowed at the root of the schema if the status subresource is enabled`;
  return foreign ? [invalid(path, internalSchema(schema), detail)] : [];
}
