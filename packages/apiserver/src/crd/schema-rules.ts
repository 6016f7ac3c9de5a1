import type { StatusCause } from '../model/api-error.ts';
import { forbidden, invalid, notSupported, required } from '../model/field-error.ts';
import type { SchemaNode } from '../model/schema.ts';
import { own } from '../schema/json.ts';
import type { CrdVersion } from './definition.ts';
import { validateListKeys } from './list-rules.ts';
import { validateRuleTexts } from './rule-rules.ts';
import { walkSchema } from './schemas-of.ts';

/* Rules of each schema in a CRD: ValidateCustomResourceDefinitionOpenAPISchema of validation.go, without CEL. */

/** Keywords of OpenAPI and JSON schema that CRDs may not use; they are kept as they were sent. */
export interface RawSchema extends SchemaNode {
  readonly $ref?: string;
  readonly id?: string;
  readonly additionalItems?: unknown;
  readonly patternProperties?: Readonly<Record<string, unknown>>;
  readonly definitions?: Readonly<Record<string, unknown>>;
  readonly dependencies?: unknown;
}

const TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string'];
const META_FIELDS = new Set(['metadata', 'kind', 'apiVersion']);

/** Whether defaults are used in any version. */
export function specHasDefaults(versions: readonly CrdVersion[]): boolean {
  let found = false;
  for (const version of versions) {
    const schema = version.schema?.openAPIV3Schema;
    if (schema) walkSchema(schema, '', (node) => (found ||= node.default !== undefined));
  }
  return found;
}

interface Context {
  readonly root: boolean;
  /** Why defaults are not allowed here; undefined where they are. */
  readonly noDefaults: string | undefined;
  readonly insideMeta: boolean;
}

const ROOT: Context = { root: true, noDefaults: undefined, insideMeta: false };

/** What is wrong with a schema and all schemas in it, structure apart. */
export function schemaCauses(schema: SchemaNode, path: string, context: Context = ROOT): StatusCause[] {
  const below = { ...context, root: false };
  const inMap = context.insideMeta
    ? { ...below, noDefaults: 'inside additionalProperties applying to object metadata' }
    : below;
  const { additionalProperties, items } = schema;
  const properties = schema.properties ?? {};
  const causes = [...keywordCauses(schema, path, context)];
  if (schema.uniqueItems === true) {
    causes.push(
      forbidden(
        `${path}.uniqueItems`,
        'uniqueItems cannot be set to true since the runtime complexity becomes quadratic',
      ),
    );
  }
  if (additionalProperties !== undefined && additionalProperties !== true && Object.keys(properties).length > 0) {
    causes.push(forbidden(`${path}.additionalProperties`, 'additionalProperties and properties are mutual exclusive'));
  }
  if (typeof additionalProperties === 'object')
    causes.push(...schemaCauses(additionalProperties, `${path}.additionalProperties`, inMap));
  for (const [name, node] of Object.entries(properties)) {
    causes.push(...schemaCauses(node, `${path}.properties[${name}]`, propertyContext(schema, name, context)));
  }
  if (schema.not) causes.push(...schemaCauses(schema.not, `${path}.not`, below));
  for (const junctor of ['allOf', 'oneOf', 'anyOf'] as const) {
    for (const [at, node] of (schema[junctor] ?? []).entries())
      causes.push(...schemaCauses(node, `${path}.${junctor}[${at}]`, below));
  }
  if (items && !Array.isArray(items)) causes.push(...schemaCauses(items, `${path}.items`, below));
  return [
    ...causes,
    ...extensionCauses(schema, path),
    ...validateListKeys(schema, path),
    ...validateRuleTexts(schema, path),
  ];
}

function propertyContext(schema: SchemaNode, name: string, context: Context): Context {
  const meta = META_FIELDS.has(name) && (context.root || schema['x-kubernetes-embedded-resource'] === true);
  return {
    root: false,
    insideMeta: context.insideMeta || meta,
    noDefaults: meta && context.root ? `in top-level ${name}` : context.noDefaults,
  };
}

function keywordCauses(schema: RawSchema, path: string, context: Context): StatusCause[] {
  const type: string = schema.type ?? '';
  const causes: StatusCause[] = [];
  if (type !== '' && !TYPES.includes(type)) causes.push(notSupported(`${path}.type`, type, TYPES));
  if (schema.default !== undefined && context.noDefaults !== undefined) {
    causes.push(forbidden(`${path}.default`, `must not be set ${context.noDefaults}`));
  }
  for (const keyword of [
    'id',
    'additionalItems',
    'patternProperties',
    'definitions',
    'dependencies',
    '$ref',
  ] as const) {
    if (own(schema as Record<string, unknown>, keyword) !== undefined)
      causes.push(forbidden(`${path}.${keyword}`, `${keyword} is not supported`));
  }
  if (type === 'null')
    causes.push(forbidden(`${path}.type`, 'type cannot be set to null, use nullable as an alternative'));
  if (Array.isArray(schema.items))
    causes.push(forbidden(`${path}.items`, 'items must be a schema object and not an array'));
  if (context.insideMeta && schema['x-kubernetes-embedded-resource'] === true) {
    causes.push(forbidden(`${path}.x-kubernetes-embedded-resource`, 'must not be used inside of resource meta'));
  }
  return causes;
}

function extensionCauses(schema: SchemaNode, path: string): StatusCause[] {
  const type: string = schema.type ?? '';
  const causes: StatusCause[] = [];
  if (schema['x-kubernetes-preserve-unknown-fields'] === false) {
    causes.push(invalid(`${path}.x-kubernetes-preserve-unknown-fields`, false, 'must be true or undefined'));
  }
  const typed = (extension: string, wanted: string): void => {
    const must = `must be ${wanted} if ${extension} is specified`;
    if (type !== wanted)
      causes.push(type === '' ? required(`${path}.type`, must) : invalid(`${path}.type`, type, must));
  };
  const mapType: string | undefined = schema['x-kubernetes-map-type'];
  if (mapType !== undefined) {
    typed('x-kubernetes-map-type', 'object');
    const allowed = ['atomic', 'granular'];
    if (!allowed.includes(mapType)) causes.push(notSupported(`${path}.x-kubernetes-map-type`, mapType, allowed));
  }
  const listType: string | undefined = schema['x-kubernetes-list-type'];
  if (listType !== undefined) {
    typed('x-kubernetes-list-type', 'array');
    if (type === 'array' && listType === 'set' && schema.items) causes.push(...atomicItem(schema.items, path));
    const allowed = ['atomic', 'set', 'map'];
    if (!allowed.includes(listType)) causes.push(notSupported(`${path}.x-kubernetes-list-type`, listType, allowed));
  }
  return causes;
}

/** Items of a set are compared as a whole. */
function atomicItem(items: SchemaNode, path: string): StatusCause[] {
  const must = 'must be atomic as item of a list with x-kubernetes-list-type=set';
  const listType = items['x-kubernetes-list-type'];
  if (items.type === 'array' && listType !== undefined && listType !== 'atomic') {
    return [invalid(`${path}.items.x-kubernetes-list-type`, listType, must)];
  }
  // Upstream shows the list type here, too.
  return items.type === 'object' && items['x-kubernetes-map-type'] !== 'atomic'
    ? [invalid(`${path}.items.x-kubernetes-map-type`, listType ?? null, must)]
    : [];
}
