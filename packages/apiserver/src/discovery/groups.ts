import type { JsonObject } from '../model/object.ts';
import type { ResourceRegistry } from '../model/registry.ts';
import type { ApiResource } from '../model/resource.ts';
import { builtinPriority, CUSTOM_PRIORITY, type Priority } from './priorities.ts';
import { comparePreferred } from './version-order.ts';

/** A group version that another server behind an APIService answers. */
export interface RemoteGroupVersion {
  readonly group: string;
  readonly version: string;
  readonly priority: Priority;
  /** Stale: that server did not answer; its last known resources, or none, are shown. */
  readonly freshness: 'Current' | 'Stale';
  /** Entries of apidiscovery.k8s.io/v2 APIResourceDiscovery. */
  readonly resources: readonly JsonObject[];
}

/** The port of aggregated API servers: what they serve now. */
export interface RemoteGroups {
  /** Goes up with every change of `list`. */
  readonly generation: number;
  list(): readonly RemoteGroupVersion[];
}

/** One version of a group: its own resources, or those of another server. */
export interface ServedVersion {
  readonly version: string;
  readonly priority: Priority;
  /** In the order in which discovery shows them. */
  readonly resources: readonly ApiResource[];
  readonly remote?: RemoteGroupVersion;
}

/** A group and its versions, the preferred one first. */
export interface ServedGroup {
  readonly name: string;
  readonly versions: readonly ServedVersion[];
}

/** All groups in discovery's order. */
export type Groups = readonly ServedGroup[];

/**
 * Groups and versions in the order in which the real server lists them: by priority, then by name or by stability. Own
 * resources win over those of another server for the same group version (kube-aggregator apis/apiregistration/v1/helper).
 */
export function servedGroups(registry: ResourceRegistry, remote: readonly RemoteGroupVersion[]): Groups {
  const groups = new Map<string, Map<string, ServedVersion>>();
  const versionsOf = (group: string) => {
    const known = groups.get(group) ?? new Map<string, ServedVersion>();
    groups.set(group, known);
    return known;
  };
  for (const one of remote) {
    const { group, version, priority } = one;
    versionsOf(group).set(version, { version, priority, resources: [], remote: one });
  }
  for (const [group, version, resources] of byGroupVersion(registry)) {
    const builtin = resources.some((resource) => resource.source === 'built-in');
    const priority = builtin ? builtinPriority(group, version) : CUSTOM_PRIORITY;
    versionsOf(group).set(version, { version, priority, resources: resources.toSorted(byName) });
  }
  return [...groups]
    .map(([name, versions]) => ({ name, versions: [...versions.values()].sort(preferredFirst) }))
    .sort((a, b) => groupPriority(b) - groupPriority(a) || (a.name < b.name ? -1 : 1));
}

function byGroupVersion(registry: ResourceRegistry): Iterable<[string, string, ApiResource[]]> {
  const found = new Map<string, [string, string, ApiResource[]]>();
  for (const resource of registry.all()) {
    const key = `${resource.group}/${resource.version}`;
    const entry = found.get(key);
    if (entry) entry[2].push(resource);
    else found.set(key, [resource.group, resource.version, [resource]]);
  }
  return found.values();
}

function byName(a: ApiResource, b: ApiResource): number {
  return a.resource < b.resource ? -1 : 1;
}

function preferredFirst(a: ServedVersion, b: ServedVersion): number {
  return b.priority.version - a.priority.version || comparePreferred(a.version, b.version);
}

function groupPriority(group: ServedGroup): number {
  return Math.max(...group.versions.map((served) => served.priority.group));
}
