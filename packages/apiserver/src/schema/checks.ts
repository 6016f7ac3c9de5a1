import { goQuote } from '../model/go-format.ts';
import type { SchemaNode } from '../model/schema.ts';
import { junctorCheck } from './check-junctors.ts';
import { enumCheck, numberCheck, stringCheck } from './check-scalars.ts';
import { type Check, type Finding, type Findings, type Kind, kindOf } from './findings.ts';
import { formatOf } from './formats.ts';
import { isMap, type JsonMap, own, sameJson } from './json.ts';

/*
 * Value rules compiled to closures, in the order and with the arithmetic of kube-openapi pkg/validation/validate
 * (schema.go and its validators). The order matters: of several failed alternatives the one with the most passed
 * checks is reported, so every validator counts as it does there.
 */

const compiled = new WeakMap<SchemaNode, Check>();

/** The check of a schema; compiled once per node. */
export function compileCheck(schema: SchemaNode): Check {
  let check = compiled.get(schema);
  if (!check) {
    compiled.set(schema, (...args) => compiled.get(schema)?.(...args));
    check = compile(schema);
    compiled.set(schema, check);
  }
  return check;
}

/** A check of a field or item: what did not change is not complained about. */
function ratcheted(schema: SchemaNode): Check {
  const check = compileCheck(schema);
  return (value, path, findings, live) => {
    const before = findings.list.length;
    check(value, path, findings, live);
    if (live !== undefined && findings.list.length > before && sameJson(value, live)) findings.list.length = before;
  };
}

/** The checks of values of one kind; the others do not apply. */
function checkOfKind(schema: SchemaNode): Record<Kind, Check | undefined> {
  const number = numberCheck(schema);
  return {
    null: undefined,
    boolean: undefined,
    string: stringCheck(schema),
    integer: number,
    number,
    array: listCheck(schema),
    object: mapCheck(schema),
  };
}

function compile(schema: SchemaNode): Check {
  const type = typeCheck(schema);
  const junctors = junctorCheck(schema, compileCheck);
  const checks = checkOfKind(schema);
  const allowed = schema.enum && schema.enum.length > 0 ? enumCheck(schema.enum) : undefined;
  return (value, path, findings, live) => {
    const kind = kindOf(value);
    type?.(kind, path, findings);
    if (kind === 'null') {
      allowed?.(value, path, findings, live);
      return;
    }
    junctors?.(value, path, findings, live);
    // One for each validator that applies (junctors count themselves too), and one for the whole.
    findings.count += (type ? 1 : 0) + 4;
    if (kind !== 'object') checks[kind]?.(value, path, findings, live);
    allowed?.(value, path, findings, live);
    if (kind === 'object') checks.object?.(value, path, findings, live);
  };
}

function isIntOrString(schema: SchemaNode): boolean {
  return schema['x-kubernetes-int-or-string'] === true;
}

type TypeCheck = (kind: Kind, name: string, findings: Findings) => void;

const NUMBER_FORMATS: Readonly<Partial<Record<Kind, string>>> = { integer: 'int64', number: 'float64' };

/** The rule of validate/type.go. Formats that are not checked at all are dropped before, as for every CRD. */
function typeCheck(schema: SchemaNode): TypeCheck | undefined {
  const types = isIntOrString(schema)
    ? ['integer', 'string']
    : schema.type === undefined
      ? []
      : [schema.type as string];
  const format = formatOf(schema.format)?.name ?? '';
  if (types.length === 0 && format === '') return undefined;
  const wanted = types.join(',');
  const wantsNumber = types.includes('number') || types.includes('integer');
  const fits = new Set<string>(wantsNumber && types.includes('number') ? [...types, 'integer'] : types);
  const wrong = (kind: Kind): readonly [expected: string, shown: string] | undefined => {
    if (kind === 'null') return types.length > 0 && schema.nullable !== true ? [wanted, 'null'] : undefined;
    if (fits.has(kind)) return undefined;
    return format === '' ? [wanted, kind] : wrongWithFormat(kind);
  };
  /** A format is told instead of the type, and texts are left to their format. */
  const wrongWithFormat = (kind: Kind): readonly [string, string] | undefined => {
    if (kind === 'string' || kind === 'array') return wantsNumber ? [wanted, kind] : undefined;
    return [format, NUMBER_FORMATS[kind] ?? ''];
  };
  return (kind, name, findings) => {
    const problem = wrong(kind);
    if (!problem) {
      findings.count += 1;
      return;
    }
    const [expected, shown] = problem;
    const text = `${name} in body must be of type ${expected}: ${goQuote(shown)}`;
    findings.list.push({ kind: 'type', name, text, value: shown });
  };
}

/** validate/slice_validator.go. */
function listCheck(schema: SchemaNode): Check {
  const { minItems, maxItems } = schema;
  const item = schema.items && ratcheted(schema.items);
  const keys = schema['x-kubernetes-list-type'] === 'map' ? (schema['x-kubernetes-list-map-keys'] ?? []) : undefined;
  return (value, name, findings, live) => {
    const list = value as readonly unknown[];
    findings.count += 2;
    if (item) {
      const liveItem = keys && Array.isArray(live) ? itemsByKey(live, keys) : undefined;
      for (let at = 0; at < list.length; at += 1) item(list[at], `${name}[${at}]`, findings, liveItem?.(list[at]));
    }
    if (minItems !== undefined && list.length < minItems) {
      const text = `${name} in body should have at least ${minItems} items`;
      findings.list.push({ kind: 'other', name, text, value: list.length });
    }
    if (maxItems !== undefined && list.length > maxItems) {
      const text = `${name} in body should have at most ${maxItems} items`;
      findings.list.push({ kind: 'too many', name, text, value: list.length, limit: maxItems });
    }
    if (schema.uniqueItems === true && list.some((one, at) => list.slice(0, at).some((two) => sameJson(one, two)))) {
      findings.list.push({ kind: 'other', name, text: `${name} in body shouldn't contain duplicates` });
    }
  };
}

/**
 * Finds the item of a list of list type map by the keys of another item; undefined where the keys are not unique or
 * absent (apiserver pkg/cel/common/maplist.go).
 */
export function itemsByKey(list: readonly unknown[], keys: readonly string[]): (item: unknown) => unknown {
  const identity = (item: unknown): string | undefined =>
    isMap(item) ? JSON.stringify(keys.map((name) => (Object.hasOwn(item, name) ? item[name] : null))) : undefined;
  const found = new Map<string, unknown>();
  for (const item of list) {
    const id = identity(item);
    if (id !== undefined && !found.has(id)) found.set(id, item);
  }
  return (item) => {
    const id = identity(item);
    return id === undefined ? undefined : found.get(id);
  };
}

/** validate/object_validator.go. */
function mapCheck(schema: SchemaNode): Check {
  const checks = new Map(Object.entries(schema.properties ?? {}).map(([name, node]) => [name, ratcheted(node)]));
  const { additionalProperties } = schema;
  const additional = typeof additionalProperties === 'object' ? ratcheted(additionalProperties) : undefined;
  const closed = additionalProperties === false;
  const required = schema.required ?? [];
  return (value, path, findings, live) => {
    const map = value as JsonMap;
    const names = Object.keys(map);
    checkSize(schema, names.length, path, findings);
    findings.count += 1;
    for (const name of names) {
      const check = checks.get(name);
      const known = check ?? additional;
      if (known)
        known(map[name], check && path === '' ? name : `${path}.${name}`, findings, liveField(live, name, path));
      else if (closed) findings.list.push(forbiddenField(path, name));
    }
    checkRequired(required, map, path, findings);
  };
}

function checkRequired(required: readonly string[], map: JsonMap, path: string, findings: Findings): void {
  for (const field of required) {
    if (Object.hasOwn(map, field)) continue;
    const name = `${path}.${field}`;
    findings.list.push({ kind: 'required', name, text: `${name} in body is required` });
  }
}

function forbiddenField(path: string, name: string): Finding {
  return { kind: 'other', name: path, text: `${path}.${name} in body is a forbidden property`, value: name };
}

/** The field before; the apiVersion of a whole object says nothing, for both are converted to the same. */
function liveField(live: unknown, name: string, path: string): unknown {
  if (!isMap(live) || (path === '' && (name === 'kind' || name === 'apiVersion'))) return undefined;
  return own(live, name);
}

function checkSize(schema: SchemaNode, size: number, name: string, findings: Findings): void {
  const { minProperties, maxProperties } = schema;
  if (minProperties !== undefined && size < minProperties) {
    const text = `${name} in body should have at least ${minProperties} properties`;
    findings.list.push({ kind: 'other', name, text, value: size });
  }
  if (maxProperties !== undefined && size > maxProperties) {
    const text = `${name} in body should have at most ${maxProperties} properties`;
    findings.list.push({ kind: 'too many', name, text, value: size, limit: maxProperties });
  }
}
