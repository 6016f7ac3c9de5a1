import type { JsonObject } from '../model/object.ts';
import type { ClientConfig, Outbound } from '../outbound/outbound.ts';
import { AGGREGATOR_HEADERS } from './availability.ts';

const DISCOVERY_MS = 5_000;
const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';

interface LegacyResource {
  readonly name: string;
  readonly singularName?: string;
  readonly namespaced?: boolean;
  readonly kind: string;
  readonly group?: string;
  readonly version?: string;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
}

/**
 * The resources that an aggregated server serves in one group version, as entries of apidiscovery.k8s.io/v2: from its
 * aggregated discovery, else from its legacy one (kube-aggregator handler_discovery.go). Rejects when neither answers.
 */
export async function remoteResources(
  outbound: Outbound,
  config: ClientConfig,
  { group, version }: { readonly group: string; readonly version: string },
): Promise<readonly JsonObject[]> {
  const ask = (path: string, accept: string) => {
    const headers = { ...AGGREGATOR_HEADERS, accept };
    return outbound.call(config, { method: 'GET', path, headers, timeoutMs: DISCOVERY_MS });
  };
  const all = await ask('/apis', AGGREGATED);
  if (all.status === 200) {
    const found = aggregatedVersion(parse(all.body), group, version);
    if (found !== undefined) return found;
  }
  const path = `/apis/${group}/${version}`;
  const one = await ask(path, 'application/json');
  if (one.status !== 200) throw new Error(`${path} answered ${one.status}`);
  const { resources = [] } = parse(one.body) as { resources?: LegacyResource[] };
  return fromLegacy(resources, { group, version });
}

function parse(body: Buffer): unknown {
  const value: unknown = JSON.parse(body.toString('utf8'));
  if (typeof value !== 'object' || value === null) throw new Error('discovery is not a JSON object');
  return value;
}

interface AggregatedGroups {
  readonly kind?: string;
  readonly items?: readonly {
    readonly metadata: { readonly name?: string };
    readonly versions: readonly { readonly version: string; readonly resources?: readonly JsonObject[] }[];
  }[];
}

function aggregatedVersion(document: unknown, group: string, version: string): readonly JsonObject[] | undefined {
  const { kind, items = [] } = document as AggregatedGroups;
  if (kind !== 'APIGroupDiscoveryList') return undefined;
  const found = items.find(({ metadata }) => metadata.name === group)?.versions.find((one) => one.version === version);
  return found?.resources;
}

/** APIResourceList to apidiscovery.k8s.io/v2; names with a slash are subresources of what stands before it. */
function fromLegacy(
  resources: readonly LegacyResource[],
  own: { readonly group: string; readonly version: string },
): JsonObject[] {
  const responseKind = ({ group, version, kind }: LegacyResource): JsonObject => ({
    group: group ?? own.group,
    version: version ?? own.version,
    kind,
  });
  return resources
    .filter(({ name }) => !name.includes('/'))
    .map((resource) => {
      const subresources = resources
        .filter(({ name }) => name.startsWith(`${resource.name}/`))
        .map((sub) => ({
          subresource: sub.name.slice(resource.name.length + 1),
          responseKind: responseKind(sub),
          verbs: [...sub.verbs],
        }));
      return {
        resource: resource.name,
        responseKind: responseKind(resource),
        scope: resource.namespaced ? 'Namespaced' : 'Cluster',
        singularResource: resource.singularName ?? '',
        verbs: [...resource.verbs],
        ...(resource.shortNames && { shortNames: [...resource.shortNames] }),
        ...(resource.categories && { categories: [...resource.categories] }),
        ...(subresources.length > 0 && { subresources }),
      };
    });
}
