import { createHash } from 'node:crypto';
import { CapstanError } from '@capstan/base';
import { MODEL_CODES } from './codes.ts';

/**
 * The canonical JSON of a value (RFC 8785): keys sorted by UTF-16 code units, no white space, numbers as ECMAScript
 * prints them. Object members that are undefined are left out, as JSON.stringify does. Throws
 * CAPSTAN_JSON_NOT_CANONICAL for what JSON cannot carry: NaN, infinities, functions, lone surrogates, dates, and more than
 * 1000 levels of nesting.
 */
export function canonicalJson(value: unknown): string {
  return write(value, '', 0);
}

/** `sha256:` and the hex digest of the value's canonical JSON. */
export function digestOf(value: unknown): string {
  return digestOfText(canonicalJson(value));
}

/** `sha256:` and the hex digest of text or bytes as they are. */
export function digestOfText(text: string | Uint8Array): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

/** Deeper than anything that is written by hand, and shallow enough for the stack. */
const MAX_DEPTH = 1000;

function write(value: unknown, path: string, depth: number): string {
  if (depth > MAX_DEPTH) throw notCanonical('', `nested more than ${MAX_DEPTH} levels deep`);
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return writeString(value, path);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw notCanonical(path, String(value));
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) {
    return `[${value.map((item, index) => write(item, `${path}[${index}]`, depth + 1)).join(',')}]`;
  }
  if (typeof value === 'object' && isPlain(value)) return writeObject(value, path, depth);
  throw notCanonical(path, typeof value === 'object' ? 'an object of a class' : `a ${typeof value}`);
}

function writeObject(value: object, path: string, depth: number): string {
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  members.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${members.map(([key, member]) => `${writeString(key, path)}:${write(member, `${path}.${key}`, depth + 1)}`).join(',')}}`;
}

function writeString(value: string, path: string): string {
  if (!value.isWellFormed()) throw notCanonical(path, 'text with half a surrogate pair');
  return JSON.stringify(value);
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function notCanonical(path: string, what: string): CapstanError {
  const at = path === '' ? 'The value' : `The value at ${path.replace(/^\./, '')}`;
  return new CapstanError(MODEL_CODES.notCanonical, `${at} has no canonical JSON form: it is ${what}.`, {
    hint: 'Only null, booleans, finite numbers, text, lists and plain objects can be hashed.',
    fields: { path },
  });
}
