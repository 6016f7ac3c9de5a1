import type { JsonObject } from '@capstan/base';
import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import { celProblems, hasNewRules } from './cel-rules.ts';
import { isMap } from './schema-node.ts';

/** What a schema says about one object. */
export interface InstanceVerdict {
  /** Paths and rules, never values; empty when the object is accepted. */
  readonly problems: readonly string[];
  /** Rules that nobody here can evaluate. */
  readonly unknown: readonly string[];
}

/** Judges one object by the schema of a version. */
export type InstanceJudge = (object: JsonObject) => InstanceVerdict;

const MAX_PROBLEMS = 5;

/**
 * A judge for the OpenAPI schema of a CRD's version, as the API server would decide: types, bounds, patterns, and CEL
 * rules as far as they use the language's own functions. Defaults are filled in before, as the API server does. What
 * cannot be evaluated is told as `unknown`, never taken for accepted. CEL rules among `knownRules` are left out: they
 * hold already.
 */
export function instanceJudge(schema: JsonObject, knownRules: ReadonlySet<string> = new Set()): InstanceJudge {
  const unknown = new Set<string>();
  const validate = compile(schema, unknown);
  const rules = hasNewRules(schema, knownRules);
  return (object) => {
    const copy = structuredClone(object);
    const valid = validate(copy);
    const cel = rules ? celProblems(schema, copy, knownRules) : { problems: [], unknown: [] };
    const problems = [...(valid ? [] : (validate.errors ?? []).map(problemText)), ...cel.problems];
    return { problems: [...new Set(problems)].slice(0, MAX_PROBLEMS), unknown: [...unknown, ...cel.unknown] };
  };
}

function compile(schema: JsonObject, unknown: Set<string>) {
  const ajv = new Ajv2020({
    allErrors: false,
    useDefaults: true,
    strict: false,
    validateFormats: false,
    // A Go pattern that JavaScript cannot read lets everything through here and is told as unknown.
    code: { regExp: Object.assign((text: string) => tolerantPattern(text, unknown), { code: 'tolerantPattern' }) },
  });
  return ajv.compile(toJsonSchema(schema));
}

function tolerantPattern(text: string, unknown: Set<string>): RegExp {
  const flags = /^\(\?([is]+)\)/.exec(text);
  const body = (flags ? text.slice(flags[0].length) : text).replaceAll('\\z', '$').replaceAll('\\A', '^');
  try {
    return new RegExp(body, `u${flags?.[1] ?? ''}`);
  } catch {
    unknown.add(`the pattern ${text}`);
    return /(?:)/u;
  }
}

/** The OpenAPI 3.0 dialect of CRDs in JSON Schema: exclusive bounds are flags there, and some types are extensions. */
export function toJsonSchema(node: JsonObject): JsonObject {
  const { exclusiveMinimum, exclusiveMaximum, minimum, maximum, format: _, nullable, ...rest } = node;
  const converted: JsonObject = Object.fromEntries(
    Object.entries(rest)
      .filter(([key]) => !key.startsWith('x-kubernetes-') && key !== 'description' && key !== 'example')
      .map(([key, value]) => [key, convertMember(key, value)]),
  );
  if (minimum !== undefined) converted[exclusiveMinimum === true ? 'exclusiveMinimum' : 'minimum'] = minimum;
  if (maximum !== undefined) converted[exclusiveMaximum === true ? 'exclusiveMaximum' : 'maximum'] = maximum;
  if (node['x-kubernetes-int-or-string'] === true) {
    delete converted['anyOf'];
    converted['type'] = ['integer', 'string'];
  }
  if (nullable !== true) return converted;
  const { type, enum: values } = converted;
  if (type !== undefined) converted['type'] = [...(Array.isArray(type) ? type : [type]), 'null'];
  if (Array.isArray(values)) converted['enum'] = [...values, null];
  return converted;
}

const MAPS = ['properties', 'patternProperties', 'definitions'];
const LISTS = ['allOf', 'anyOf', 'oneOf'];
const NODES = ['items', 'additionalProperties', 'not'];

function convertMember(key: string, value: unknown): unknown {
  if (MAPS.includes(key) && isMap(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, isMap(one) ? toJsonSchema(one) : one]));
  }
  if (LISTS.includes(key) && Array.isArray(value)) return value.map((one) => (isMap(one) ? toJsonSchema(one) : one));
  return NODES.includes(key) && isMap(value) ? toJsonSchema(value) : value;
}

function problemText({ instancePath, keyword, message, params }: ErrorObject): string {
  const missing = keyword === 'required' ? `.${String(params['missingProperty'])}` : '';
  const path = `${instancePath.slice(1).replaceAll('/', '.').replaceAll('~1', '/').replaceAll('~0', '~')}${missing}`;
  return `${path.replace(/^\./, '') || 'the object'} ${keyword === 'required' ? 'must be set' : (message ?? keyword)}`;
}
