import { CapstanError } from '@capstan/base';
import { OAM_CODES } from './codes.ts';
import { isJsonObject, ownProperty, withProperty } from './json.ts';

/** A key of an object, or an index of a list. */
export type PathSegment = string | number;

/** The highest index that a path may name: setting it pads the list with nulls up to there. */
const MAX_INDEX = 1024;

/** Digits above this are the name of a field, as in the reference: no list has that many items. */
const MAX_UINT32 = 2 ** 32 - 1;

/**
 * The segments of a path such as `spec.containers[0].image` or `metadata.annotations[a.b/c]` (oam-v1alpha2: dots and
 * brackets; an unsigned integer in brackets is an index, in quotes the name of a field; quotes in brackets are stripped;
 * a name may follow a bracket without a dot). The empty path is the root. Throws CAPSTAN_FIELD_PATH_INVALID with the
 * position.
 */
export function parseFieldPath(path: string): PathSegment[] {
  const segments: PathSegment[] = [];
  let at = 0;
  while (at < path.length) {
    if (path[at] === '[') {
      const { segment, end } = bracket(path, at);
      segments.push(segment);
      at = end;
    } else {
      if (path[at] === '.') at = afterDot(path, at, segments.length > 0);
      const end = endOfName(path, at);
      segments.push(path.slice(at, end));
      at = end;
    }
  }
  return segments;
}

/** The path of segments; `parseFieldPath` reads it back. Keys with dots or brackets are put in brackets. */
export function formatFieldPath(segments: readonly PathSegment[]): string {
  let path = '';
  for (const segment of segments) {
    if (typeof segment === 'number') path += `[${segment}]`;
    else if (/[.[\]]/.test(segment)) path += bracketed(segment);
    else path += path === '' ? segment : `.${segment}`;
  }
  return path;
}

/** The value at a path, or undefined when something on the way is absent or no container. */
export function getField(object: unknown, path: string | readonly PathSegment[]): unknown {
  let value = object;
  for (const segment of segmentsOf(path)) {
    if (typeof segment === 'number') value = Array.isArray(value) ? value[segment] : undefined;
    else value = isJsonObject(value) ? ownProperty(value, segment) : undefined;
  }
  return value;
}

/**
 * A copy of the object with the value at the path. Missing and null parents are created, lists are padded with null.
 * Throws CAPSTAN_FIELD_PATH_BLOCKED when a scalar or the other kind of container is in the way.
 */
export function setField<T>(object: T, path: string | readonly PathSegment[], value: unknown): T {
  return put(object, segmentsOf(path), 0, value) as T;
}

function put(container: unknown, segments: readonly PathSegment[], depth: number, value: unknown): unknown {
  const segment = segments[depth];
  if (segment === undefined) return value;
  if (typeof segment === 'number') {
    const items = listAt(container, segments, depth);
    while (items.length <= segment) items.push(null);
    items[segment] = put(items[segment], segments, depth + 1, value);
    return items;
  }
  if (container !== undefined && container !== null && !isJsonObject(container)) {
    throw blocked(segments, depth, 'an object');
  }
  const parent = isJsonObject(container) ? container : {};
  return withProperty(parent, segment, put(ownProperty(parent, segment), segments, depth + 1, value));
}

function listAt(container: unknown, segments: readonly PathSegment[], depth: number): unknown[] {
  if (container === undefined || container === null) return [];
  if (!Array.isArray(container)) throw blocked(segments, depth, 'an array');
  return [...container];
}

function blocked(segments: readonly PathSegment[], depth: number, wanted: string): CapstanError {
  const place = formatFieldPath(segments.slice(0, depth)) || 'the root';
  return new CapstanError(OAM_CODES.fieldPathBlocked, `${place} is not ${wanted}`, {
    hint: `The path ${formatFieldPath(segments)} goes through it.`,
    terminal: true,
  });
}

function segmentsOf(path: string | readonly PathSegment[]): readonly PathSegment[] {
  return typeof path === 'string' ? parseFieldPath(path) : path;
}

/** The position behind a dot that is allowed here: between two segments, and never before a bracket or the end. */
function afterDot(path: string, at: number, between: boolean): number {
  const next = path[at + 1];
  if (!between || next === undefined || next === '.' || next === '[') throw invalid(path, at, 'a name is missing');
  return at + 1;
}

function endOfName(path: string, from: number): number {
  let end = from;
  while (end < path.length && path[end] !== '.' && path[end] !== '[') {
    if (path[end] === ']') throw invalid(path, end, 'this bracket closes nothing');
    end += 1;
  }
  return end;
}

function bracket(path: string, open: number): { segment: PathSegment; end: number } {
  const quote = path[open + 1];
  const quoted = quote === "'" || quote === '"' ? path.indexOf(`${quote}]`, open + 2) : -1;
  const close = quoted >= 0 ? quoted + 1 : path.indexOf(']', open);
  if (close < 0) throw invalid(path, open, 'the bracket is not closed');
  const inside = quoted >= 0 ? path.slice(open + 2, quoted) : path.slice(open + 1, close);
  const name = inside.replace(/^['"]+|['"]+$/g, '');
  if (name === '') throw invalid(path, open, 'the brackets are empty');
  if (quoted < 0 && name.includes('[')) throw invalid(path, open, 'the bracket is not closed');
  const isIndex = /^\d+$/.test(path.slice(open + 1, close)) && Number(name) <= MAX_UINT32;
  return { segment: isIndex ? indexOf(path, open, name) : name, end: close + 1 };
}

function indexOf(path: string, at: number, digits: string): number {
  const index = Number(digits);
  if (index > MAX_INDEX) throw invalid(path, at, `the index is above the limit of ${MAX_INDEX}`);
  return index;
}

function bracketed(segment: string): string {
  if (!segment.includes(']') && !segment.includes('[')) return `[${segment}]`;
  return segment.includes("'") ? `["${segment}"]` : `['${segment}']`;
}

function invalid(path: string, at: number, why: string): CapstanError {
  return new CapstanError(OAM_CODES.fieldPathInvalid, `cannot parse path "${path}": ${why} at position ${at + 1}`, {
    hint: 'Write fields with dots and indexes or dotted keys in brackets: spec.containers[0].image, metadata.annotations[a.b/c].',
    terminal: true,
  });
}
