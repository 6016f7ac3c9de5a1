import type { ApiResource } from '../model/resource.ts';
import { type Plain, reference } from './schema-json.ts';

/** Names of a list's parameters. */
export const LIST: readonly string[] = [
  'allowWatchBookmarks',
  'continue',
  'fieldSelector',
  'labelSelector',
  'limit',
  'resourceVersion',
  'resourceVersionMatch',
  'sendInitialEvents',
  'timeoutSeconds',
  'watch',
];

/** Names of a write's parameters. */
export const WRITE: readonly string[] = ['dryRun', 'fieldManager', 'fieldValidation'];
/** Names of a deletion's parameters. */
export const DELETE: readonly string[] = [
  'dryRun',
  'gracePeriodSeconds',
  'ignoreStoreReadErrorWithClusterBreakingPotential',
  'orphanDependents',
  'propagationPolicy',
];
/** Names of a list's parameters, without those of a watch. */
export const LIST_SELECTION: readonly string[] = LIST.filter(
  (name) => name !== 'allowWatchBookmarks' && name !== 'watch',
);

/** Parameters whose type is not string. */
const TYPES: Readonly<Record<string, string>> = {
  allowWatchBookmarks: 'boolean',
  force: 'boolean',
  gracePeriodSeconds: 'integer',
  ignoreStoreReadErrorWithClusterBreakingPotential: 'boolean',
  limit: 'integer',
  orphanDependents: 'boolean',
  sendInitialEvents: 'boolean',
  timeoutSeconds: 'integer',
  watch: 'boolean',
};

const STATUS_TEXTS: Readonly<Record<string, string>> = { 200: 'OK', 201: 'Created', 202: 'Accepted' };
const BODY_TYPES = ['application/json', 'application/yaml'];
const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const STREAMS = ['application/json;stream=watch', `${PROTOBUF};stream=watch`];

/** A parameter of a path or query; its type where it is not the one that it always has. */
export function parameter(name: string, place: 'path' | 'query', type = TYPES[name] ?? 'string'): Plain {
  const schema = { type, uniqueItems: true };
  return { name, in: place, ...(place === 'path' && { required: true }), schema };
}

/** Parameters of a query. */
export function parameters(names: readonly string[]): readonly Plain[] {
  return names.toSorted().map((name) => parameter(name, 'query'));
}

/** The same schema in several media types. */
export function mediaTypes(types: readonly string[], definition: string): Plain {
  const schema = reference(definition);
  return Object.fromEntries(types.map((type) => [type, { schema }]));
}

/** A request's body; undefined where its kind has no definition. */
export function body({ source }: ApiResource, definition: string | undefined, required: boolean): Plain | undefined {
  if (definition === undefined) return undefined;
  const content = mediaTypes(source === 'crd' ? BODY_TYPES : ['*/*'], definition);
  return required ? { content, required } : { content };
}

/**
 * Answers with a definition's objects. Those of built-in types are said to be in protobuf too, as Kubernetes' documents
 * have it, although this server's answers never are.
 */
export function responses(
  { source }: Pick<ApiResource, 'source'>,
  definition: string | undefined,
  codes: readonly string[],
  streams = false,
): Plain {
  const builtin = source === 'built-in' ? [PROTOBUF, ...(streams ? STREAMS : [])] : [];
  const content = definition === undefined ? {} : { content: mediaTypes([...BODY_TYPES, ...builtin], definition) };
  const answers = codes.map((code) => [code, { description: STATUS_TEXTS[code], ...content }] as const);
  return { ...Object.fromEntries(answers), ...UNAUTHORIZED };
}

/** Answers that are no objects: the same schema, a text, in several media types. */
export function textResponses(types: readonly string[]): Plain {
  const content = Object.fromEntries(types.map((type) => [type, { schema: { type: 'string' } }]));
  return { 200: { description: 'OK', content }, ...UNAUTHORIZED };
}

const UNAUTHORIZED = { 401: { description: 'Unauthorized' } };

/** Parameters in the order of documents. */
export function sorted(list: readonly Plain[]): readonly Plain[] {
  return list.toSorted((a, b) => (String(a['name']) < String(b['name']) ? -1 : 1));
}
