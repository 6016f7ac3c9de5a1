import { badRequest } from '../model/errors.ts';
import { goQuote } from '../model/go-format.ts';
import type { JsonObject } from '../model/object.ts';
import type { SchemaNode } from '../model/schema.ts';
import { copyJson, isMap, own, setField } from '../schema/json.ts';
import { jsonTypeName } from './go-names.ts';
import {
  checkOrder,
  elementsAreObjects,
  type Fields,
  fieldOfDirective,
  findByKey,
  keyOf,
  ordered,
  SharedList,
} from './list-merge.ts';
import { badFormat, patchFailure, unknownDirective, wrongType } from './strategic-errors.ts';

const DIRECTIVE = '$patch';
const RETAIN_KEYS = '$retainKeys';
const DELETE_FROM_LIST = '$deleteFromPrimitiveList';
const SET_ORDER = '$setElementOrder';

/** The outcome of a strategic merge patch. */
export interface StrategicResult {
  readonly object: JsonObject;
  /** What the merge left of the patch: the real server shows it (`%+v`) where the result cannot be decoded. */
  readonly patch: JsonObject;
}

/**
 * Applies a strategic merge patch to copies, with the merge keys and strategies of a schema (apimachinery
 * util/strategicpatch StrategicMergeMapPatch). Throws what the real server answers: 400 for malformed directives, 500 with a
 * sentence for most other faults.
 */
export function applyStrategicPatch(document: JsonObject, patch: unknown, schema: SchemaNode): StrategicResult {
  if (patch !== null && !isMap(patch)) {
    throw badRequest(`json: cannot unmarshal ${jsonTypeName(patch)} into Go value of type map[string]interface {}`);
  }
  const rest: Fields = copyJson(patch ?? {}) as Fields;
  const object = mergeObject(copyJson(document), rest, schema);
  return { object: object as JsonObject, patch: rest as JsonObject };
}

/** Merges into `original` and uses up `patch`. */
function mergeObject(original: Fields, patch: Fields, schema: SchemaNode | undefined): Fields {
  if (Object.hasOwn(patch, DIRECTIVE)) return directed(patch);
  retainKeys(original, patch);
  mergeOrdered(original, patch, schema);
  for (const [name, change] of Object.entries(patch)) {
    if (name.startsWith(DELETE_FROM_LIST)) {
      deleteFromList(original, fieldOfDirective(name, DELETE_FROM_LIST), change, schema);
    } else if (change === null) {
      delete original[name];
    } else {
      mergeField(original, name, change, schema);
    }
  }
  return original;
}

function directed(patch: Fields): Fields {
  const directive = patch[DIRECTIVE];
  if (directive === 'delete') return {};
  if (directive !== 'replace') throw unknownDirective(directive, patch);
  delete patch[DIRECTIVE];
  return patch;
}

function mergeField(original: Fields, name: string, change: unknown, schema: SchemaNode | undefined): void {
  const current = own(original, name);
  if (isMap(current) && isMap(change)) {
    const field = fieldSchema(schema, name);
    const replaced = strategyOf(field) === 'replace';
    setField(original, name, replaced ? change : mergeObject(current, change, field));
  } else if (Array.isArray(current) && Array.isArray(change)) {
    setField(original, name, mergeList(current, change, fieldSchema(schema, name)));
  } else {
    dropNulls(change);
    const kept = withoutDirectives(change);
    if (kept === undefined) delete original[name];
    else setField(original, name, kept);
  }
}

/** `$retainKeys`: of a union's fields only those that are named stay. */
function retainKeys(original: Fields, patch: Fields): void {
  if (!Object.hasOwn(patch, RETAIN_KEYS)) return;
  const names = patch[RETAIN_KEYS];
  delete patch[RETAIN_KEYS];
  if (!Array.isArray(names)) throw badFormat('retainKeys');
  for (const [name, change] of Object.entries(patch)) {
    const directive = name.startsWith(DELETE_FROM_LIST) || name.startsWith(SET_ORDER);
    if (change !== null && !directive && !names.includes(name)) throw badFormat('retainKeys');
  }
  for (const name of Object.keys(original)) if (!names.includes(name)) delete original[name];
}

/** `$setElementOrder/field`, together with the field's own changes. */
function mergeOrdered(original: Fields, patch: Fields, schema: SchemaNode | undefined): void {
  for (const name of Object.keys(patch)) {
    if (!name.startsWith(SET_ORDER)) continue;
    const order = patch[name];
    delete patch[name];
    if (!Array.isArray(order)) throw wrongType([], order);
    const field = fieldOfDirective(name, SET_ORDER);
    const before = listOrNone(original, field);
    const change = listOrNone(patch, field);
    const listSchema = fieldSchema(schema, field);
    const mergeKey = listSchema?.['x-kubernetes-patch-merge-key'] ?? '';
    checkOrder(change ?? [], order, mergeKey);
    if (!before && !change) continue;
    const merged =
      before && change ? mergeList(before, change, listSchema) : (before ?? (withoutDirectives(change) as unknown[]));
    const objects = elementsAreObjects(before ?? [], change ?? []);
    setField(original, field, ordered(merged, order, before ?? [], mergeKey, objects));
    delete patch[field];
  }
}

function listOrNone(fields: Fields, name: string): unknown[] | undefined {
  if (!Object.hasOwn(fields, name)) return undefined;
  const value = fields[name];
  if (!Array.isArray(value)) throw wrongType([], value);
  return value;
}

function mergeList(original: unknown[], patch: unknown[], schema: SchemaNode | undefined): unknown[] {
  if (strategyOf(schema) !== 'merge') return patch;
  if (original.length === 0 && patch.length === 0) return original;
  const objects = elementsAreObjects(original, patch);
  if (!objects) return ordered([...new Set([...original, ...patch])], patch, original, '', false);
  const mergeKey = schema?.['x-kubernetes-patch-merge-key'] ?? '';
  if (mergeKey === '') throw patchFailure('cannot merge lists without merge key for struct');
  const list = new SharedList(original);
  const changes = applyElementDirectives(list, patch as Fields[], mergeKey);
  if (!changes) return (patch as Fields[]).filter((element) => !Object.hasOwn(element, DIRECTIVE));
  const base = list.elements();
  for (const change of changes) {
    const elements = list.elements();
    const at = findByKey(elements, mergeKey, keyOf(change, mergeKey));
    if (at < 0) list.add(change);
    else list.set(at, mergeObject(elements[at] as Fields, change, schema?.items));
  }
  return ordered(list.elements(), changes, base, mergeKey, true);
}

/**
 * `$patch` in elements: deletes single ones. Returns the elements that are left to be merged; undefined where they take the
 * place of the whole list.
 */
function applyElementDirectives(list: SharedList, patch: readonly Fields[], mergeKey: string): Fields[] | undefined {
  let replace = false;
  const changes: Fields[] = [];
  for (const element of patch) {
    const directive = own(element, DIRECTIVE);
    if (!Object.hasOwn(element, DIRECTIVE)) changes.push(element);
    else if (directive === 'replace') replace = true;
    else if (directive === 'delete') deleteAll(list, mergeKey, keyOf(element, mergeKey));
    else if (directive === 'merge') throw patchFailure('merging lists cannot yet be specified in the patch');
    else throw unknownDirective(directive, element);
  }
  return replace ? undefined : changes;
}

function deleteAll(list: SharedList, mergeKey: string, value: unknown): void {
  for (;;) {
    const at = findByKey(list.elements(), mergeKey, value);
    if (at < 0) return;
    list.delete(at);
  }
}

function deleteFromList(original: Fields, name: string, values: unknown, schema: SchemaNode | undefined): void {
  const current = own(original, name);
  if (values === null) delete original[name];
  if (!Array.isArray(current) || !Array.isArray(values)) return;
  const list = fieldSchema(schema, name);
  if (current.length === 0 && values.length === 0) return;
  if (!elementsAreObjects(current, values)) {
    setField(
      original,
      name,
      current.filter((value) => !values.includes(value)),
    );
  } else {
    setField(original, name, mergeList(current, values, { ...list, 'x-kubernetes-patch-strategy': 'merge' }));
  }
}

/** The schema of a field; undefined below values of which nothing is known. */
function fieldSchema(schema: SchemaNode | undefined, name: string): SchemaNode | undefined {
  if (!schema) return undefined;
  const field = schema.properties && Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined;
  if (field) return field;
  if (!schema.properties && schema.additionalProperties) {
    throw patchFailure('merging an object in json but data type is not struct, instead is: map');
  }
  const struct = schema.definition?.split('.').at(-1) ?? '';
  throw patchFailure(`unable to find api field in struct ${struct} for the json field ${goQuote(name)}`);
}

/** `merge` or `replace`, beside which `retainKeys` may stand. */
function strategyOf(schema: SchemaNode | undefined): string | undefined {
  return schema?.['x-kubernetes-patch-strategy']?.split(',').find((strategy) => strategy !== 'retainKeys');
}

function dropNulls(value: unknown): void {
  if (Array.isArray(value)) value.forEach(dropNulls);
  if (!isMap(value)) return;
  for (const [name, field] of Object.entries(value)) {
    if (field === null) delete value[name];
    else dropNulls(field);
  }
}

/** The value without the objects in it that are nothing but directives; undefined where it is one itself. */
function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDirectives).filter((element) => element !== undefined);
  if (!isMap(value)) return value;
  if (Object.hasOwn(value, DIRECTIVE)) return undefined;
  for (const [name, field] of Object.entries(value)) {
    const kept = withoutDirectives(field);
    if (kept === undefined) delete value[name];
    else setField(value, name, kept);
  }
  return value;
}
