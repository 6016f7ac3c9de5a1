import type { JsonObject } from '@capstan/base';

/**
 * A JSON merge patch (RFC 7386) applied to a value: members are replaced, objects merged, `null` removes a member, lists
 * are replaced whole. Neither argument is changed.
 */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return structuredClone(patch);
  const result = new Map(isObject(target) ? Object.entries(structuredClone(target)) : []);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) result.delete(key);
    else result.set(key, mergePatch(result.get(key), value));
  }
  return Object.fromEntries(result);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
