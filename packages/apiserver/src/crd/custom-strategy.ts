import { genericStrategy } from '../builtin/generic-strategy.ts';
import { qualifiedNameErrors, subdomainName } from '../builtin/names.ts';
import { hasRules } from '../cel/rules.ts';
import { validateRules } from '../cel/validator.ts';
import { ApiError, type StatusCause } from '../model/api-error.ts';
import { invalid } from '../model/field-error.ts';
import { compareCodePoints, goQuote, goValue } from '../model/go-format.ts';
import { apiVersionOf, type KubeObject, type ObjectMeta } from '../model/object.ts';
import type { Strategy } from '../model/resource.ts';
import type { SchemaNode } from '../model/schema.ts';
import { applyDefaults } from '../schema/defaults.ts';
import { isMap, own, sameJson } from '../schema/json.ts';
import { validateListTypes } from '../schema/list-types.ts';
import { pruneNulls, pruneUnknown } from '../schema/prune.ts';
import { validateStructural } from '../schema/validate.ts';
import type { CrdVersion } from './definition.ts';
import { embeddedTypeProblem, pruneEmbeddedMetadata, pruneMetadata, validateEmbedded } from './embedded.ts';

/** What the strategy of a custom resource must know. */
export interface CustomType {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly namespaced: boolean;
  /** The structural schema as in the CRD. */
  readonly schema: SchemaNode;
  readonly subresources: CrdVersion['subresources'];
  /** Dotted paths, without the leading dot. */
  readonly selectableFields: readonly string[];
}

const NOT_CHECKED =
  'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation';
const BLOCKING = new Set([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
]);

/**
 * The rules of one version of a CRD: apiextensions-apiserver pkg/registry/customresource (strategy.go, validator.go,
 * status_strategy.go). Pruning and defaulting happen in `defaults`.
 */
export function customStrategy(type: CustomType): Strategy {
  const hasStatus = type.subresources?.status !== undefined;
  return genericStrategy({
    namespaced: type.namespaced,
    nameRule: subdomainName,
    status: hasStatus,
    // Where status is an endpoint of its own, changes of it are not counted.
    generation: hasStatus || differsBeyondMetadata,
    defaults: (next) => coerce(next, type),
    validate: (next) => validateObject(next, undefined, type),
    validateUpdate: (next, live) => validateObject(next, live, type),
    subresources: {
      status: {
        prepareForUpdate: keepAllButStatus,
        validateUpdate: (next, live) => validateStatus(next, live, type),
      },
      // A Scale changes a number in the object, which is checked as a whole.
      scale: { prepareForUpdate: () => {}, validateUpdate: (next, live) => validateObject(next, live, type) },
    },
    warnings: finalizerWarnings,
    fieldValues: (object) => Object.fromEntries(type.selectableFields.map((path) => [path, textAt(object, path)])),
    unconditionalUpdate: false,
    resetFields: (subresource) => {
      if (subresource === 'status') return [['spec']];
      return hasStatus && subresource === undefined ? [['status']] : [];
    },
  });
}

/** Prunes, in place, what the schema does not specify, and sets defaults. Throws 400 for odd embedded objects. */
export function coerce(next: KubeObject, type: Pick<CustomType, 'schema' | 'kind' | 'version'>): void {
  pruneUnknown(next, type.schema, { root: true });
  pruneNulls(next, type.schema);
  const problem = embeddedTypeProblem(next, type.schema);
  if (problem) {
    const text = `${problem.field}: ${problem.message}`;
    throw new ApiError(
      400,
      'BadRequest',
      `${type.kind} in version "${type.version}" cannot be handled as a ${type.kind}: ${text}`,
    );
  }
  pruneEmbeddedMetadata(next, type.schema);
  pruneMetadata(next.metadata);
  applyDefaults(next, type.schema);
}

function differsBeyondMetadata(next: KubeObject, live: KubeObject): boolean {
  const { metadata: _next, apiVersion: _nextVersion, kind: _nextKind, ...content } = next;
  const { metadata: _live, apiVersion: _liveVersion, kind: _liveKind, ...before } = live;
  return !sameJson(content, before);
}

/** `/status` takes status and the record of field managers, nothing else. */
function keepAllButStatus(next: KubeObject, live: KubeObject): void {
  const { status } = next;
  const { managedFields, resourceVersion } = next.metadata;
  for (const field of Object.keys(next)) delete next[field];
  const metadata: ObjectMeta = { ...live.metadata };
  delete metadata.managedFields;
  if (managedFields) metadata.managedFields = managedFields;
  if (resourceVersion !== undefined) metadata.resourceVersion = resourceVersion;
  Object.assign(next, live, { metadata });
  if (status === undefined) delete next['status'];
  else next['status'] = status;
}

function validateObject(next: KubeObject, live: KubeObject | undefined, type: CustomType): StatusCause[] {
  const typeMeta = validateTypeMeta(next, type);
  if (typeMeta.length > 0) return typeMeta;
  const causes = [
    ...validateStructural(next, type.schema, live),
    ...validateScaleSpec(next, type),
    ...validateScaleStatus(next, type),
    ...validateEmbedded(next, type.schema),
    ...listTypeCauses(next, live, type.schema),
  ];
  return [...causes, ...ruleCauses(next, live, type.schema, causes)];
}

function validateStatus(next: KubeObject, live: KubeObject, type: CustomType): StatusCause[] {
  const typeMeta = validateTypeMeta(next, type);
  if (typeMeta.length > 0) return typeMeta;
  const schema = type.schema.properties?.['status'];
  const causes = [
    ...(schema && next['status'] !== undefined
      ? validateStructural(next['status'], schema, live['status'], 'status')
      : []),
    ...validateScaleStatus(next, type),
    ...listTypeCauses(next, live, type.schema),
  ];
  return [...causes, ...ruleCauses(next, live, type.schema, causes)];
}

function validateTypeMeta(next: KubeObject, type: CustomType): StatusCause[] {
  const apiVersion = apiVersionOf(type.group, type.version);
  return [
    ...(next.kind === type.kind ? [] : [invalid('kind', next.kind, `must be ${type.kind}`)]),
    ...(next.apiVersion === apiVersion ? [] : [invalid('apiVersion', next.apiVersion, `must be ${apiVersion}`)]),
  ];
}

/** Doubled items are not complained about where the object had some before. */
function listTypeCauses(next: KubeObject, live: KubeObject | undefined, schema: SchemaNode): StatusCause[] {
  const causes = validateListTypes(next, schema);
  return causes.length > 0 && live && validateListTypes(live, schema).length > 0 ? [] : causes;
}

function ruleCauses(
  next: KubeObject,
  live: KubeObject | undefined,
  schema: SchemaNode,
  found: readonly StatusCause[],
): StatusCause[] {
  if (!hasRules(schema)) return [];
  if (found.some((one) => BLOCKING.has(one.reason ?? ''))) return [invalid('', null, NOT_CHECKED)];
  return validateRules(schema, next, live);
}

/** A field by its dotted path. */
function valueAt(object: KubeObject, path: string): unknown {
  let value: unknown = object;
  for (const name of path.replace(/^\./, '').split('.')) value = isMap(value) ? own(value, name) : undefined;
  return value;
}

function textAt(object: KubeObject, path: string): string {
  const value = valueAt(object, path);
  return value === undefined || value === null ? '' : goValue(value);
}

const MAX_INT32 = 2147483647;

function replicasCauses(object: KubeObject, path: string): StatusCause[] {
  const blocked = accessorProblem(object, path);
  if (blocked !== undefined) return [invalid(path, 0, blocked)];
  const value = valueAt(object, path);
  if (value === undefined) return [];
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    const accessor = path.replace(/^\.?/, '.');
    return [
      invalid(
        path,
        0,
        `${accessor} accessor error: ${goValue(value)} is of the type ${goTypeName(value)}, expected int64`,
      ),
    ];
  }
  if (value < 0) return [invalid(path, value, 'should be a non-negative integer')];
  return value > MAX_INT32 ? [invalid(path, value, `should be less than or equal to ${MAX_INT32}`)] : [];
}

/** A value on the way to a field that has no fields (apimachinery unstructured NestedFieldNoCopy). */
function accessorProblem(object: KubeObject, path: string): string | undefined {
  let value: unknown = object;
  let walked = '';
  for (const name of path.replace(/^\./, '').split('.')) {
    if (value === undefined || value === null) return undefined;
    walked += `.${name}`;
    if (!isMap(value)) {
      return `${walked} accessor error: ${goValue(value)} is of the type ${goTypeName(value)}, expected map[string]interface{}`;
    }
    value = own(value, name);
  }
  return undefined;
}

function goTypeName(value: unknown): string {
  if (value === null) return '<nil>';
  if (Array.isArray(value)) return '[]interface {}';
  if (typeof value === 'object') return 'map[string]interface {}';
  return typeof value === 'number' ? 'float64' : typeof value === 'boolean' ? 'bool' : 'string';
}

function validateScaleSpec(next: KubeObject, type: CustomType): StatusCause[] {
  const scale = type.subresources?.scale;
  return scale ? replicasCauses(next, scale.specReplicasPath) : [];
}

function validateScaleStatus(next: KubeObject, type: CustomType): StatusCause[] {
  const scale = type.subresources?.scale;
  if (!scale) return [];
  const causes = replicasCauses(next, scale.statusReplicasPath);
  const path = scale.labelSelectorPath ?? '';
  const blocked = path === '' ? undefined : accessorProblem(next, path);
  if (blocked !== undefined) return [...causes, invalid(path, '', blocked)];
  const selector = path === '' ? undefined : valueAt(next, path);
  if (selector === undefined || typeof selector === 'string') return causes;
  const detail = `${path} accessor error: ${goValue(selector)} is of the type ${goTypeName(selector)}, expected string`;
  return [...causes, invalid(path, '', detail)];
}

const STANDARD_FINALIZERS = new Set(['orphan', 'foregroundDeletion', 'kubernetes']);

function finalizerWarnings(next: KubeObject, live: KubeObject | undefined): string[] {
  const before = new Set(live?.metadata.finalizers);
  const added = [...new Set(next.metadata.finalizers)].filter((name) => !before.has(name)).sort(compareCodePoints);
  return added.flatMap((name) => {
    const start = `metadata.finalizers: ${goQuote(name)}:`;
    const problems = qualifiedNameErrors(name).map((error) => `${start} ${error}`);
    if (name.includes('/') || STANDARD_FINALIZERS.has(name)) return problems;
    const path = name.includes('.') ? ' including a path (/)' : '';
    const advice = `prefer a domain-qualified finalizer name${path} to avoid accidental conflicts with other finalizer writers`;
    return [...problems, `${start} ${advice}`];
  });
}
