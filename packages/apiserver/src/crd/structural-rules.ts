import type { StatusCause } from '../model/api-error.ts';
import { child, forbidden, invalid, key, required } from '../model/field-error.ts';
import { compareCodePoints } from '../model/go-format.ts';
import { goRegExp } from '../model/go-regexp.ts';
import type { SchemaNode } from '../model/schema.ts';
import { own, sameJson } from '../schema/json.ts';

/* What makes a schema structural: apiextensions-apiserver pkg/apiserver/schema/validation.go and complete.go. */

type Level = 'root' | 'item' | 'field';

const INT_OR_STRING = [{ type: 'integer' }, { type: 'string' }];
const JUNCTORS = ['allOf', 'anyOf', 'oneOf'] as const;

/** Why a schema is not structural, in order of the sentences. */
export function structuralCauses(schema: SchemaNode, path: string): StatusCause[] {
  const causes = [...invariants(schema, 'root', path), ...completeness(schema, schema, path, path)];
  const text = (cause: StatusCause): string => `${cause.field}: ${cause.message}`;
  return causes.sort((a, b) => compareCodePoints(text(a), text(b)));
}

function invariants(schema: SchemaNode, level: Level, path: string): StatusCause[] {
  const additional = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
  return [
    ...(schema.type === 'array' && !schema.items ? [required(child(path, 'items'), 'must be specified')] : []),
    ...(schema.items ? invariants(schema.items, 'item', child(path, 'items')) : []),
    ...Object.entries(schema.properties ?? {}).flatMap(([name, node]) =>
      invariants(node, 'field', key(child(path, 'properties'), name)),
    ),
    ...(schema.additionalProperties !== undefined && level === 'root'
      ? [forbidden(child(path, 'additionalProperties'), 'must not be used at the root')]
      : []),
    ...(additional ? invariants(additional, 'field', child(path, 'additionalProperties')) : []),
    ...extensions(schema, path),
    ...valueRules(schema, intOrStringExceptions(schema), path),
    ...typeRules(schema, level, path),
    ...metadataRules(schema, level, path),
  ];
}

function extensions(schema: SchemaNode, path: string): StatusCause[] {
  if (schema['x-kubernetes-int-or-string'] !== true) return [];
  return (['x-kubernetes-preserve-unknown-fields', 'x-kubernetes-embedded-resource'] as const)
    .filter((name) => schema[name] === true)
    .map((name) => invalid(child(path, name), true, 'must be false if x-kubernetes-int-or-string is true'));
}

interface Exceptions {
  readonly anyOf: boolean;
  readonly firstAllOf: boolean;
}

const NO_EXCEPTIONS: Exceptions = { anyOf: false, firstAllOf: false };

/** Types may stand below anyOf in the two forms that say "integer or string". */
function intOrStringExceptions(schema: SchemaNode): Exceptions {
  const first = schema.allOf?.[0]?.anyOf;
  return {
    anyOf: sameJson(schema.anyOf, INT_OR_STRING),
    firstAllOf: first !== undefined && sameJson(first, INT_OR_STRING),
  };
}

function valueRules(schema: SchemaNode, exceptions: Exceptions, path: string): StatusCause[] {
  const pattern = schema.pattern ?? '';
  const problem = pattern === '' ? undefined : goRegExp(pattern).error;
  return [
    ...(exceptions.anyOf ? [] : nestedList(schema.anyOf, `${path}.anyOf`)),
    ...(schema.allOf ?? []).flatMap((node, at) =>
      nested(node, `${path}.allOf[${at}]`, { anyOf: exceptions.firstAllOf && at === 0, firstAllOf: false }),
    ),
    ...nestedList(schema.oneOf, `${path}.oneOf`),
    ...(schema.not ? nested(schema.not, `${path}.not`, NO_EXCEPTIONS) : []),
    ...(problem === undefined
      ? []
      : [invalid(child(path, 'pattern'), pattern, `must be a valid regular expression, but isn't: ${problem}`)]),
  ];
}

function nestedList(nodes: readonly SchemaNode[] | undefined, path: string): StatusCause[] {
  return (nodes ?? []).flatMap((node, at) => nested(node, `${path}[${at}]`, NO_EXCEPTIONS));
}

type Extension =
  | 'preserve-unknown-fields'
  | 'embedded-resource'
  | 'int-or-string'
  | 'list-map-keys'
  | 'list-type'
  | 'map-type'
  | 'validations';

/** What may not stand below a junctor: keyword, whether it does, and what it must be. */
const FOREIGN: readonly (readonly [keyof SchemaNode, (schema: SchemaNode) => boolean, string])[] = [
  ['type', ({ type }) => (type ?? '') !== '', 'empty'],
  ['additionalProperties', ({ additionalProperties: one }) => one !== undefined && one !== false, 'undefined'],
  ['default', (schema) => schema.default !== undefined && schema.default !== null, 'undefined'],
  ['title', ({ title }) => (title ?? '') !== '', 'empty'],
  ['description', ({ description }) => (description ?? '') !== '', 'empty'],
  ['nullable', ({ nullable }) => nullable === true, 'false'],
  extension('preserve-unknown-fields', 'false'),
  extension('embedded-resource', 'false'),
  extension('int-or-string', 'false'),
  extension('list-map-keys', 'empty'),
  extension('list-type', 'undefined'),
  extension('map-type', 'undefined'),
  extension('validations', 'empty'),
];

function extension(
  name: Extension,
  must: string,
): readonly [keyof SchemaNode, (schema: SchemaNode) => boolean, string] {
  const keyword = `x-kubernetes-${name}` as const;
  return [
    keyword,
    (schema) => {
      const value = schema[keyword];
      return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false;
    },
    must,
  ];
}

/** A schema below a junctor may only say what values must be like. CEL rules were never allowed there. */
function nested(schema: SchemaNode, path: string, exceptions: Exceptions): StatusCause[] {
  const causes = [...valueRules(schema, exceptions, path)];
  if (schema.items) causes.push(...nested(schema.items, child(path, 'items'), NO_EXCEPTIONS));
  for (const [name, node] of Object.entries(schema.properties ?? {})) {
    causes.push(...nested(node, key(child(path, 'properties'), name), NO_EXCEPTIONS));
  }
  for (const [keyword, stands, must] of FOREIGN) {
    if (stands(schema)) causes.push(forbidden(child(path, keyword), `must be ${must} to be structural`));
  }
  if (schema.properties && own(schema.properties, 'metadata')) {
    causes.push(forbidden(`${path}.properties[metadata]`, 'must not be specified in a nested context'));
  }
  return causes;
}

const MISSING_TYPE: Readonly<Record<Level, string>> = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
};

function typeRules(schema: SchemaNode, level: Level, path: string): StatusCause[] {
  const type: string = schema.type ?? '';
  const embedded = schema['x-kubernetes-embedded-resource'] === true;
  const preserve = schema['x-kubernetes-preserve-unknown-fields'] === true;
  const at = child(path, 'type');
  const causes: StatusCause[] = [];
  if (embedded && type !== 'object') {
    const must = 'must be object if x-kubernetes-embedded-resource is true';
    causes.push(type === '' ? required(at, must) : invalid(at, type, must));
  } else if (type === '' && schema['x-kubernetes-int-or-string'] !== true && !preserve) {
    causes.push(required(at, MISSING_TYPE[level]));
  }
  if (embedded && schema.additionalProperties !== undefined) {
    causes.push(
      forbidden(child(path, 'additionalProperties'), 'must not be used if x-kubernetes-embedded-resource is set'),
    );
  }
  if (level === 'root' && type !== '' && type !== 'object')
    causes.push(invalid(at, type, 'must be object at the root'));
  if (embedded && !preserve && Object.keys(schema.properties ?? {}).length === 0) {
    const must =
      'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields';
    causes.push(required(child(path, 'properties'), must));
  }
  return causes;
}

/** apiVersion, kind and metadata are implicit; of metadata only name and generateName may be restricted. */
function metadataRules(schema: SchemaNode, level: Level, path: string): StatusCause[] {
  const isObject = level === 'root' || schema['x-kubernetes-embedded-resource'] === true;
  const properties = schema.properties ?? {};
  const causes: StatusCause[] = [];
  for (const name of ['kind', 'apiVersion']) {
    const node = own(properties, name);
    const type = node?.type ?? '';
    if (node && isObject && type !== 'string')
      causes.push(invalid(`${path}.properties[${name}].type`, type, 'must be string'));
  }
  const metadata = own(properties, 'metadata');
  if (!metadata) return causes;
  const at = `${path}.properties[metadata]`;
  if (isObject && metadata.type !== 'object') causes.push(invalid(`${at}.type`, metadata.type ?? '', 'must be object'));
  if (level === 'root' && !onlyNames(metadata)) {
    const detail = 'must not specify anything other than name and generateName, but metadata is implicitly specified';
    causes.push(forbidden(at, detail));
  }
  return causes;
}

function onlyNames(metadata: SchemaNode): boolean {
  const { type: _type, default: _default, properties = {}, ...rest } = metadata;
  return (
    Object.keys(rest).length === 0 &&
    Object.keys(properties).every((name) => name === 'name' || name === 'generateName')
  );
}

/** Everything that a junctor talks of must be specified outside of it. `at` is where that is, `rule` where it is used. */
function completeness(rules: SchemaNode, schema: SchemaNode | undefined, at: string, rule: string): StatusCause[] {
  if (!schema) return [required(at, `because it is defined in ${rule}`)];
  return [
    ...(rules.not ? nestedCompleteness(rules.not, schema, at, `${rule}.not`) : []),
    ...JUNCTORS.flatMap((junctor) =>
      (rules[junctor] ?? []).flatMap((node, position) =>
        nestedCompleteness(node, schema, at, `${rule}.${junctor}[${position}]`),
      ),
    ),
  ];
}

function nestedCompleteness(
  rules: SchemaNode,
  schema: SchemaNode | undefined,
  at: string,
  rule: string,
): StatusCause[] {
  if (!schema) return [required(at, `because it is defined in ${rule}`)];
  return [
    ...completeness(rules, schema, at, rule),
    ...(rules.items ? nestedCompleteness(rules.items, schema.items, `${at}.items`, `${rule}.items`) : []),
    ...Object.entries(rules.properties ?? {}).flatMap(([name, node]) => {
      const inner = `.properties[${name}]`;
      return nestedCompleteness(node, own(schema.properties ?? {}, name), `${at}${inner}`, `${rule}${inner}`);
    }),
  ];
}
