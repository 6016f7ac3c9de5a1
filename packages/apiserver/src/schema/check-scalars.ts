import { goNumber, goQuote, goValue } from '../model/go-format.ts';
import { goRegExp } from '../model/go-regexp.ts';
import type { SchemaNode } from '../model/schema.ts';
import { type Check, type Finding, kindOf } from './findings.ts';
import { formatOf } from './formats.ts';
import { sameJson } from './json.ts';

/** Length, pattern and format of a string: validate/values.go. The first of length and pattern that fails is told. */
export function stringCheck(schema: SchemaNode): Check {
  const lengthOrPattern = textCheck(schema);
  const format = formatOf(schema.format);
  return (value, name, findings) => {
    const text = value as string;
    findings.count += format ? 2 : 1;
    const found = lengthOrPattern?.(text, name);
    if (found) findings.list.push(found);
    if (!format || format.matches(text)) return;
    const sentence = `${name} in body must be of type ${schema.format}: ${goQuote(text)}`;
    findings.list.push({ kind: 'type', name, text: sentence, value });
  };
}

function textCheck(schema: SchemaNode): ((value: string, name: string) => Finding | undefined) | undefined {
  const { maxLength = Number.POSITIVE_INFINITY, minLength = 0, pattern = '' } = schema;
  if (maxLength === Number.POSITIVE_INFINITY && minLength === 0 && pattern === '') return undefined;
  const expression = pattern === '' ? undefined : goRegExp(pattern);
  return (value, name) => {
    const length = lengthOf(value);
    if (length > maxLength) {
      const text = `${name} in body should be at most ${maxLength} chars long`;
      return { kind: 'too long', name, text, value, limit: maxLength };
    }
    if (length < minLength) {
      return { kind: 'other', name, text: `${name} in body should be at least ${minLength} chars long`, value };
    }
    if (!expression || expression.test(value)) return undefined;
    const problem = expression.error === undefined ? '' : `, but pattern is invalid: ${expression.error}`;
    return { kind: 'other', name, text: `${name} in body should match '${pattern}${problem}'`, value };
  };
}

/** Characters, where JavaScript counts UTF-16 units. */
function lengthOf(text: string): number {
  let length = text.length;
  for (let at = 0; at < text.length - 1; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit >= 0xd800 && unit < 0xdc00) length -= 1;
  }
  return length;
}

/** Bounds are cut to whole numbers when the value is one: values.go, MaximumNativeType and its siblings. */
export function numberCheck(schema: SchemaNode): Check {
  const { multipleOf, maximum, minimum } = schema;
  return (value, name, findings) => {
    const data = value as number;
    const whole = kindOf(data) === 'integer';
    const cut = (bound: number): number => (whole ? Math.trunc(bound) : bound);
    const complain = (sentence: string | undefined, shown: unknown = value): void => {
      if (sentence !== undefined) findings.list.push({ kind: 'other', name, text: sentence, value: shown });
    };
    findings.count += 2;
    if (multipleOf !== undefined) {
      const factor = cut(multipleOf);
      if (factor <= 0) complain(`factor MultipleOf declared for ${name} must be positive: ${goNumber(factor)}`, factor);
      else if (!isMultiple(data, factor)) complain(`${name} in body should be a multiple of ${goNumber(factor)}`);
    }
    if (minimum !== undefined) complain(belowMinimum(data, cut(minimum), schema.exclusiveMinimum === true, name));
    if (maximum !== undefined) complain(aboveMaximum(data, cut(maximum), schema.exclusiveMaximum === true, name));
  };
}

function belowMinimum(data: number, bound: number, exclusive: boolean, name: string): string | undefined {
  if (exclusive ? data > bound : data >= bound) return undefined;
  return `${name} in body should be greater than ${exclusive ? '' : 'or equal to '}${goNumber(bound)}`;
}

function aboveMaximum(data: number, bound: number, exclusive: boolean, name: string): string | undefined {
  if (exclusive ? data < bound : data <= bound) return undefined;
  return `${name} in body should be less than ${exclusive ? '' : 'or equal to '}${goNumber(bound)}`;
}

function isMultiple(data: number, factor: number): boolean {
  const quotient = factor < 1 ? (1 / factor) * data : data / factor;
  if (Number.isInteger(quotient)) return true;
  // swag.IsFloat64AJSONInteger allows for rounding.
  const difference = Math.abs(quotient - Math.trunc(quotient));
  return Math.abs(quotient) < 2 ** 53 && difference / Math.max(Math.abs(quotient), Number.MIN_VALUE) < 1e-9;
}

/** Numbers are compared after the value was cut to a whole number, where the allowed one is whole. Null never matches. */
export function enumCheck(allowed: readonly unknown[]): Check {
  const simple = new Set(allowed.filter((one) => typeof one !== 'object'));
  const complex = allowed.filter((one) => typeof one === 'object' && one !== null);
  return (value, name, findings) => {
    if (simple.has(value) || complex.some((one) => sameJson(one, value))) return;
    if (typeof value === 'number' && !Number.isInteger(value) && simple.has(Math.trunc(value))) return;
    const text = `${name} in body should be one of ${goValue(allowed)}`;
    findings.list.push({ kind: 'enum', name, text, value, allowed });
  };
}
