import { createRequire } from 'node:module';
import type { JsonObject } from '@capstan/base';
import type * as Cel from '@marcbachmann/cel-js';
import { rulesOf } from './constraints.ts';
import { isMap } from './schema-node.ts';

/** What CEL rules say about an object. */
export interface CelVerdict {
  readonly problems: readonly string[];
  /** Rules that use functions of the API server which are missing here. */
  readonly unknown: readonly string[];
}

const require = createRequire(import.meta.url);
const programs = new Map<string, Cel.ParseResult | undefined>();
let environment: Cel.Environment | undefined;

/**
 * The rules of a schema that an object breaks, other than `known` ones. Rules over `oldSelf` hold for changes only and
 * are left out. A rule that needs functions which only the API server has is `unknown`.
 */
export function celProblems(schema: JsonObject, object: JsonObject, known: ReadonlySet<string>): CelVerdict {
  const problems: string[] = [];
  const unknown = new Set<string>();
  const pending: { value: unknown; node: JsonObject; path: string }[] = [{ value: object, node: schema, path: '' }];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    const { value, node, path } = at;
    if (value === undefined || value === null) continue;
    for (const rule of rulesOf(node)) {
      if (known.has(rule) || /\boldSelf\b/.test(rule)) continue;
      const result = evaluate(rule, toCel(value, node));
      if (result === 'unknown') unknown.add(`the rule ${rule}`);
      else if (!result) problems.push(`${path || 'the object'} must fulfil ${rule}`);
    }
    pending.push(...below(value, node, path));
  }
  return { problems, unknown: [...unknown] };
}

/** Whether a schema has rules that are not known yet. */
export function hasNewRules(schema: JsonObject, known: ReadonlySet<string>): boolean {
  return allRules(schema).some((rule) => !known.has(rule));
}

/** All rules of a schema. */
export function allRules(schema: JsonObject): string[] {
  const rules: string[] = [];
  const pending: JsonObject[] = [schema];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    rules.push(...rulesOf(node));
    const properties = isMap(node['properties']) ? Object.values(node['properties']) : [];
    pending.push(...[...properties, node['items'], node['additionalProperties']].filter(isMap));
  }
  return rules;
}

function evaluate(rule: string, self: unknown): boolean | 'unknown' {
  const program = programOf(rule);
  if (!program) return 'unknown';
  try {
    return program({ self }) === true;
  } catch {
    // Evaluation fails for functions that are missing here and for values of other types: nobody can tell then.
    return 'unknown';
  }
}

function programOf(rule: string): Cel.ParseResult | undefined {
  if (!programs.has(rule)) programs.set(rule, parse(rule));
  return programs.get(rule);
}

function parse(rule: string): Cel.ParseResult | undefined {
  // Loaded at the first rule: most plans never see one.
  const cel = require('@marcbachmann/cel-js') as typeof Cel;
  environment ??= new cel.Environment({
    enableOptionalTypes: true,
    homogeneousAggregateLiterals: false,
  }).registerVariable('self', 'dyn');
  try {
    return environment.parse(rule);
  } catch {
    return undefined;
  }
}

function below(value: unknown, node: JsonObject, path: string): { value: unknown; node: JsonObject; path: string }[] {
  const { items } = node;
  if (Array.isArray(value)) {
    return isMap(items) ? value.map((item, index) => ({ value: item, node: items, path: `${path}[${index}]` })) : [];
  }
  if (!isMap(value)) return [];
  return Object.entries(value).flatMap(([key, member]) => {
    const found = memberNode(node, key);
    return found ? [{ value: member, node: found, path: path === '' ? key : `${path}.${key}` }] : [];
  });
}

function memberNode(node: JsonObject, key: string): JsonObject | undefined {
  const properties = isMap(node['properties']) ? node['properties'] : {};
  const found = Object.hasOwn(properties, key) ? properties[key] : node['additionalProperties'];
  return isMap(found) ? found : undefined;
}

/** JSON as CEL sees it: whole numbers are `int` where the schema says so, times are timestamps, names are escaped. */
function toCel(value: unknown, node: JsonObject | undefined): unknown {
  if (typeof value === 'number') return toNumber(value, node);
  if (typeof value === 'string') return node?.['format'] === 'date-time' ? new Date(value) : value;
  if (Array.isArray(value)) {
    const items = isMap(node?.['items']) ? node['items'] : undefined;
    return value.map((item) => toCel(item, items));
  }
  if (!isMap(value)) return value;
  const isObject = isMap(node?.['properties']);
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      isObject ? escapeName(key) : key,
      toCel(member, node ? memberNode(node, key) : undefined),
    ]),
  );
}

function toNumber(value: number, node: JsonObject | undefined): unknown {
  return Number.isInteger(value) && node?.['type'] !== 'number' ? BigInt(value) : value;
}

/** How the API server writes names that are no identifiers of CEL. */
function escapeName(name: string): string {
  return name
    .replaceAll('__', '__underscores__')
    .replaceAll('.', '__dot__')
    .replaceAll('-', '__dash__')
    .replaceAll('/', '__slash__');
}
