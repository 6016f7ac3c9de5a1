import { isDeepStrictEqual } from 'node:util';
import { CapstanError, type KubernetesObject } from '@capstan/base';
import { OAM_CODES } from '../codes.ts';
import { getField, type PathSegment, parseFieldPath } from '../field-path.ts';
import { isJsonObject, ownProperty, withProperty } from '../json.ts';
import type { DataOperation } from '../kinds/index.ts';

/**
 * A copy of the target after the operations, in order. Values come from the source. `add` and `replace` set what is
 * there or not, parents included; `delete` removes it, and what is not there is removed already: repeating operations
 * changes nothing. Throws CAPSTAN_DATA_OPERATION_INVALID, terminal, for an operation that can never succeed.
 */
export function runOperations(
  target: KubernetesObject,
  source: KubernetesObject,
  operations: readonly DataOperation[],
): KubernetesObject {
  return operations.reduce((object, operation) => runOperation(object, source, operation), target);
}

function runOperation(target: KubernetesObject, source: KubernetesObject, operation: DataOperation): KubernetesObject {
  const { type, op, toFieldPath, toDataPath } = operation;
  if (type !== 'jsonPatch') throw invalid(operation, `invalid type "${type}" in operation: only jsonPatch is known`);
  const place = { operation, segments: pathSegments(operation, toFieldPath) };
  if (place.segments.length === 0) throw invalid(operation, 'toFieldPath is empty');
  if (!toDataPath) return change(target, place, op, op === 'delete' ? undefined : operandOf(operation, source));
  const inner = { operation, segments: pathSegments(operation, toDataPath) };
  const data = dataAt(target, place);
  const changed = change(data, inner, op, op === 'delete' ? undefined : operandOf(operation, source));
  const kept =
    isDeepStrictEqual(changed, data) && (op === 'delete' || typeof getAt(target, place.segments) === 'string');
  // Text that says the same already keeps its spelling.
  if (kept) return target;
  return change(target, place, 'replace', JSON.stringify(changed));
}

interface Place {
  readonly operation: DataOperation;
  readonly segments: readonly PathSegment[];
}

/** Dots and slashes separate keys, as in the reference; with brackets the path is a field path. */
function pathSegments(operation: DataOperation, path: string): PathSegment[] {
  if (path.includes('[')) return parseFieldPath(path);
  const parts = path.split(/[./]/);
  if (parts[0] === '') parts.shift();
  if (parts.includes('')) throw invalid(operation, `"${path}" is not a path`);
  return parts.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function operandOf(operation: DataOperation, source: KubernetesObject): unknown {
  const { value, valueFrom, toDataPath } = operation;
  if (value) {
    try {
      return JSON.parse(value);
    } catch (error) {
      if (toDataPath) return value;
      throw invalid(operation, `the value ${JSON.stringify(value)} is not JSON`, error);
    }
  }
  if (!valueFrom?.fieldPath) throw invalid(operation, 'invalid value and valueFrom in operation: both are empty');
  const found = getField(source, valueFrom.fieldPath);
  if (found === undefined) throw invalid(operation, `${valueFrom.fieldPath} not found in object`);
  return found;
}

/** The data inside the field: its text as JSON, or the value itself; empty where there is none. */
function dataAt(target: KubernetesObject, { operation, segments }: Place): unknown {
  const value = getAt(target, segments);
  if (value === undefined || value === null || value === '') return {};
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch (error) {
    throw invalid(operation, `the text at ${operation.toFieldPath} is not JSON`, error);
  }
}

function getAt(container: unknown, segments: readonly PathSegment[]): unknown {
  let value = container;
  for (const segment of segments) {
    if (Array.isArray(value)) value = value[Number(segment)];
    else value = isJsonObject(value) ? ownProperty(value, String(segment)) : undefined;
  }
  return value;
}

function change<T>(container: T, place: Place, op: DataOperation['op'], value: unknown): T {
  return changeAt(container, place, 0, op, value) as T;
}

function changeAt(container: unknown, place: Place, depth: number, op: DataOperation['op'], value: unknown): unknown {
  const segment = place.segments[depth];
  if (segment === undefined) return value;
  const last = depth === place.segments.length - 1;
  if (Array.isArray(container)) return changeItem(container, place, depth, op, value);
  if (container !== undefined && container !== null && !isJsonObject(container)) {
    if (op === 'delete') return container;
    throw invalid(place.operation, `${place.segments.slice(0, depth).join('.') || 'the data'} is not an object`);
  }
  const key = String(segment);
  const parent = isJsonObject(container) ? container : {};
  if (op !== 'delete') {
    return withProperty(parent, key, changeAt(ownProperty(parent, key), place, depth + 1, op, value));
  }
  if (!Object.hasOwn(parent, key)) return container;
  if (!last) return withProperty(parent, key, changeAt(ownProperty(parent, key), place, depth + 1, op, value));
  const { [key]: _, ...rest } = parent;
  return rest;
}

/** Items by number; `-` is the end of the list. What is in its place already is not added a second time. */
function changeItem(items: unknown[], place: Place, depth: number, op: DataOperation['op'], value: unknown): unknown {
  const segment = String(place.segments[depth]);
  const last = depth === place.segments.length - 1;
  if (segment === '-' && last && op !== 'delete') {
    return items.some((item) => isDeepStrictEqual(item, value)) ? items : [...items, value];
  }
  const index = /^\d+$/.test(segment) ? Number(segment) : items.length + 1;
  if (op === 'delete' && index >= items.length) return items;
  if (index > items.length) throw invalid(place.operation, `"${segment}" is no position in a list of ${items.length}`);
  if (!last) return items.with(index, changeAt(items[index], place, depth + 1, op, value));
  if (op === 'delete') return items.toSpliced(index, 1);
  if (isDeepStrictEqual(items[index], value)) return items;
  return items.toSpliced(index, op === 'add' ? 0 : 1, value);
}

function invalid({ toFieldPath, toDataPath }: DataOperation, why: string, cause?: unknown): CapstanError {
  const place = toDataPath ? `${toFieldPath}(${toDataPath})` : toFieldPath;
  return new CapstanError(OAM_CODES.dataOperationInvalid, `operation on ${place || 'the object'}: ${why}`, {
    hint: 'An operation has type jsonPatch, op add, replace or delete, a toFieldPath, and a value as JSON or a valueFrom.',
    terminal: true,
    ...(cause === undefined ? {} : { cause }),
  });
}
