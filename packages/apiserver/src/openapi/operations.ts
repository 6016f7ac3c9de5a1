import type { GroupVersionKind } from '../model/object.ts';
import type { ApiResource, ApiSubresource, Verb } from '../model/resource.ts';
import { connectOperations, connectParameters, isConnection, LOG_PARAMETERS, LOG_TYPES } from './connect.ts';
import { capital, groupVersionName, groupVersionTag } from './names.ts';
import {
  body,
  DELETE,
  LIST,
  LIST_SELECTION,
  mediaTypes,
  parameter,
  parameters,
  responses,
  sorted,
  textResponses,
  WRITE,
} from './parts.ts';
import type { Plain } from './schema-json.ts';

/* Paths and operations of one resource, as apiserver endpoints/installer.go documents them. */

/** Where the definitions of a resource's kinds are. */
export interface DefinitionNames {
  /** Of a kind; undefined where there is none. */
  of(kind: GroupVersionKind): string | undefined;
  /** Of the resource's list. */
  list(resource: ApiResource): string | undefined;
}

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const METHODS: Readonly<Partial<Record<Verb, string>>> = {
  create: 'post',
  delete: 'delete',
  get: 'get',
  patch: 'patch',
  update: 'put',
};
const ACTIONS: Readonly<Record<string, string>> = { delete: 'delete', get: 'read', patch: 'patch', put: 'replace' };

/** Paths of a resource with their operations, under the path of its group version. */
export function resourcePaths(resource: ApiResource, base: string, names: DefinitionNames): Map<string, Plain> {
  const paths = new Map<string, Plain>();
  const add = (path: string, operations: Plain, shared: readonly Plain[]) => {
    if (Object.keys(operations).length > 0) paths.set(path, pathItem(operations, shared));
  };
  const scope = resource.namespaced ? `${base}/namespaces/{namespace}` : base;
  const collection = `${scope}/${resource.resource}`;
  const shared = resource.namespaced ? [parameter('namespace', 'path')] : [];
  const ofName = [parameter('name', 'path'), ...shared, PRETTY];
  const writer = new OperationWriter(resource, names);
  if (resource.namespaced && resource.verbs.includes('list')) {
    add(`${base}/${resource.resource}`, { get: writer.listEverywhere() }, [PRETTY]);
  }
  add(collection, writer.collection(), [...shared, PRETTY]);
  add(`${collection}/{name}`, writer.object(undefined), ofName);
  for (const subresource of resource.subresources) {
    const path = `${collection}/{name}/${subresource.name}`;
    if (!isConnection(subresource)) {
      const own = subresource.name === 'log' ? LOG_PARAMETERS : [];
      add(path, writer.object(subresource), [...ofName, ...own]);
      continue;
    }
    const named = ofName.filter((one) => one !== PRETTY);
    add(path, writer.connections(subresource, ''), [...named, ...connectParameters(subresource)]);
    if (subresource.name !== 'proxy') continue;
    const below = [...named, parameter('path', 'path'), ...connectParameters(subresource)];
    add(`${path}/{path}`, writer.connections(subresource, 'WithPath'), below);
  }
  if (resource.source === 'built-in' && resource.verbs.includes('watch')) {
    const watched = [...parameters(LIST), PRETTY];
    if (resource.namespaced) {
      add(`${base}/watch/${resource.resource}`, writer.watch('ListForAllNamespaces'), watched);
    }
    const watchedCollection = collection.replace(base, `${base}/watch`);
    add(watchedCollection, writer.watch('List'), [...shared, ...watched]);
    add(`${watchedCollection}/{name}`, writer.watch(''), [parameter('name', 'path'), ...shared, ...watched]);
  }
  return paths;
}

const PRETTY = parameter('pretty', 'query');

/** Parameters that all operations have stand beside them: all of them where there is but one operation. */
function pathItem(operations: Plain, shared: readonly Plain[]): Plain {
  const [only, ...more] = Object.entries(operations) as [string, Plain][];
  if (!only || more.length > 0) return { ...operations, parameters: sorted(shared) };
  const [method, { parameters: own = [], ...operation }] = only;
  return { [method]: operation, parameters: sorted([...(own as readonly Plain[]), ...shared]) };
}

/** Writes the operations of one resource. */
class OperationWriter {
  readonly #resource: ApiResource;
  readonly #names: DefinitionNames;
  readonly #identifier: string;

  constructor(resource: ApiResource, names: DefinitionNames) {
    this.#resource = resource;
    this.#names = names;
    this.#identifier = groupVersionName(resource.group, resource.version);
  }

  /** GET over all namespaces. */
  listEverywhere(): Plain {
    return this.#list(`list${this.#identifier}${this.#resource.kind}ForAllNamespaces`);
  }

  /** GET, POST and DELETE of the collection. */
  collection(): Plain {
    const resource = this.#resource;
    const scoped = `${resource.namespaced ? 'Namespaced' : ''}${resource.kind}`;
    const own = this.#names.of(resource);
    const operations: Plain = {};
    if (resource.verbs.includes('deletecollection')) {
      const options = resource.source === 'crd' ? LIST : [...DELETE, ...LIST_SELECTION];
      operations['delete'] = {
        ...this.#head(`delete${this.#identifier}Collection${scoped}`, 'deletecollection', resource),
        parameters: parameters(options),
        ...(resource.source === 'built-in' && { requestBody: body(resource, `${META}.DeleteOptions`, false) }),
        responses: responses(resource, `${META}.Status`, ['200']),
      };
    }
    if (resource.verbs.includes('list')) operations['get'] = this.#list(`list${this.#identifier}${scoped}`);
    if (resource.verbs.includes('create')) {
      operations['post'] = {
        ...this.#head(`create${this.#identifier}${scoped}`, 'post', resource),
        parameters: parameters(WRITE),
        requestBody: body(resource, own, true),
        responses: responses(resource, own, ['200', '201', '202']),
      };
    }
    return operations;
  }

  /** Operations of one object, or of its subresource. */
  object(subresource: ApiSubresource | undefined): Plain {
    const resource = this.#resource;
    const operations: Plain = {};
    for (const verb of subresource?.verbs ?? resource.verbs) {
      const method = METHODS[verb];
      if (method === undefined || (verb === 'create' && !subresource)) continue;
      operations[method] = this.#operation(method, subresource);
    }
    return operations;
  }

  /** All methods of a subresource that is a connection. */
  connections(subresource: ApiSubresource, suffix: string): Plain {
    const resource = this.#resource;
    const kind = subresource.kind ?? resource;
    const scope = resource.namespaced ? 'Namespaced' : '';
    const name = `${scope}${resource.kind}${capital(subresource.name)}${suffix}`;
    return connectOperations(subresource, (method) =>
      this.#head(`connect${this.#identifier}${capital(method)}${name}`, 'connect', kind),
    );
  }

  /** GET of a watch path: `suffix` tells what of the resource is watched. */
  watch(suffix: 'List' | 'ListForAllNamespaces' | ''): Plain {
    const resource = this.#resource;
    const scope = resource.namespaced && suffix !== 'ListForAllNamespaces' ? 'Namespaced' : '';
    const id = `watch${this.#identifier}${scope}${resource.kind}${suffix}`;
    return {
      get: {
        ...this.#head(id, suffix === '' ? 'watch' : 'watchlist', resource),
        responses: responses(resource, `${META}.WatchEvent`, ['200'], true),
      },
    };
  }

  #operation(method: string, subresource: ApiSubresource | undefined): Plain {
    const resource = this.#resource;
    const kind: GroupVersionKind = subresource?.kind ?? resource;
    const suffix = subresource ? capital(subresource.name) : '';
    const scoped = `${resource.namespaced ? 'Namespaced' : ''}${resource.kind}${suffix}`;
    // A CRD's scale is listed under the kind that it scales.
    const shown = resource.source === 'crd' ? resource : kind;
    const definition = this.#names.of(kind);
    const head = this.#head(`${ACTIONS[method] ?? 'create'}${this.#identifier}${scoped}`, method, shown);
    switch (method) {
      case 'get':
        return {
          ...head,
          ...(resource.source === 'crd' && { parameters: parameters(['resourceVersion']) }),
          responses: subresource?.name === 'log' ? textResponses(LOG_TYPES) : responses(resource, definition, ['200']),
        };
      case 'delete':
        return {
          ...head,
          parameters: parameters(DELETE),
          requestBody: body(resource, `${META}.DeleteOptions`, false),
          responses: responses(resource, returnsDeleted(resource) ? definition : `${META}.Status`, ['200', '202']),
        };
      case 'patch':
        return {
          ...head,
          parameters: parameters([...WRITE, 'force']),
          requestBody: { content: mediaTypes(patchTypes(resource), `${META}.Patch`), required: true },
          responses: responses(resource, definition, resource.source === 'crd' ? ['200'] : ['200', '201']),
        };
      default:
        return {
          ...head,
          parameters: parameters(WRITE),
          requestBody: body(resource, definition, true),
          responses: responses(resource, definition, method === 'put' ? ['200', '201'] : ['200', '201', '202']),
        };
    }
  }

  #list(operationId: string): Plain {
    const resource = this.#resource;
    return {
      ...this.#head(operationId, 'list', resource),
      parameters: parameters(LIST),
      responses: responses(resource, this.#names.list(resource), ['200'], true),
    };
  }

  #head(operationId: string, action: string, { group, version, kind }: GroupVersionKind): Plain {
    return {
      tags: [groupVersionTag(this.#resource.group, this.#resource.version)],
      operationId,
      'x-kubernetes-action': action,
      'x-kubernetes-group-version-kind': { group, kind, version },
    };
  }
}

/** Deletions of these are documented to answer with the object. */
const RETURNED: ReadonlySet<string> = new Set([
  'persistentvolumeclaims.',
  'persistentvolumes.',
  'pods.',
  'podtemplates.',
  'resourcequotas.',
  'serviceaccounts.',
  'services.',
]);

function returnsDeleted({ group, resource }: ApiResource): boolean {
  const whole = group === 'storage.k8s.io' || group === 'resource.k8s.io';
  return (whole && resource !== 'csistoragecapacities') || RETURNED.has(`${resource}.${group}`);
}

function patchTypes({ source }: ApiResource): readonly string[] {
  const types = ['application/apply-patch+yaml', 'application/json-patch+json', 'application/merge-patch+json'];
  return source === 'crd' ? types : [...types, 'application/strategic-merge-patch+json'];
}
