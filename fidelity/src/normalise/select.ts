import { parsePath, readPath } from '../script/path.ts';
import type { Json } from '../script/types.ts';

/** A tree with only what is at the paths; a path without value is left out. */
export function selectPaths(tree: Json, paths: readonly string[]): Json {
  const selected: Record<string, unknown> = {};
  for (const path of paths) {
    const value = readPath(tree, path);
    if (value !== undefined) set(selected, parsePath(path).map(String), value);
  }
  return selected as Json;
}

function set(tree: Record<string, unknown>, parts: readonly string[], value: Json): void {
  const [first = '', ...rest] = parts;
  if (rest.length === 0) {
    tree[first] = value;
    return;
  }
  const next = (tree[first] ?? {}) as Record<string, unknown>;
  tree[first] = next;
  set(next, rest, value);
}
