import { createHash } from 'node:crypto';
import type { JsonObject } from '../model/object.ts';
import { apiVersionOf } from '../model/object.ts';
import type { ApiResource, ApiSubresource, Verb } from '../model/resource.ts';
import type { Groups, ServedGroup, ServedVersion } from './groups.ts';

/** The answer to GET /api. Its lack of an apiVersion is the real server's. */
export function apiVersions(serverAddress: string): JsonObject {
  return {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress }],
  };
}

/** The answer to GET /apis in its old form. */
export function apiGroupList(groups: Groups): JsonObject {
  const named = groups.filter((group) => group.name !== '');
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: named.map(groupFields) };
}

/** The answer to GET /apis/GROUP. */
export function apiGroup(group: ServedGroup): JsonObject {
  return { kind: 'APIGroup', apiVersion: 'v1', ...groupFields(group) };
}

function groupFields(group: ServedGroup): JsonObject {
  const versions = group.versions.map(({ version }) => ({ groupVersion: apiVersionOf(group.name, version), version }));
  return { name: group.name, versions, preferredVersion: { ...versions[0] } };
}

/** The answer to GET /api/v1 and /apis/GROUP/VERSION. The core group's has no apiVersion, as the real server's. */
export function apiResourceList(group: string, version: string, resources: readonly ApiResource[]): JsonObject {
  const entries = resources.flatMap((resource) => [
    resourceEntry(resource),
    ...resource.subresources.map((subresource) => subresourceEntry(resource, subresource)),
  ]);
  return {
    kind: 'APIResourceList',
    ...(group !== '' && { apiVersion: 'v1' }),
    groupVersion: apiVersionOf(group, version),
    resources: entries,
  };
}

function resourceEntry(resource: ApiResource): JsonObject {
  return {
    name: resource.resource,
    singularName: resource.singular,
    namespaced: resource.namespaced,
    kind: resource.kind,
    verbs: verbsOf(resource),
    ...(resource.shortNames.length > 0 && { shortNames: [...resource.shortNames] }),
    ...(resource.categories.length > 0 && { categories: [...resource.categories] }),
    ...storageVersionHash(resource),
  };
}

function subresourceEntry(resource: ApiResource, subresource: ApiSubresource): JsonObject {
  const kind = subresource.kind ?? resource;
  const foreign = kind.group !== resource.group || kind.version !== resource.version;
  return {
    name: `${resource.resource}/${subresource.name}`,
    singularName: '',
    namespaced: resource.namespaced,
    ...(foreign && { group: kind.group, version: kind.version }),
    kind: kind.kind,
    verbs: [...subresource.verbs],
  };
}

/** Names the version in which objects are stored (apiserver endpoints/discovery StorageVersionHash). */
function storageVersionHash({ source, storage, storageVersionHash: known }: ApiResource): JsonObject {
  if (known !== undefined) return { storageVersionHash: known };
  // Built-in resources without one are only asked, never stored.
  if (source === 'built-in') return {};
  const text = `${storage.group}/${storage.version}/${storage.kind}`;
  const hash = createHash('sha256').update(text).digest().subarray(0, 8);
  return { storageVersionHash: hash.toString('base64') };
}

/** The aggregated answer to GET /api (the core group) and /apis (all others): apidiscovery.k8s.io/v2. */
export function groupDiscoveryList(groups: Groups): JsonObject {
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: groups.map((group) => ({
      metadata: group.name === '' ? {} : { name: group.name },
      versions: group.versions.map(versionDiscovery),
    })),
  };
}

function versionDiscovery(served: ServedVersion): JsonObject {
  const resources = served.remote ? [...served.remote.resources] : served.resources.map(resourceDiscovery);
  return {
    version: served.version,
    ...(resources.length > 0 && { resources }),
    freshness: served.remote?.freshness ?? 'Current',
  };
}

function resourceDiscovery(resource: ApiResource): JsonObject {
  const subresources = resource.subresources.map((subresource) => ({
    subresource: subresource.name,
    responseKind: responseKind(resource, subresource.kind ?? resource),
    verbs: [...subresource.verbs],
  }));
  return {
    resource: resource.resource,
    responseKind: responseKind(resource, resource),
    scope: resource.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: resource.singular,
    verbs: verbsOf(resource),
    ...(resource.shortNames.length > 0 && { shortNames: [...resource.shortNames] }),
    ...(resource.categories.length > 0 && { categories: [...resource.categories] }),
    ...(subresources.length > 0 && { subresources }),
  };
}

/** Built-in resources leave out what their place in the document says already. */
function responseKind(
  resource: ApiResource,
  { group, version, kind }: { readonly group: string; readonly version: string; readonly kind: string },
): JsonObject {
  const own = group === resource.group && version === resource.version;
  return own && resource.source === 'built-in' ? { group: '', version: '', kind } : { group, version, kind };
}

/** A resource that goes can be read and deleted, though discovery is the only one to forbid changes. */
function verbsOf({ verbs, terminating }: ApiResource): Verb[] {
  return terminating ? verbs.filter((verb) => verb !== 'create' && verb !== 'patch' && verb !== 'update') : [...verbs];
}
