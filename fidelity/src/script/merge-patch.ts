import type { Json, JsonMap } from './types.ts';

/** The target with a JSON merge patch (RFC 7386) applied; neither is changed. */
export function mergePatch(target: Json | undefined, patch: Json): Json {
  if (!isMap(patch)) return patch;
  const merged: Record<string, Json> = isMap(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = mergePatch(merged[key], value);
  }
  return merged;
}

/** The JSON patch (RFC 6902) that adds or replaces the leaves of a merge patch, in an object that has their parents. */
export function jsonPatchOf(patch: JsonMap, present: JsonMap, pointer = ''): JsonMap[] {
  return Object.entries(patch).flatMap(([key, value]): JsonMap[] => {
    const path = `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    const at = present[key];
    if (isMap(value) && isMap(at)) return jsonPatchOf(value, at, path);
    return [{ op: at === undefined ? 'add' : 'replace', path, value }];
  });
}

function isMap(value: Json | undefined): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
