import { badRequest } from '../model/errors.ts';
import type { JsonObject } from '../model/object.ts';
import { copyJson, isMap, own, setField } from '../schema/json.ts';
import { jsonTypeName } from './go-names.ts';

/**
 * Applies a JSON merge patch (RFC 7386) to a copy of a document, as gopkg.in/evanphx/json-patch.v4 does: nulls inside a value
 * that is taken over whole are left out, also in the objects of lists, unless that value replaces an object. Throws 400
 * where the patch is no object.
 */
export function applyMergePatch(document: JsonObject, patch: unknown): JsonObject {
  if (patch === null) throw badRequest('Invalid JSON Patch');
  if (!isMap(patch)) {
    const type = jsonTypeName(patch);
    throw badRequest(
      `error decoding patch: json: cannot unmarshal ${type} into Go value of type map[string]interface {}`,
    );
  }
  const result = copyJson(document);
  mergeInto(result, patch);
  return result;
}

function mergeInto(target: Record<string, unknown>, patch: Readonly<Record<string, unknown>>): void {
  for (const [name, change] of Object.entries(patch)) {
    const current = own(target, name);
    if (change === null) delete target[name];
    else if (!isMap(current)) setField(target, name, withoutNulls(change));
    else if (isMap(change)) mergeInto(current, change);
    else setField(target, name, copyJson(change));
  }
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isMap(value)) return value;
  const result: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(value)) {
    if (field !== null) setField(result, name, withoutNulls(field));
  }
  return result;
}
