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

/** A parameter of a path or query. */
export function parameter(name: string, place: 'path' | 'query'): Plain {
  const schema = { type: TYPES[name] ?? 'string', uniqueItems: true };
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

/** Answers with a definition's objects. */
export function responses(definition: string | undefined, codes: readonly string[]): Plain {
  const content = definition === undefined ? {} : { content: mediaTypes(BODY_TYPES, definition) };
  const answers = codes.map((code) => [code, { description: STATUS_TEXTS[code], ...content }] as const);
  return { ...Object.fromEntries(answers), 401: { description: 'Unauthorized' } };
}
