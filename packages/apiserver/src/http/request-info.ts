import type { RequestAttributes, UserInfo } from '../model/request.ts';
import { goBoolean } from '../watch/list-options.ts';

/** What a URL and a method ask for, before it is known whether it exists (apiserver request.RequestInfo). */
export interface RequestInfo extends Omit<RequestAttributes, 'user'> {
  /** What comes after the subresource, such as the path of a proxy request. */
  readonly rest: string;
  /** A path of the deprecated form `/api/v1/watch/...`. */
  readonly watchPath: boolean;
}

/** These follow a namespace's name without being a resource inside it. */
const NAMESPACE_SUBRESOURCES = new Set(['status', 'finalize']);

const VERBS: Readonly<Record<string, string>> = {
  POST: 'create',
  GET: 'get',
  HEAD: 'get',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

/** Reads a decoded path as apiserver's RequestInfoFactory does. Never fails: what is no resource has only a path. */
export function requestInfo(method: string, path: string, query: URLSearchParams): RequestInfo {
  const trimmed = path.replace(/^\/+|\/+$/g, '');
  const parts = trimmed.split('/');
  const grouped = parts[0] === 'apis';
  if ((!grouped && parts[0] !== 'api') || parts.length < (grouped ? 4 : 3)) return nonResource(method, path);
  const [group = '', version = ''] = grouped ? parts.slice(1) : ['', parts[1]];
  const segments = parts.slice(grouped ? 3 : 2);
  const watchPath = segments[0] === 'watch';
  if (watchPath && segments.length < 2) return nonResource(method, path);
  const { namespace, rest } = withoutNamespace(watchPath ? segments.slice(1) : segments);
  const [resource = '', name = '', subresource = '', ...more] = rest;
  const named = { group, version, resource, namespace, name, subresource, path, isResource: true };
  return { ...named, rest: more.join('/'), watchPath, ...verbOf(method, name, watchPath, query) };
}

function withoutNamespace(parts: readonly string[]): { namespace: string; rest: readonly string[] } {
  if (parts[0] !== 'namespaces' || parts.length < 2) return { namespace: '', rest: parts };
  const inside = parts.length > 2 && !NAMESPACE_SUBRESOURCES.has(parts[2] ?? '');
  return { namespace: parts[1] ?? '', rest: inside ? parts.slice(2) : parts };
}

function nonResource(method: string, path: string): RequestInfo {
  const nothing = { group: '', version: '', resource: '', subresource: '', namespace: '', name: '', rest: '' };
  return { ...nothing, path, verb: method.toLowerCase(), isResource: false, watchPath: false };
}

/** Collections are listed, watched or deleted as a whole; a field selector of one name makes a list a named one. */
function verbOf(
  method: string,
  name: string,
  watchPath: boolean,
  query: URLSearchParams,
): { verb: string; name?: string } {
  if (watchPath) return { verb: 'watch' };
  const verb = VERBS[method] ?? '';
  if (name !== '') return { verb };
  if (verb === 'delete') return { verb: 'deletecollection' };
  if (verb !== 'get') return { verb };
  const collection = goBoolean(query.get('watch')) ? 'watch' : 'list';
  const selected = selectedName(query.get('fieldSelector') ?? '');
  return selected === undefined ? { verb: collection } : { verb: collection, name: selected };
}

function selectedName(selector: string): string | undefined {
  for (const term of selector.split(',')) {
    const name = /^metadata\.name==?([^=,!\\]+)$/.exec(term)?.[1];
    if (name !== undefined && name !== '.' && name !== '..' && !/[/%]/.test(name)) return name;
  }
  return undefined;
}

/** The attributes that authorisation and admission see. */
export function attributesOf(info: RequestInfo, user: UserInfo): RequestAttributes {
  const { verb, isResource, path, group, version, resource, subresource, namespace, name } = info;
  return { user, verb, isResource, path, group, version, resource, subresource, namespace, name };
}
