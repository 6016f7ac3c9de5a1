import { type ClusterView, EMPTY_CLUSTER, type KubernetesObject } from '@capstan/plugin-api';
import { MESH } from './spec.ts';

/** What of a VirtualService is looked at. */
export interface VirtualServiceSpec {
  readonly hosts?: readonly string[];
  readonly gateways?: readonly string[];
  readonly http?: readonly HttpRule[];
  readonly tcp?: readonly HttpRule[];
  readonly tls?: readonly HttpRule[];
}

/** A rule of a VirtualService: of HTTP, TCP or TLS. */
export interface HttpRule {
  readonly match?: readonly { readonly uri?: { readonly prefix?: string; readonly exact?: string } }[];
  readonly route?: readonly { readonly destination?: Destination }[];
  readonly mirror?: Destination;
  readonly mirrors?: readonly { readonly destination?: Destination }[];
  readonly redirect?: object;
  readonly directResponse?: object;
  readonly delegate?: object;
}

/** Where a rule sends requests. */
export interface Destination {
  readonly host: string;
  readonly port?: { readonly number?: number };
}

/** The spec of a live VirtualService. */
export function specOf(virtualService: KubernetesObject): VirtualServiceSpec {
  return (virtualService['spec'] ?? {}) as VirtualServiceSpec;
}

/** The gateways of a VirtualService, with their namespaces; `mesh` where it names none. */
export function gatewaysOf(virtualService: KubernetesObject): string[] {
  const { gateways = [] } = specOf(virtualService);
  const { namespace = 'default' } = virtualService.metadata;
  if (gateways.length === 0) return [MESH];
  return gateways.map((gateway) => (gateway === MESH || gateway.includes('/') ? gateway : `${namespace}/${gateway}`));
}

/** The Service that a host names, seen from a namespace; undefined for a host that is no Service's. */
export function serviceOf(host: string, namespace: string): { name: string; namespace: string } | undefined {
  const [name = '', of = namespace, ...rest] = host.split('.');
  const isService = rest.length === 0 || ['svc', 'svc.cluster.local'].includes(rest.join('.'));
  return isService && !host.includes('*') ? { name, namespace: of } : undefined;
}

/** Another VirtualService that takes requests of the same host, gateway and path: Istio does not say which one wins. */
export interface SecondOwner {
  readonly virtualService: KubernetesObject;
  readonly host: string;
  readonly gateway: string;
}

/**
 * The second owner of a host, if there is one. On a gateway Istio puts VirtualServices of one host together, and tries the
 * rules without a path last; in the mesh it takes the oldest alone.
 */
export function secondOwner(
  virtualService: KubernetesObject,
  cluster: ClusterView = EMPTY_CLUSTER,
): SecondOwner | undefined {
  const { apiVersion, kind } = virtualService;
  const gateways = gatewaysOf(virtualService);
  for (const other of cluster.list({ apiVersion, kind })) {
    if (isSame(other, virtualService) || other.metadata.deletionTimestamp !== undefined) continue;
    const gateway = gatewaysOf(other).find((each) => gateways.includes(each));
    if (gateway === undefined) continue;
    const host = sharedHost(virtualService, other, gateway);
    if (host !== undefined && (gateway === MESH || shareAPath(virtualService, other))) {
      return { virtualService: other, host, gateway };
    }
  }
  return undefined;
}

function isSame({ metadata: a }: KubernetesObject, { metadata: b }: KubernetesObject): boolean {
  return a.name === b.name && a.namespace === b.namespace;
}

function sharedHost(one: KubernetesObject, other: KubernetesObject, gateway: string): string | undefined {
  const theirs = new Set((specOf(other).hosts ?? []).map((host) => fullHost(host, other, gateway)));
  return specOf(one).hosts?.find((host) => theirs.has(fullHost(host, one, gateway)));
}

/** In the mesh a short name is that of a Service, in the VirtualService's namespace. */
function fullHost(host: string, { metadata: { namespace = 'default' } }: KubernetesObject, gateway: string): string {
  const service = gateway === MESH ? serviceOf(host, namespace) : undefined;
  return service ? `${service.name}.${service.namespace}.svc.cluster.local` : host.toLowerCase();
}

/** Whether both take requests of one path. The rule for all paths is no rival of one with a path: it is tried last. */
function shareAPath(one: KubernetesObject, other: KubernetesObject): boolean {
  const theirs = pathsOf(other);
  return pathsOf(one).some((path) =>
    theirs.some(
      (each) => path === each || (path !== '/' && each !== '/' && (each.startsWith(path) || path.startsWith(each))),
    ),
  );
}

function pathsOf(virtualService: KubernetesObject): string[] {
  return (specOf(virtualService).http ?? []).flatMap(({ match = [] }) =>
    match.length === 0 ? ['/'] : match.map(({ uri }) => uri?.prefix ?? uri?.exact ?? '/'),
  );
}
