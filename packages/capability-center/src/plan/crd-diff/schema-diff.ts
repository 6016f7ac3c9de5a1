import type { JsonObject } from '@capstan/base';
import { constraintFindings } from './constraints.ts';
import { isMap, type SchemaFinding, same, stringsOf } from './schema-node.ts';

/** What a comparison of two schemas found. */
export interface SchemaDiff {
  readonly findings: readonly SchemaFinding[];
  /** Paths of fields that only the new schema has. */
  readonly added: readonly string[];
}

const MAX_DEPTH = 64;

/** Keywords that say nothing about which objects are valid. */
const DOCUMENTATION = ['description', 'title', 'example', 'examples', 'externalDocs', '$schema', 'id', '$comment'];

/** Keywords that the rules below understand; a difference in any other one is unknown and therefore unsafe. */
const UNDERSTOOD = new Set([
  ...DOCUMENTATION,
  'type',
  'properties',
  'required',
  'items',
  'additionalProperties',
  'default',
  'enum',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
  'multipleOf',
  'uniqueItems',
  'pattern',
  'format',
  'nullable',
  'x-kubernetes-int-or-string',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-embedded-resource',
  'x-kubernetes-validations',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-map-type',
]);

interface Pair {
  readonly before: JsonObject;
  readonly after: JsonObject;
  readonly path: string;
  readonly depth: number;
}

/**
 * How the objects that a schema accepts and keeps change, by rules that fail closed: what only gets looser is no
 * finding, what may get tighter is one, and what no rule understands is an `unknown-change`. Pure; no recursion limit is
 * ever exceeded silently.
 */
export function diffSchemas(before: JsonObject, after: JsonObject): SchemaDiff {
  const findings: SchemaFinding[] = [];
  const added: string[] = [];
  const pending: Pair[] = [{ before, after, path: '', depth: 0 }];
  for (let pair = pending.pop(); pair !== undefined; pair = pending.pop()) {
    if (same(pair.before, pair.after)) continue;
    if (pair.depth > MAX_DEPTH) {
      findings.push({ rule: 'unknown-change', path: pair.path, message: 'is nested too deeply to be compared' });
      continue;
    }
    findings.push(...nodeFindings(pair));
    pending.push(...children(pair, findings, added));
  }
  return { findings, added: added.sort() };
}

function nodeFindings({ before, after, path }: Pair): SchemaFinding[] {
  const found = [
    ...constraintFindings(before, after),
    ...requiredFindings(before, after),
    ...unknownFindings(before, after),
  ];
  return found.map(({ path: below, ...finding }) => ({ ...finding, path: joined(path, below) }));
}

function requiredFindings(before: JsonObject, after: JsonObject): SchemaFinding[] {
  const had = new Set(stringsOf(before['required']));
  const properties = isMap(after['properties']) ? after['properties'] : {};
  return stringsOf(after['required'])
    .filter((name) => !had.has(name))
    .filter((name) => !(isMap(properties[name]) && 'default' in properties[name]))
    .map((name) => ({ rule: 'required-added', path: name, message: 'must be set now' }));
}

function unknownFindings(before: JsonObject, after: JsonObject): SchemaFinding[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((key) => !UNDERSTOOD.has(key));
  return keys
    .filter((key) => !same(before[key], after[key]))
    .map((key) => ({ rule: 'unknown-change', path: '', message: `has another "${key}"` }));
}

/** The pairs of schemas below, and the findings for those that have no partner. */
function children(pair: Pair, findings: SchemaFinding[], added: string[]): Pair[] {
  const { before, after, path, depth } = pair;
  const below: Pair[] = [];
  const [was, is] = [before['properties'], after['properties']].map((value) => (isMap(value) ? value : {})) as [
    JsonObject,
    JsonObject,
  ];
  for (const name of [...new Set([...Object.keys(was), ...Object.keys(is)])].sort()) {
    const at = joined(path, name);
    const [old, fresh] = [was[name], is[name]];
    if (isMap(old) && isMap(fresh)) below.push({ before: old, after: fresh, path: at, depth: depth + 1 });
    else if (isMap(fresh)) {
      added.push(at);
      const entries = before['additionalProperties'];
      if (isMap(entries)) below.push({ before: entries, after: fresh, path: at, depth: depth + 1 });
      else findings.push(...addedField(before, fresh, at));
    } else findings.push(...removedField(after, old, at, below, depth));
  }
  below.push(...itemPair(pair, findings), ...mapPair(pair, findings));
  return below;
}

/** A new field constrains what was a free entry or an unknown field that was kept until now. */
function addedField(before: JsonObject, fresh: JsonObject, path: string): SchemaFinding[] {
  if (before['x-kubernetes-preserve-unknown-fields'] === true || takesAnyMember(before)) {
    return [{ rule: 'type-changed', path, message: 'was a free field and has a schema now' }];
  }
  return 'default' in fresh ? [{ rule: 'default-added', path, message: 'is set where nobody sets it' }] : [];
}

/** A field that is gone: unless the new schema keeps every field, or takes it as an entry of a map. */
function removedField(after: JsonObject, old: unknown, path: string, below: Pair[], depth: number): SchemaFinding[] {
  if (after['x-kubernetes-preserve-unknown-fields'] === true || takesAnyMember(after)) return [];
  const entries = after['additionalProperties'];
  if (isMap(entries) && isMap(old)) {
    below.push({ before: old, after: entries, path, depth: depth + 1 });
    return [];
  }
  return [{ rule: 'field-removed', path, message: 'is no field any more: it is dropped from objects that have it' }];
}

function takesAnyMember(schema: JsonObject): boolean {
  return schema['additionalProperties'] === true;
}

function itemPair({ before, after, path, depth }: Pair, findings: SchemaFinding[]): Pair[] {
  const [old, fresh] = [before['items'], after['items']];
  if (fresh === undefined || same(old, fresh)) return [];
  if (isMap(old) && isMap(fresh)) return [{ before: old, after: fresh, path: `${path}[]`, depth: depth + 1 }];
  findings.push({ rule: 'type-changed', path: `${path}[]`, message: 'has a schema now and had none' });
  return [];
}

function mapPair({ before, after, path, depth }: Pair, findings: SchemaFinding[]): Pair[] {
  const [old, fresh] = [before['additionalProperties'], after['additionalProperties']];
  if (same(old, fresh)) return [];
  const at = `${path}{}`;
  if (isMap(old) && isMap(fresh)) return [{ before: old, after: fresh, path: at, depth: depth + 1 }];
  const kept = after['x-kubernetes-preserve-unknown-fields'] === true;
  const loosened =
    fresh === true || (old === undefined && fresh !== false) || old === false || (fresh === undefined && kept);
  const free = old === undefined && before['x-kubernetes-preserve-unknown-fields'] === true && isMap(fresh);
  if (!loosened || free) {
    findings.push({ rule: 'additional-properties-narrowed', path: at, message: 'takes fewer entries than before' });
  }
  return [];
}

function joined(path: string, below: string | undefined): string {
  if (below === undefined || below === '') return path;
  return path === '' ? below : `${path}.${below}`;
}
