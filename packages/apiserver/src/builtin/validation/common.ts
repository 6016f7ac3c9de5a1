import type { StatusCause } from '../../model/api-error.ts';
import { forbidden, invalid, notSupported, required } from '../../model/field-error.ts';
import { validateLabels } from '../metadata.ts';
import {
  dnsLabelErrors,
  labelValueErrors,
  patternError,
  portNameErrors,
  portNumberErrors,
  qualifiedNameErrors,
} from '../names.ts';
import { deepEqual, type Fields, fields, list, stringMap, strings, text } from '../values.ts';

/* Rules that several types share. Upstream: pkg/apis/core/validation/validation.go, apimachinery meta/v1/validation. */

/** The sentence of a number below zero. */
export const NOT_NEGATIVE = 'must be greater than or equal to 0';

/** A number that may not be negative; absent counts as zero. */
export function nonNegative(value: unknown, path: string): StatusCause[] {
  return typeof value === 'number' && value < 0 ? [invalid(path, value, NOT_NEGATIVE)] : [];
}

/** Each of these fields of an object that is there may not be negative. */
export function nonNegativeFields(object: Fields, names: readonly string[], path: string): StatusCause[] {
  return names.flatMap((name) => nonNegative(object[name], `${path}.${name}`));
}

/** Causes of a value that breaks a rule, one for each sentence. */
export function broken(path: string, value: unknown, sentences: readonly string[]): StatusCause[] {
  return sentences.map((sentence) => invalid(path, value, sentence));
}

/** A DNS label; empty values are for the caller. */
export function dnsLabel(value: string, path: string): StatusCause[] {
  return broken(path, value, dnsLabelErrors(value));
}

/** One of a few words. Empty is told as missing where `detail` is given. */
export function oneOf(
  value: unknown,
  supported: readonly string[],
  path: string,
  emptyIsMissing = false,
): StatusCause[] {
  const word = text(value);
  if (supported.includes(word)) return [];
  return word === '' && emptyIsMissing ? [required(path)] : [notSupported(path, word, supported)];
}

/** A bad value of a struct, whose fields are shown in the order given. */
export function invalidStruct(path: string, value: Fields, detail: string): StatusCause {
  const shown = `Invalid value: ${JSON.stringify(value)}`;
  return { reason: 'FieldValueInvalid', field: path, message: detail === '' ? shown : `${shown}: ${detail}` };
}

/** A struct with an unsupported field, whose fields are shown in the order given. */
export function notSupportedStruct(path: string, value: Fields, supported: readonly string[]): StatusCause {
  const cause = notSupported(path, '', supported);
  return { ...cause, message: (cause.message ?? '').replace('""', () => JSON.stringify(value)) };
}

/** A label selector with its fields in the order of its Go type. */
export function selectorAsGo(value: unknown): Fields {
  const { matchLabels, matchExpressions } = fields(value);
  const expressions = list(matchExpressions).map(({ key, operator, values }) => ({
    key,
    operator,
    ...(values !== undefined && { values }),
  }));
  return {
    ...(matchLabels !== undefined && { matchLabels: sortedMap(stringMap(matchLabels)) }),
    ...(expressions.length > 0 && { matchExpressions: expressions }),
  };
}

function sortedMap(map: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A cause where a selector that may not change has changed. */
export function selectorUnchanged(next: unknown, live: unknown, path: string): StatusCause[] {
  if (deepEqual(next, live)) return [];
  return next === undefined || next === null
    ? [invalid(path, null, 'field is immutable')]
    : [invalidStruct(path, selectorAsGo(next), 'field is immutable')];
}

/** A port by number or name. */
export function portNumberOrName(port: unknown, path: string): StatusCause[] {
  if (typeof port === 'string') return broken(path, port, portNameErrors(port));
  const number = typeof port === 'number' ? port : 0;
  return broken(path, number, portNumberErrors(number));
}

/** A label selector; absent is fine. */
export function labelSelector(value: unknown, path: string): StatusCause[] {
  const selector = fields(value);
  return [
    ...validateLabels(stringMap(selector['matchLabels']), `${path}.matchLabels`),
    ...list(selector['matchExpressions']).flatMap((one, at) =>
      selectorRequirement(one, `${path}.matchExpressions[${at}]`),
    ),
  ];
}

function selectorRequirement(requirement: Fields, path: string): StatusCause[] {
  const values = strings(requirement['values']);
  const operator = text(requirement['operator']);
  const causes: StatusCause[] = [];
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) {
      causes.push(required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
    }
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0) {
      causes.push(forbidden(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
    }
  } else causes.push(invalid(`${path}.operator`, operator, 'not a valid selector operator'));
  const key = text(requirement['key']);
  causes.push(...broken(`${path}.key`, key, qualifiedNameErrors(key)));
  return [...causes, ...values.flatMap((one, at) => broken(`${path}.values[${at}]`, one, labelValueErrors(one)))];
}

/** Whether a selector selects nothing in particular. */
export function isEmptySelector(value: unknown): boolean {
  const selector = fields(value);
  return Object.keys(fields(selector['matchLabels'])).length + list(selector['matchExpressions']).length === 0;
}

/** Whether labels fit a label selector. An empty selector fits all, an absent one none. */
export function selectorMatches(value: unknown, labels: Readonly<Record<string, string>>): boolean {
  if (value === undefined || value === null) return false;
  const selector = fields(value);
  const exact = Object.entries(stringMap(selector['matchLabels']));
  return (
    exact.every(([name, wanted]) => labels[name] === wanted) &&
    list(selector['matchExpressions']).every((one) => requirementMatches(one, labels))
  );
}

function requirementMatches(requirement: Fields, labels: Readonly<Record<string, string>>): boolean {
  const found = labels[text(requirement['key'])];
  const values = strings(requirement['values']);
  switch (requirement['operator']) {
    case 'In':
      return found !== undefined && values.includes(found);
    case 'NotIn':
      return found === undefined || !values.includes(found);
    case 'Exists':
      return found !== undefined;
    default:
      return found === undefined;
  }
}

const PERCENT = /^[0-9]+%$/;

/** A number or percentage, neither negative. */
export function positiveIntOrPercent(value: unknown, path: string): StatusCause[] {
  if (typeof value !== 'string') return nonNegative(value, path);
  if (PERCENT.test(value)) return [];
  const rule = "a valid percent string must be a numeric string followed by an ending '%'";
  return [invalid(path, value, patternError(rule, '[0-9]+%', '1%', '93%'))];
}

/** The number in front of a percent sign, or the number. */
export function intOrPercentValue(value: unknown): number {
  return typeof value === 'string' ? Number.parseInt(value, 10) || 0 : typeof value === 'number' ? value : 0;
}

/** A percentage of at most a hundred. */
export function atMost100Percent(value: unknown, path: string): StatusCause[] {
  const percent = typeof value === 'string' && PERCENT.test(value) ? Number.parseInt(value, 10) : 0;
  return percent > 100 ? [invalid(path, value, 'must not be greater than 100%')] : [];
}

/** A relative path that stays below its start. */
export function localDescendingPath(value: string, path: string): StatusCause[] {
  const causes = value.startsWith('/') ? [invalid(path, value, 'must be a relative path')] : [];
  return [...causes, ...noBacksteps(value, path)];
}

/** A path without `..`. */
export function noBacksteps(value: string, path: string): StatusCause[] {
  return value.split('/').includes('..') ? [invalid(path, value, "must not contain '..'")] : [];
}
