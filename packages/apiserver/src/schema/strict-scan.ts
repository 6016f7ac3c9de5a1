import type { SchemaNode } from '../model/schema.ts';
import { isMap, own } from './json.ts';

/** Finds the schema of a field: a node, `any` where everything below is allowed, or undefined for an unknown field. */
export type FieldLookup = (schema: SchemaNode | 'any', name: string) => SchemaNode | 'any' | undefined;

/** Built-in types: objects without known fields (RawExtension, JSON) hold anything. */
export const builtinField: FieldLookup = (schema, name) => {
  if (schema === 'any' || (!schema.properties && schema.additionalProperties === undefined)) return 'any';
  if (schema['x-kubernetes-preserve-unknown-fields'] === true) return 'any';
  const property = schema.properties && own(schema.properties, name);
  if (property) return property;
  if (schema.additionalProperties === undefined || schema.additionalProperties === false) return undefined;
  return schema.additionalProperties === true ? 'any' : schema.additionalProperties;
};

/** Every field is known. */
export const anyField: FieldLookup = () => 'any';

/** Whether an object has a field that its schema does not know. The quick check before a scan of the text. */
export function hasUnknownFields(value: unknown, schema: SchemaNode | 'any', lookup: FieldLookup): boolean {
  if (schema === 'any' || typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some((item) => hasUnknownFields(item, schema.items ?? 'any', lookup));
  return (
    isMap(value) &&
    Object.keys(value).some((name) => {
      const node = lookup(schema, name);
      return node === undefined || hasUnknownFields(value[name], node, lookup);
    })
  );
}

/** How many fields a JSON value has in all its objects. */
export function countFields(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let count = Array.isArray(value) ? 0 : Object.keys(value).length;
  for (const item of Object.values(value)) if (typeof item === 'object') count += countFields(item);
  return count;
}

/** How many fields a JSON text has, and how deep it is. The text must be valid JSON. */
export function measureText(text: string): { readonly fields: number; readonly depth: number } {
  let fields = 0;
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) {
      at = endOfString(text, at) - 1;
    } else if (unit === COLON) {
      fields += 1;
    } else if (unit === OPEN_BRACE || unit === OPEN_BRACKET) {
      depth += 1;
      if (depth > deepest) deepest = depth;
    } else if (unit === CLOSE_BRACE || unit === CLOSE_BRACKET) {
      depth -= 1;
    }
  }
  return { fields, depth: deepest };
}

const QUOTE = 0x22;
const COLON = 0x3a;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const BACKSLASH = 0x5c;

/** The position after the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at + 1;
}

/** As sigs.k8s.io/json: no more than this many are told. */
const MAX_ERRORS = 100;

interface Frame {
  readonly path: string;
  readonly schema: SchemaNode | 'any';
  /** Names seen, of an object. */
  readonly names?: Set<string>;
  /** Position, of a list. */
  index: number;
  /** Not looked into: below an unknown field. */
  readonly skipped: boolean;
}

/**
 * `duplicate field "spec.a"` and `unknown field "spec.list[0].b"`, in the order of the text, each once. What is below
 * an unknown field is not looked at. The text must be valid JSON.
 */
export function scanStrict(text: string, schema: SchemaNode | 'any', lookup: FieldLookup): string[] {
  const scan = new StrictScan(schema, lookup);
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) {
      const end = endOfString(text, at);
      if (isKey(text, end)) scan.field(JSON.parse(text.slice(at, end)) as string);
      at = end - 1;
    } else {
      scan.punctuation(unit);
    }
  }
  return [...scan.errors].slice(0, MAX_ERRORS);
}

/** Whether a colon follows. */
function isKey(text: string, end: number): boolean {
  let at = end;
  while (at < text.length && text.charCodeAt(at) <= 0x20) at += 1;
  return text.charCodeAt(at) === COLON;
}

class StrictScan {
  readonly errors = new Set<string>();
  readonly #frames: Frame[] = [];
  readonly #lookup: FieldLookup;
  /** The value that comes next. */
  #next: Pick<Frame, 'path' | 'schema' | 'skipped'>;

  constructor(schema: SchemaNode | 'any', lookup: FieldLookup) {
    this.#next = { path: '', schema, skipped: false };
    this.#lookup = lookup;
  }

  punctuation(unit: number): void {
    if (unit === OPEN_BRACE) {
      this.#frames.push({ ...this.#next, names: new Set(), index: 0 });
    } else if (unit === OPEN_BRACKET) {
      this.#frames.push({ ...this.#next, index: 0 });
      this.#item();
    } else if (unit === COMMA) {
      this.#item();
    } else if (unit === CLOSE_BRACE || unit === CLOSE_BRACKET) {
      this.#frames.pop();
    }
  }

  field(name: string): void {
    const frame = this.#frames.at(-1);
    if (!frame?.names) return;
    const path = frame.path === '' ? name : `${frame.path}.${name}`;
    const node = this.#lookup(frame.schema, name);
    if (!frame.skipped) {
      if (node === undefined) this.errors.add(`unknown field "${path}"`);
      else if (frame.names.has(name)) this.errors.add(`duplicate field "${path}"`);
    }
    frame.names.add(name);
    this.#next = { path, schema: node ?? 'any', skipped: frame.skipped || node === undefined };
  }

  #item(): void {
    const frame = this.#frames.at(-1);
    if (!frame || frame.names) return;
    const items = frame.schema === 'any' ? 'any' : (frame.schema.items ?? 'any');
    this.#next = { path: `${frame.path}[${frame.index}]`, schema: items, skipped: frame.skipped };
    frame.index += 1;
  }
}
