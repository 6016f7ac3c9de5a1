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
    const [left, right] = [byKey(real), byKey(embedded)];
    if (left !== undefined && right !== undefined) {
      const [before, after] = [Object.keys(left), Object.keys(right)];
      const isSameSet = before.toSorted().join() === after.toSorted().join();
      if (isSameSet && before.join() !== after.join())
        found.push({ path: `${path}.order`, real: before, embedded: after });
      walk(path, left, right, found);
      return;
    }
    for (let at = 0; at < Math.max(real.length, embedded.length); at++) {
      walk(`${path}[${at}]`, real[at] as Json | undefined, embedded[at] as Json | undefined, found);
    }
    return;
  }
  found.push({ path, ...(real !== undefined && { real }), ...(embedded !== undefined && { embedded }) });
}

/** Lists of objects and of field managers by name, so that one that is missing does not make all after it differ. */
function byKey(list: readonly Json[]): JsonMap | undefined {
  if (list.length === 0) return undefined;
  const named: Record<string, Json> = {};
  for (const item of list) {
    const key = isMap(item) ? keyOf(item) : undefined;
    if (key === undefined || key in named) return undefined;
    named[key] = item;
  }
  return named;
}

function keyOf(item: JsonMap): string | undefined {
  const { metadata, manager, operation, subresource = '', apiVersion = '' } = item;
  if (typeof manager === 'string') return `${manager} ${operation} ${subresource} ${apiVersion}`;
  return isMap(metadata) && typeof metadata['name'] === 'string' ? metadata['name'] : undefined;
}

function joinKey(path: string, key: string): string {
  if (!/^[\w$-]+$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === '' ? key : `${path}.${key}`;
}

function isMap(value: Json | undefined): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
