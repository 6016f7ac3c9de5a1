import type { Json } from './types.ts';

const PART = /\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]|([^.[\]]+)/g;

/** The parts of a path such as `items[0].metadata.annotations["a.b/c"].x`. */
export function parsePath(path: string): (string | number)[] {
  return [...path.matchAll(PART)].map(([, index, quoted, plain]) =>
    index !== undefined ? Number(index) : (quoted ?? plain ?? ''),
  );
}

/** What is at a path; undefined where there is nothing. */
export function readPath(tree: Json | undefined, path: string): Json | undefined {
  let at = tree;
  for (const part of parsePath(path)) {
    if (at === null || typeof at !== 'object') return undefined;
    at = (at as Record<string | number, Json | undefined>)[part];
  }
  return at;
}

/** A copy of the tree without what is at the paths; a `*` stands for every key or index. */
export function withoutPaths(tree: Json, paths: readonly string[]): Json {
  if (paths.length === 0) return tree;
  const copy = structuredClone(tree);
  for (const path of paths) remove(copy, path.split('.*').join('[*]') === path ? parsePath(path) : parseStars(path));
  return copy;
}

function parseStars(path: string): (string | number)[] {
  return parsePath(path.replaceAll('[*]', '.*'));
}

function remove(at: unknown, parts: readonly (string | number)[]): void {
  const [first, ...rest] = parts;
  if (first === undefined || at === null || typeof at !== 'object') return;
  const map = at as Record<string | number, unknown>;
  if (first === '*') {
    for (const key of Object.keys(map)) remove(at, [key, ...rest]);
  } else if (rest.length === 0) {
    delete map[first];
  } else {
    remove(map[first], rest);
  }
}
