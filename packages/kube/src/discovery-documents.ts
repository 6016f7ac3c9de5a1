import { groupOf } from '@capstan/base';
import type { ServedResource } from './client.ts';

/** What discovery found. */
export interface Found {
  readonly resources: readonly ServedResource[];
  readonly failures: readonly { readonly groupVersion: string; readonly reason: string }[];
}

/** Where the resources of one group version are listed (legacy discovery). */
export interface VersionList {
  readonly path: string;
  readonly groupVersion: string;
}

interface AggregatedList {
  readonly items?: readonly {
    readonly metadata?: { readonly name?: string };
    readonly versions?: readonly AggregatedVersion[];
  }[];
}

interface AggregatedVersion {
  readonly version: string;
  readonly freshness?: string;
  readonly resources?: readonly {
    readonly resource: string;
    readonly responseKind?: { readonly kind?: string; readonly group?: string; readonly version?: string };
    readonly scope?: string;
    readonly singularResource?: string;
    readonly shortNames?: readonly string[];
    readonly verbs?: readonly string[];
    readonly subresources?: readonly { readonly subresource: string }[];
  }[];
}

/** Reads an APIGroupDiscoveryList. A stale version is one whose API service does not answer. */
export function parseAggregated(body: unknown): Found {
  const resources: ServedResource[] = [];
  const failures: { groupVersion: string; reason: string }[] = [];
  for (const item of (body as AggregatedList).items ?? []) {
    const group = item.metadata?.name ?? '';
    for (const version of item.versions ?? []) {
      const groupVersion = group ? `${group}/${version.version}` : version.version;
      if (version.freshness === 'Stale') failures.push({ groupVersion, reason: 'its API service does not answer' });
      resources.push(...aggregatedResources(group, groupVersion, version));
    }
  }
  return { resources, failures };
}

function aggregatedResources(
  group: string,
  apiVersion: string,
  { version, resources = [] }: AggregatedVersion,
): ServedResource[] {
  return resources.flatMap((one) => {
    const kind = one.responseKind?.kind;
    if (!kind) return [];
    return [
      {
        apiVersion,
        kind,
        group,
        version,
        resource: one.resource,
        singular: one.singularResource || kind.toLowerCase(),
        shortNames: one.shortNames ?? [],
        namespaced: one.scope === 'Namespaced',
        verbs: one.verbs ?? [],
        subresources: (one.subresources ?? []).map((sub) => sub.subresource),
      },
    ];
  });
}

/** The resource lists that `/api` (APIVersions) or `/apis` (APIGroupList) point to, preferred versions first. */
export function resourceLists(path: '/api' | '/apis', body: unknown): VersionList[] {
  if (path === '/api') {
    const { versions = [] } = body as { versions?: readonly string[] };
    return versions.map((version) => ({ path: `/api/${version}`, groupVersion: version }));
  }
  const { groups = [] } = body as {
    groups?: readonly {
      readonly preferredVersion?: { readonly groupVersion: string };
      readonly versions?: readonly { readonly groupVersion: string }[];
    }[];
  };
  return groups.flatMap(({ preferredVersion, versions = [] }) => {
    const names = versions.map((version) => version.groupVersion);
    const preferred = preferredVersion?.groupVersion;
    const ordered = preferred ? [preferred, ...names.filter((name) => name !== preferred)] : names;
    return ordered.map((groupVersion) => ({ path: `/apis/${groupVersion}`, groupVersion }));
  });
}

interface LegacyResource {
  readonly name: string;
  readonly kind: string;
  readonly singularName?: string;
  readonly shortNames?: readonly string[];
  readonly namespaced?: boolean;
  readonly verbs?: readonly string[];
}

/** Reads an APIResourceList; entries like `deployments/scale` become subresources. */
export function parseResourceList(groupVersion: string, body: unknown): ServedResource[] {
  const { resources = [] } = body as { resources?: readonly LegacyResource[] };
  const group = groupOf(groupVersion);
  const version = groupVersion.slice(groupVersion.indexOf('/') + 1);
  return resources
    .filter(({ name }) => !name.includes('/'))
    .map((one) => ({
      apiVersion: groupVersion,
      kind: one.kind,
      group,
      version,
      resource: one.name,
      singular: one.singularName || one.kind.toLowerCase(),
      shortNames: one.shortNames ?? [],
      namespaced: one.namespaced === true,
      verbs: one.verbs ?? [],
      subresources: resources
        .filter(({ name }) => name.startsWith(`${one.name}/`))
        .map(({ name }) => name.slice(one.name.length + 1)),
    }));
}
