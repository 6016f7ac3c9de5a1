import type { StatusCause } from '../model/api-error.ts';
import { child, duplicate, forbidden, index, invalid, key, OMITTED, required } from '../model/field-error.ts';
import type { SchemaNode } from '../model/schema.ts';
import { itemsByKey } from '../schema/checks.ts';
import { isMap, type JsonMap, own, sameJson } from '../schema/json.ts';
import { BudgetExceeded, withinBudget } from './budget.ts';
import { type CompiledRule, type RuleSet, ruleSet, ruleText } from './compile.ts';
import { celLibrary } from './engine.ts';
import { evaluationProblem } from './errors.ts';
import { hasRules } from './rules.ts';

/*
 * CEL rules of structural schemas (x-kubernetes-validations): apiextensions-apiserver pkg/apiserver/schema/cel. Time
 * takes the place of cost: see budget.ts.
 */

const OUT_OF_BUDGET = 'validation failed due to running out of cost budget, no further validation rules will be run';
/** Bytes of a message that an expression may make. */
const MAX_MESSAGE = 5 * 1024;

interface Visit {
  readonly schema: SchemaNode;
  /** The node whose values the rules see; differs from `schema` below allOf. */
  readonly typeSchema: SchemaNode;
  readonly value: unknown;
  /** The value before; undefined where there is none that corresponds. */
  readonly live: unknown;
  readonly path: string;
  readonly root: boolean;
  /** It, or what it is part of, is as before: what is wrong is not complained about. */
  readonly unchanged: boolean;
  readonly ratchet: boolean;
}

/** How rules are applied. */
export interface RuleOptions {
  /** The value is a whole resource. */
  readonly root: boolean;
  /** What did not change is not complained about. */
  readonly ratchet: boolean;
}

/**
 * What the rules of a schema find wrong with an object. `live` is the object before an update: rules that use oldSelf
 * are only evaluated where it has a corresponding value. Rules that this server cannot evaluate are left out.
 */
export function validateRules(
  schema: SchemaNode,
  value: unknown,
  live?: unknown,
  { root, ratchet }: RuleOptions = { root: true, ratchet: true },
): StatusCause[] {
  if (!hasRules(schema)) return [];
  const causes: StatusCause[] = [];
  try {
    withinBudget(() =>
      visit({ schema, typeSchema: schema, value, live, path: '', root, ratchet, unchanged: false }, causes),
    );
  } catch (error) {
    if (!(error instanceof BudgetExceeded)) throw error;
    return [invalid('', schema.type ?? '', OUT_OF_BUDGET)];
  }
  return causes;
}

function visit(at: Visit, causes: StatusCause[]): void {
  const { schema, typeSchema, value, live } = at;
  if (!hasRules(schema) || value === null || value === undefined) return;
  const unchanged = at.unchanged || (at.ratchet && live !== undefined && sameJson(value, live));
  if ((schema['x-kubernetes-validations'] ?? []).length > 0) evaluateNode({ ...at, unchanged }, causes);
  for (const part of schema.allOf ?? []) visit({ ...at, schema: part, typeSchema, unchanged: false }, causes);
  const below = { ...at, root: false, unchanged };
  if (Array.isArray(value)) visitItems(value, below, causes);
  else if (isMap(value)) visitFields(value, below, causes);
}

function visitFields(map: JsonMap, at: Visit, causes: StatusCause[]): void {
  const { schema, typeSchema, live, path } = at;
  const values = schema.additionalProperties;
  const typedValues = typeSchema.additionalProperties;
  for (const [name, value] of Object.entries(map)) {
    const before = isMap(live) ? own(live, name) : undefined;
    const property = schema.properties && own(schema.properties, name);
    const typed = typeSchema.properties && own(typeSchema.properties, name);
    if (property && typed) {
      const root = typed['x-kubernetes-embedded-resource'] === true;
      visit({ ...at, schema: property, typeSchema: typed, value, live: before, path: child(path, name), root }, causes);
    } else if (typeof values === 'object' && typeof typedValues === 'object') {
      visit({ ...at, schema: values, typeSchema: typedValues, value, live: before, path: key(path, name) }, causes);
    }
  }
}

function visitItems(list: readonly unknown[], at: Visit, causes: StatusCause[]): void {
  const { items } = at.schema;
  const typed = at.typeSchema.items;
  if (!items || !typed) return;
  const isMapList = at.typeSchema['x-kubernetes-list-type'] === 'map';
  const before =
    isMapList && Array.isArray(at.live)
      ? itemsByKey(at.live, at.typeSchema['x-kubernetes-list-map-keys'] ?? [])
      : undefined;
  for (const [position, item] of list.entries()) {
    const live = before?.(item);
    visit({ ...at, schema: items, typeSchema: typed, value: item, live, path: index(at.path, position) }, causes);
  }
}

function evaluateNode(at: Visit, causes: StatusCause[]): void {
  const rules: RuleSet = ruleSet(at.schema, at.typeSchema, at.root);
  const self = rules.convert(at.value);
  const hasLive = at.live !== undefined && at.live !== null;
  const oldSelf = hasLive ? rules.convert(at.live) : undefined;
  for (const result of rules.results) {
    if (result.is === 'wrong') {
      // It was refused when the CRD was written, so this is a schema from elsewhere.
      causes.push(invalid(at.path, at.typeSchema.type ?? '', `rule compile error: ${result.detail}`));
    }
    if (result.is !== 'compiled') continue;
    const { compiled } = result;
    const optional = compiled.rule.optionalOldSelf === true;
    if (compiled.usesOldSelf && !hasLive && !optional) continue;
    const bindings = { self, ...(compiled.usesOldSelf && { oldSelf: optional ? optionalOf(oldSelf) : oldSelf }) };
    const cause = evaluateRule(compiled, bindings, at);
    if (cause && (compiled.usesOldSelf || !at.unchanged)) causes.push(cause);
  }
}

function optionalOf(value: unknown): unknown {
  const { Optional } = celLibrary();
  return value === undefined ? Optional.none() : Optional.of(value);
}

function evaluateRule(compiled: CompiledRule, bindings: Record<string, unknown>, at: Visit): StatusCause | undefined {
  const type = at.typeSchema.type ?? '';
  let result: unknown;
  try {
    result = compiled.evaluate(bindings);
  } catch (error) {
    if (error instanceof BudgetExceeded) throw error;
    const problem = evaluationProblem(error);
    const text = ruleText(compiled.rule);
    return invalid(
      at.path,
      type,
      problem === 'no such overload'
        ? `'${problem}': call arguments did not match a supported operator, function or macro signature for rule: ${text}`
        : `${problem} evaluating rule: ${text}`,
    );
  }
  if (result === true) return undefined;
  const path = compiled.fieldPath === '' ? at.path : child(at.path, compiled.fieldPath);
  const shown = type === 'object' || type === 'array' ? OMITTED : at.value;
  return causeOf(path, shown, messageOf(compiled, bindings), compiled.rule.reason);
}

function causeOf(path: string, value: unknown, detail: string, reason: string | undefined): StatusCause {
  switch (reason) {
    case 'FieldValueForbidden':
      return forbidden(path, detail);
    case 'FieldValueRequired':
      return required(path, detail);
    case 'FieldValueDuplicate':
      return duplicate(path, value);
    default:
      return invalid(path, value, detail);
  }
}

/** What the message expression says, where it says something usable; else the message; else the rule. */
function messageOf(compiled: CompiledRule, bindings: Record<string, unknown>): string {
  try {
    const made = compiled.message?.(bindings);
    const text = typeof made === 'string' ? made.trim() : '';
    if (text !== '' && !text.includes('\n') && Buffer.byteLength(text) <= MAX_MESSAGE) return text;
  } catch (error) {
    if (error instanceof BudgetExceeded) throw error;
  }
  const { rule } = compiled;
  return (rule.message ?? '') === '' ? `failed rule: ${rule.rule.trim()}` : (rule.message ?? '').trim();
}
