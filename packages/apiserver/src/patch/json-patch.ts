import { ApiError } from '../model/api-error.ts';
import { badRequest, requestEntityTooLarge } from '../model/errors.ts';
import type { JsonObject } from '../model/object.ts';
import { copyJson, isMap, own, setField } from '../schema/json.ts';
import { jsonTypeName } from './go-names.ts';

const MAX_OPERATIONS = 10_000;

/** Why an operation cannot be applied; the real server tells nobody. */
class Inapplicable extends Error {}

type Container = Record<string, unknown> | unknown[];
type Operation = Readonly<Record<string, unknown>>;

/**
 * Applies a JSON patch (RFC 6902) to a copy of a document, as the library of the API server does
 * (gopkg.in/evanphx/json-patch.v4), with its liberties: `replace` of a field that is absent adds it, `copy` of one that is
 * absent and a missing `value` mean null, negative indices count from the end, and all before the first `/` of a path is
 * ignored. The result may be any JSON value but a scalar. Throws 400 where `patch` is no list of operations, 413 where it has
 * more than 10,000, 422 where an operation does not apply.
 */
export function applyJsonPatch(document: JsonObject, patch: unknown): unknown {
  const operations = checkedOperations(patch);
  if (operations.length > MAX_OPERATIONS) {
    const limit = `The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${operations.length}`;
    throw requestEntityTooLarge(limit);
  }
  let result: Container = copyJson(document);
  try {
    for (const operation of operations) result = apply(result, operation);
  } catch (error) {
    if (!(error instanceof Inapplicable)) throw error;
    throw new ApiError(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
  }
  return result;
}

const KNOWN_FIELDS = new Set(['op', 'path', 'from', 'value']);

/** What strict field validation says of a JSON patch: `json patch unknown field "[0].foo"`. */
export function jsonPatchStrictErrors(patch: unknown): string[] {
  if (!Array.isArray(patch)) return [];
  return patch.flatMap((operation, at) =>
    isMap(operation)
      ? Object.keys(operation)
          .filter((field) => !KNOWN_FIELDS.has(field))
          .map((field) => `json patch unknown field "[${at}].${field}"`)
      : [],
  );
}

function checkedOperations(patch: unknown): Operation[] {
  if (patch === null) return [];
  if (!Array.isArray(patch)) throw undecodable(patch, 'value of type []handlers.jsonPatchOp');
  return patch.map((operation) => {
    if (operation === null) return {};
    if (!isMap(operation)) throw undecodable(operation, 'value of type handlers.jsonPatchOp');
    for (const field of ['op', 'path', 'from']) {
      const value = own(operation, field) ?? '';
      if (typeof value !== 'string') throw undecodable(value, `struct field jsonPatchOp.${field} of type string`);
    }
    return operation;
  });
}

function undecodable(value: unknown, target: string): ApiError {
  return badRequest(`error decoding patch: json: cannot unmarshal ${jsonTypeName(value)} into Go ${target}`);
}

function apply(document: Container, operation: Operation): Container {
  switch (own(operation, 'op')) {
    case 'add':
      add(document, text(operation, 'path'), copyJson(operand(operation)));
      return document;
    case 'remove':
      remove(document, text(operation, 'path'));
      return document;
    case 'replace':
      return replace(document, text(operation, 'path'), copyJson(operand(operation)));
    case 'move':
      add(document, text(operation, 'path'), remove(document, text(operation, 'from')));
      return document;
    case 'copy':
      add(document, text(operation, 'path'), copyJson(get(document, text(operation, 'from')) ?? null));
      return document;
    case 'test':
      test(document, text(operation, 'path'), operand(operation));
      return document;
    default:
      throw new Inapplicable('unknown operation');
  }
}

function text(operation: Operation, field: 'from' | 'path'): string {
  const value = own(operation, field);
  if (typeof value !== 'string') throw new Inapplicable(`no ${field}`);
  return value;
}

function operand(operation: Operation): unknown {
  return own(operation, 'value') ?? null;
}

/** The container of what a path names, and the last part of the path. */
function locate(document: Container, path: string): { container: Container; key: string } {
  const parts = path.split('/').slice(1).map(decodePart);
  const key = parts.pop();
  if (key === undefined) throw new Inapplicable('a path without a slash');
  let container = document;
  for (const part of parts) {
    const next = read(container, part);
    if (typeof next !== 'object' || next === null) throw new Inapplicable('missing path');
    container = next as Container;
  }
  return { container, key };
}

function decodePart(part: string): string {
  return part.replace(/~[01]/g, (coded) => (coded === '~1' ? '/' : '~'));
}

function read(container: Container, key: string): unknown {
  return Array.isArray(container) ? container[elementIndex(key, container.length)] : own(container, key);
}

/** The place of an element that exists among `length`. */
function elementIndex(key: string, length: number): number {
  if (!/^[+-]?\d+$/.test(key)) throw new Inapplicable('no index');
  const index = Number(key);
  const place = index < 0 ? index + length : index;
  if (place < 0 || place >= length) throw new Inapplicable('no such index');
  return place;
}

function get(document: Container, path: string): unknown {
  const { container, key } = locate(document, path);
  return read(container, key);
}

function add(document: Container, path: string, value: unknown): void {
  const { container, key } = locate(document, path);
  if (!Array.isArray(container)) setField(container, key, value);
  else if (key === '-') container.push(value);
  else container.splice(elementIndex(key, container.length + 1), 0, value);
}

function remove(document: Container, path: string): unknown {
  const { container, key } = locate(document, path);
  if (Array.isArray(container)) return container.splice(elementIndex(key, container.length), 1)[0];
  if (!Object.hasOwn(container, key)) throw new Inapplicable('nothing to remove');
  const value = container[key];
  delete container[key];
  return value;
}

function replace(document: Container, path: string, value: unknown): Container {
  if (path === '') {
    if (typeof value !== 'object' || value === null) throw new Inapplicable('a document must be an object or a list');
    return value as Container;
  }
  const { container, key } = locate(document, path);
  if (Array.isArray(container)) container[elementIndex(key, container.length)] = value;
  else setField(container, key, value);
  return document;
}

function test(document: Container, path: string, expected: unknown): void {
  const actual = path === '' ? document : (get(document, path) ?? null);
  if (!equal(actual, expected)) throw new Inapplicable('test failed');
}

function equal(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (Array.isArray(left) || Array.isArray(right)) {
    if (!Array.isArray(left) || !Array.isArray(right) || left.length !== right.length) return false;
    return left.every((element, at) => equal(element, right[at]));
  }
  if (!isMap(left) || !isMap(right)) return false;
  const names = Object.keys(left);
  if (names.length !== Object.keys(right).length) return false;
  return names.every((name) => Object.hasOwn(right, name) && equal(left[name], right[name]));
}
