import type { GroupVersionKind } from '../model/object.ts';
import type { ApiResource, ApiSubresource, Verb } from '../model/resource.ts';
import { body, LIST, mediaTypes, parameter, parameters, responses } from './parts.ts';
import type { Plain } from './schema-json.ts';

/* Paths and operations of one resource, as apiserver endpoints/installer.go documents them, without watch paths. */

/** Where the definitions of a resource's kinds are. */
export interface DefinitionNames {
  /** Of a kind; undefined where there is none. */
  of(kind: GroupVersionKind): string | undefined;
  /** Of the resource's list. */
  list(resource: ApiResource): string | undefined;
}

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const STREAMS = new Set(['attach', 'exec', 'portforward', 'proxy']);
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
    add(`${collection}/{name}/${subresource.name}`, writer.object(subresource), ofName);
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

function sorted(list: readonly Plain[]): readonly Plain[] {
  return list.toSorted((a, b) => (String(a['name']) < String(b['name']) ? -1 : 1));
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
        responses: responses(`${META}.Status`, ['200']),
      };
    }
    if (resource.verbs.includes('list')) operations['get'] = this.#list(`list${this.#identifier}${scoped}`);
    if (resource.verbs.includes('create')) {
      operations['post'] = {
        ...this.#head(`create${this.#identifier}${scoped}`, 'post', resource),
        parameters: parameters(WRITE),
        requestBody: body(resource, own, true),
        responses: responses(own, ['200', '201', '202']),
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

  #operation(method: string, subresource: ApiSubresource | undefined): Plain {
    const resource = this.#resource;
    const kind: GroupVersionKind = subresource?.kind ?? resource;
    const suffix = subresource ? subresource.name[0]?.toUpperCase() + subresource.name.slice(1) : '';
    const scoped = `${resource.namespaced ? 'Namespaced' : ''}${resource.kind}${suffix}`;
    // A CRD's scale is listed under the kind that it scales.
    const shown = resource.source === 'crd' ? resource : kind;
    if (subresource && STREAMS.has(subresource.name)) {
      const id = `connect${this.#identifier}${method[0]?.toUpperCase()}${method.slice(1)}${scoped}`;
      const answer = { 200: { description: 'OK', content: { '*/*': { schema: { type: 'string' } } } } };
      return { ...this.#head(id, 'connect', shown), responses: answer };
    }
    const definition = this.#names.of(kind);
    const head = this.#head(`${ACTIONS[method] ?? 'create'}${this.#identifier}${scoped}`, method, shown);
    switch (method) {
      case 'get':
        return {
          ...head,
          ...(resource.source === 'crd' && { parameters: parameters(['resourceVersion']) }),
          responses: responses(definition, ['200']),
        };
      case 'delete':
        return {
          ...head,
          parameters: parameters(DELETE),
          requestBody: body(resource, `${META}.DeleteOptions`, false),
          responses: responses(returnsDeleted(resource) ? definition : `${META}.Status`, ['200', '202']),
        };
      case 'patch':
        return {
          ...head,
          parameters: parameters([...WRITE, 'force']),
          requestBody: { content: mediaTypes(patchTypes(resource), `${META}.Patch`), required: true },
          responses: responses(definition, resource.source === 'crd' ? ['200'] : ['200', '201']),
        };
      default:
        return {
          ...head,
          parameters: parameters(WRITE),
          requestBody: body(resource, definition, true),
          responses: responses(definition, method === 'put' ? ['200', '201'] : ['200', '201', '202']),
        };
    }
  }

  #list(operationId: string): Plain {
    const resource = this.#resource;
    return {
      ...this.#head(operationId, 'list', resource),
      parameters: parameters(LIST),
      responses: responses(this.#names.list(resource), ['200']),
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

const WRITE = ['dryRun', 'fieldManager', 'fieldValidation'];
const DELETE = [
  'dryRun',
  'gracePeriodSeconds',
  'ignoreStoreReadErrorWithClusterBreakingPotential',
  'orphanDependents',
  'propagationPolicy',
];
/** Of a list, without those of a watch. */
const LIST_SELECTION = LIST.filter((name) => name !== 'allowWatchBookmarks' && name !== 'watch');

function patchTypes({ source }: ApiResource): readonly string[] {
  const types = ['application/apply-patch+yaml', 'application/json-patch+json', 'application/merge-patch+json'];
  return source === 'crd' ? types : [...types, 'application/strategic-merge-patch+json'];
}

/** `apps_v1`, `rbacAuthorization_v1`: the tag of a group version's operations. */
export function groupVersionTag(group: string, version: string): string {
  const name = groupName(group);
  return `${name.charAt(0).toLowerCase()}${name.slice(1)}_${version}`;
}

/** `AppsV1`, `RbacAuthorizationV1`: the group version in the names of operations. */
export function groupVersionName(group: string, version: string): string {
  return `${groupName(group)}${version.charAt(0).toUpperCase()}${version.slice(1)}`;
}

function groupName(group: string): string {
  if (group === '') return 'Core';
  const parts = group.replace(/\.k8s\.io$/, '').split(/[.-]/);
  return parts.map((part) => part.charAt(0).toUpperCase() + part.slice(1)).join('');
}
