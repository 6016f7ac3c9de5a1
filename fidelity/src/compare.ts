import type { Normal } from './normalise/normalise.ts';
import type { Json, JsonMap } from './script/types.ts';

/** One place at which two answers differ; absent sides are undefined. */
export interface Difference {
  /** Path in the answer, such as `body.spec.replicas` or `warnings[0]`. */
  readonly path: string;
  readonly real?: Json;
  readonly embedded?: Json;
}

/** All places at which two answers differ; the order of map keys does not count. */
export function compare(real: Normal, embedded: Normal): Difference[] {
  const found: Difference[] = [];
  walk('', real as unknown as Json, embedded as unknown as Json, found);
  return found;
}

function walk(path: string, real: Json | undefined, embedded: Json | undefined, found: Difference[]): void {
  if (real === embedded) return;
  if (isMap(real) && isMap(embedded)) {
    for (const key of new Set([...Object.keys(real), ...Object.keys(embedded)])) {
      walk(joinKey(path, key), real[key], embedded[key], found);
    }
    return;
  }
  if (Array.isArray(real) && Array.isArray(embedded)) {
    for (let at = 0; at < Math.max(real.length, embedded.length); at++) {
      walk(`${path}[${at}]`, real[at] as Json | undefined, embedded[at] as Json | undefined, found);
    }
    return;
  }
  found.push({ path, ...(real !== undefined && { real }), ...(embedded !== undefined && { embedded }) });
}

function joinKey(path: string, key: string): string {
  if (!/^[\w$-]+$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === '' ? key : `${path}.${key}`;
}

function isMap(value: Json | undefined): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
