import type { ClusterView, Health, KubernetesObject } from '@capstan/plugin-api';
import { type Destination, type HttpRule, serviceOf, specOf } from './hosts.ts';

/** Why requests that a VirtualService takes would find nobody; undefined while every destination has ready endpoints. */
export function destinationHealth(virtualService: KubernetesObject, cluster: ClusterView): Health | undefined {
  const { namespace = 'default', name } = virtualService.metadata;
  const { http = [], tcp = [], tls = [] } = specOf(virtualService);
  const destinations = [...http, ...tcp, ...tls].flatMap(destinationsOf);
  for (const destination of destinations) {
    const service = serviceOf(destination.host, namespace);
    const problem = service
      ? serviceProblem(service, destination, cluster, service.name === name && service.namespace === namespace)
      : entryProblem(destination.host, cluster);
    if (problem) return problem;
  }
  return undefined;
}

function destinationsOf({ route = [], mirror, mirrors = [] }: HttpRule): Destination[] {
  return [...route, ...mirrors, { destination: mirror }].flatMap(({ destination }) => destination ?? []);
}

/** The component's own Service has no endpoints until its pods are ready, which the workload itself tells of. */
function serviceProblem(
  { name, namespace }: { readonly name: string; readonly namespace: string },
  { port }: Destination,
  cluster: ClusterView,
  own: boolean,
): Health | undefined {
  const service = cluster.get({ apiVersion: 'v1', kind: 'Service', namespace, name });
  const where = `the Service ${namespace}/${name}`;
  if (!service) return { status: 'degraded', reason: 'ServiceNotFound', message: `${where} does not exist` };
  const { type, ports = [] } = (service['spec'] ?? {}) as { type?: string; ports?: readonly { port: number }[] };
  if (port?.number !== undefined && !ports.some((each) => each.port === port.number)) {
    return { status: 'degraded', reason: 'PortNotFound', message: `${where} has no port ${port.number}` };
  }
  if (type === 'ExternalName' || hasEndpoints(name, namespace, cluster)) return undefined;
  const message = `${where} has no ready endpoints: nobody would answer`;
  return { status: own ? 'progressing' : 'degraded', reason: 'NoReadyEndpoints', message };
}

interface Endpoint {
  readonly conditions?: { readonly ready?: boolean };
}

function hasEndpoints(service: string, namespace: string, cluster: ClusterView): boolean {
  const slices = cluster.list(
    { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice' },
    { namespace, labels: { 'kubernetes.io/service-name': service } },
  );
  return slices.some((slice) =>
    ((slice['endpoints'] ?? []) as readonly Endpoint[]).some(({ conditions }) => conditions?.ready !== false),
  );
}

/** A host that is no Service's is known to the mesh by a ServiceEntry. */
function entryProblem(host: string, cluster: ClusterView): Health | undefined {
  const entries = cluster.list({ apiVersion: 'networking.istio.io/v1', kind: 'ServiceEntry' });
  const known = entries.some((entry) => {
    const { hosts = [] } = (entry['spec'] ?? {}) as { readonly hosts?: readonly string[] };
    return hosts.some((each) => each === host || (each.startsWith('*.') && host.endsWith(each.slice(1))));
  });
  if (known) return undefined;
  return { status: 'degraded', reason: 'HostNotFound', message: `${host} is neither a Service nor a ServiceEntry` };
}
