import { GoStruct } from '../model/go-format.ts';
import type { SchemaNode, ValidationRule } from '../model/schema.ts';
import type { CrdVersion } from './definition.ts';

/*
 * Parts of CRDs as the real server shows them in messages: as JSON of its internal types, which have capital names, all
 * fields, and at the top what is the same in all versions.
 */

type Part = 'schema' | 'subresources' | 'additionalPrinterColumns' | 'selectableFields';

/** The versions of a CRD. */
export function internalVersions(versions: readonly CrdVersion[], isShared: (part: Part) => boolean): unknown {
  const part = (version: CrdVersion, name: Part): unknown => (isShared(name) ? null : (version[name] ?? null));
  const schema = (version: CrdVersion): unknown =>
    isShared('schema') || !version.schema?.openAPIV3Schema
      ? null
      : new GoStruct({ OpenAPIV3Schema: internalSchema(version.schema.openAPIV3Schema) });
  return versions.map(
    (version) =>
      new GoStruct({
        Name: version.name,
        Served: version.served,
        Storage: version.storage,
        Deprecated: version.deprecated ?? false,
        DeprecationWarning: version.deprecationWarning ?? null,
        Schema: schema(version),
        Subresources: part(version, 'subresources'),
        AdditionalPrinterColumns: part(version, 'additionalPrinterColumns'),
        SelectableFields: part(version, 'selectableFields'),
      }),
  );
}

/** A CEL rule. */
export function internalRule(rule: ValidationRule): unknown {
  return new GoStruct({
    Rule: rule.rule,
    Message: rule.message ?? '',
    MessageExpression: rule.messageExpression ?? '',
    Reason: rule.reason ?? null,
    FieldPath: rule.fieldPath ?? '',
    OptionalOldSelf: rule.optionalOldSelf ?? null,
  });
}

/** Fields of JSONSchemaProps in order: the internal name, ours, and the value of one that is not set. */
const FIELDS: readonly (readonly [name: string, field: string, unset: unknown])[] = [
  ['ID', 'id', ''],
  ['Schema', '$schema', ''],
  ['Ref', '$ref', null],
  ['Description', 'description', ''],
  ['Type', 'type', ''],
  ['Nullable', 'nullable', false],
  ['Format', 'format', ''],
  ['Title', 'title', ''],
  ['Default', 'default', null],
  ['Maximum', 'maximum', null],
  ['ExclusiveMaximum', 'exclusiveMaximum', false],
  ['Minimum', 'minimum', null],
  ['ExclusiveMinimum', 'exclusiveMinimum', false],
  ['MaxLength', 'maxLength', null],
  ['MinLength', 'minLength', null],
  ['Pattern', 'pattern', ''],
  ['MaxItems', 'maxItems', null],
  ['MinItems', 'minItems', null],
  ['UniqueItems', 'uniqueItems', false],
  ['MultipleOf', 'multipleOf', null],
  ['Enum', 'enum', null],
  ['MaxProperties', 'maxProperties', null],
  ['MinProperties', 'minProperties', null],
  ['Required', 'required', null],
  ['Items', 'items', null],
  ['AllOf', 'allOf', null],
  ['OneOf', 'oneOf', null],
  ['AnyOf', 'anyOf', null],
  ['Not', 'not', null],
  ['Properties', 'properties', null],
  ['AdditionalProperties', 'additionalProperties', null],
  ['PatternProperties', 'patternProperties', null],
  ['Dependencies', 'dependencies', null],
  ['AdditionalItems', 'additionalItems', null],
  ['Definitions', 'definitions', null],
  ['ExternalDocs', 'externalDocs', null],
  ['Example', 'example', null],
  ['XPreserveUnknownFields', 'x-kubernetes-preserve-unknown-fields', null],
  ['XEmbeddedResource', 'x-kubernetes-embedded-resource', false],
  ['XIntOrString', 'x-kubernetes-int-or-string', false],
  ['XListMapKeys', 'x-kubernetes-list-map-keys', null],
  ['XListType', 'x-kubernetes-list-type', null],
  ['XMapType', 'x-kubernetes-map-type', null],
  ['XValidations', 'x-kubernetes-validations', null],
];

/** How fields that hold schemas or rules are shown. */
const SHOWN: Readonly<Record<string, (value: never) => unknown>> = {
  items: (node: SchemaNode) => new GoStruct({ Schema: internalSchema(node), JSONSchemas: null }),
  allOf: (nodes: readonly SchemaNode[]) => nodes.map(internalSchema),
  oneOf: (nodes: readonly SchemaNode[]) => nodes.map(internalSchema),
  anyOf: (nodes: readonly SchemaNode[]) => nodes.map(internalSchema),
  not: (node: SchemaNode) => internalSchema(node),
  properties: (nodes: Readonly<Record<string, SchemaNode>>) =>
    Object.fromEntries(Object.entries(nodes).map(([name, node]) => [name, internalSchema(node)])),
  additionalProperties: (values: SchemaNode | boolean) =>
    new GoStruct({ Allows: values !== false, Schema: typeof values === 'object' ? internalSchema(values) : null }),
  'x-kubernetes-validations': (rules: readonly ValidationRule[]) => rules.map(internalRule),
};

/** A schema. */
export function internalSchema(schema: SchemaNode): unknown {
  const source = schema as Readonly<Record<string, unknown>>;
  return new GoStruct(
    Object.fromEntries(
      FIELDS.map(([name, field, unset]) => {
        const value = source[field];
        return [name, value === undefined ? unset : (SHOWN[field]?.(value as never) ?? value)];
      }),
    ),
  );
}
