import type { JsonObject } from '@capstan/base';
import { isMap, type SchemaFinding, same, stringsOf } from './schema-node.ts';

type Check = (before: JsonObject, after: JsonObject) => SchemaFinding[];

/** What changed in the constraints of one node of a schema, without the nodes below it. */
export function constraintFindings(before: JsonObject, after: JsonObject): SchemaFinding[] {
  return CHECKS.flatMap((check) => check(before, after));
}

function finding(rule: SchemaFinding['rule'], message: string): SchemaFinding[] {
  return [{ rule, path: '', message }];
}

const typeChanged: Check = (before, after) => {
  const [old, fresh] = [typeOf(before), typeOf(after)];
  if (old === fresh || fresh === 'anything') return [];
  const widened = fresh === 'number' && old === 'integer';
  const either = fresh === 'integer or string' && (old === 'integer' || old === 'string');
  return widened || either ? [] : finding('type-changed', `is ${fresh} now and was ${old}`);
};

const defaultChanged: Check = (before, after) => {
  if (same(before['default'], after['default'])) return [];
  if (!('default' in before)) return finding('default-added', 'is set where nobody sets it');
  if (!('default' in after)) return finding('default-removed', 'is not set any more where nobody sets it');
  return finding('default-changed', 'is set to something else where nobody sets it');
};

const enumNarrowed: Check = (before, after) => {
  const [old, fresh] = [before['enum'], after['enum']];
  if (!Array.isArray(fresh) || same(old, fresh)) return [];
  if (!Array.isArray(old)) return finding('enum-added', 'takes only certain values now');
  const gone = old.filter((value) => !fresh.some((other) => same(value, other)));
  return gone.length === 0
    ? []
    : finding('enum-narrowed', `does not take ${gone.map((value) => JSON.stringify(value)).join(', ')} any more`);
};

/** Bounds that only let less through: lower ones when they rise, upper ones when they fall. */
const LOWER = ['minimum', 'minLength', 'minItems', 'minProperties'];
const UPPER = ['maximum', 'maxLength', 'maxItems', 'maxProperties'];
const ZERO_IS_NONE = ['minLength', 'minItems', 'minProperties'];

const boundsTightened: Check = (before, after) => [
  ...LOWER.flatMap((key) => bound(before, after, key, (old, fresh) => fresh > old)),
  ...UPPER.flatMap((key) => bound(before, after, key, (old, fresh) => fresh < old)),
];

function bound(
  before: JsonObject,
  after: JsonObject,
  key: string,
  tighter: (old: number, fresh: number) => boolean,
): SchemaFinding[] {
  const fresh = after[key];
  if (typeof fresh !== 'number' || (fresh === 0 && ZERO_IS_NONE.includes(key))) return [];
  const old = before[key];
  if (typeof old === 'number' && !tighter(old, fresh)) return [];
  return finding('bound-tightened', `has ${key} ${fresh}${typeof old === 'number' ? ` instead of ${old}` : ''}`);
}

const exclusiveTightened: Check = (before, after) =>
  ['exclusiveMinimum', 'exclusiveMaximum'].flatMap((key) =>
    after[key] === true && before[key] !== true ? finding('bound-tightened', `has ${key} now`) : [],
  );

const multipleChanged: Check = (before, after) => {
  const [old, fresh] = [before['multipleOf'], after['multipleOf']];
  if (fresh === undefined || same(old, fresh)) return [];
  if (typeof old === 'number' && typeof fresh === 'number' && Number.isInteger(old / fresh)) return [];
  return finding('bound-tightened', `must be a multiple of ${String(fresh)} now`);
};

const uniqueAdded: Check = (before, after) =>
  after['uniqueItems'] === true && before['uniqueItems'] !== true
    ? finding('bound-tightened', 'must not have an item twice now')
    : [];

const patternChanged: Check = (before, after) =>
  after['pattern'] === undefined || same(before['pattern'], after['pattern'])
    ? []
    : finding(
        'pattern-changed',
        before['pattern'] === undefined ? 'must match a pattern now' : 'must match another pattern',
      );

const formatChanged: Check = (before, after) => {
  const [old, fresh] = [before['format'], after['format']];
  if (fresh === undefined || old === fresh || (old === 'int32' && fresh === 'int64')) return [];
  return finding('format-changed', `must have format ${String(fresh)} now`);
};

const nullableRemoved: Check = (before, after) =>
  before['nullable'] === true && after['nullable'] !== true
    ? finding('nullable-removed', 'cannot be null any more')
    : [];

const KEEP = 'x-kubernetes-preserve-unknown-fields';

const unknownFieldsDropped: Check = (before, after) =>
  before[KEEP] === true && after[KEEP] !== true && after['additionalProperties'] !== true
    ? finding('unknown-fields-dropped', 'does not keep fields that its schema does not name')
    : [];

const embeddedChanged: Check = (before, after) =>
  after['x-kubernetes-embedded-resource'] === true && before['x-kubernetes-embedded-resource'] !== true
    ? finding('type-changed', 'must be a whole object with apiVersion and kind now')
    : [];

const celAdded: Check = (before, after) => {
  const known = rulesOf(before);
  const fresh = rulesOf(after).filter((rule) => !known.includes(rule));
  return fresh.flatMap((rule) => finding('cel-rule-added', `must fulfil ${rule}`));
};

const listTypeChanged: Check = (before, after) => {
  const keys = ['x-kubernetes-list-type', 'x-kubernetes-list-map-keys', 'x-kubernetes-map-type'];
  const changed = keys.filter((key) => !same(before[key], after[key]));
  const loosened = (key: string): boolean => key === 'x-kubernetes-list-type' && (after[key] ?? 'atomic') === 'atomic';
  return changed.filter((key) => !loosened(key)).flatMap((key) => finding('list-type-changed', `has another ${key}`));
};

const CHECKS: readonly Check[] = [
  typeChanged,
  defaultChanged,
  enumNarrowed,
  boundsTightened,
  exclusiveTightened,
  multipleChanged,
  uniqueAdded,
  patternChanged,
  formatChanged,
  nullableRemoved,
  unknownFieldsDropped,
  embeddedChanged,
  celAdded,
  listTypeChanged,
];

/** The type of a node in words: structural schemas name one, or say that it is an integer or text, or name none. */
export function typeOf(schema: JsonObject): string {
  if (schema['x-kubernetes-int-or-string'] === true) return 'integer or string';
  const { type } = schema;
  return typeof type === 'string' && type !== '' ? type : 'anything';
}

/** The texts of a node's CEL rules, without their messages. */
export function rulesOf(schema: JsonObject): string[] {
  const rules = schema['x-kubernetes-validations'];
  if (!Array.isArray(rules)) return [];
  return stringsOf(rules.filter(isMap).map(({ rule }) => rule));
}
