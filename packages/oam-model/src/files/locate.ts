import { type Document, isAlias, isMap, isNode, isScalar, isSeq, type Pair, type YAMLMap } from 'yaml';
import type { PathSegment } from '../field-path.ts';

/**
 * Offset of the field in the text: of its key in an object, of the item in a list; that of the nearest parent which
 * exists when the field does not. Aliases and merge keys are followed.
 */
export function locateOffset(document: Document.Parsed, segments: readonly PathSegment[]): number {
  let node: unknown = document.contents;
  let offset = offsetOf(node) ?? 0;
  for (const segment of segments) {
    const container = isAlias(node) ? node.resolve(document) : node;
    const found = stepInto(container, segment, document);
    if (!found) break;
    node = found.value;
    offset = found.offset ?? offset;
  }
  return offset;
}

interface Step {
  readonly value: unknown;
  readonly offset: number | undefined;
}

function stepInto(container: unknown, segment: PathSegment, document: Document.Parsed): Step | undefined {
  if (isSeq(container) && typeof segment === 'number') {
    const item = container.items[segment];
    return item === undefined ? undefined : { value: item, offset: offsetOf(item) };
  }
  if (!isMap(container)) return undefined;
  const pair = pairOf(container, String(segment), document);
  return pair && { value: pair.value, offset: offsetOf(pair.key) };
}

function pairOf(map: YAMLMap, name: string, document: Document.Parsed): Pair | undefined {
  const named = (key: string) => map.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === key);
  const own = named(name);
  if (own) return own;
  const merged = named('<<')?.value;
  for (const source of isSeq(merged) ? merged.items : [merged]) {
    const target = isAlias(source) ? source.resolve(document) : source;
    const found = isMap(target) ? pairOf(target, name, document) : undefined;
    if (found) return found;
  }
  return undefined;
}

function offsetOf(node: unknown): number | undefined {
  return isNode(node) ? (node.range?.[0] ?? undefined) : undefined;
}
