import type { ClusterView, Condition, Health, KubernetesObject } from '@capstan/plugin-api';
import { destinationHealth } from './destinations.ts';
import { gatewaysOf, secondOwner, specOf } from './hosts.ts';
import { ISTIO_API_VERSION, MESH } from './spec.ts';

/** Health of a Route from its live objects and from what they refer to. */
export function routeHealth(
  _trait: KubernetesObject,
  objects: readonly KubernetesObject[],
  cluster: ClusterView,
): Health {
  const mappings = objects.filter(({ kind }) => kind === 'DomainMapping');
  const virtualService = objects.find(({ kind }) => kind === 'VirtualService');
  if (virtualService) return virtualServiceHealth(virtualService, objects, cluster);
  const bad = mappings.map(mappingHealth).find(({ status }) => status !== 'ready');
  if (bad) return bad;
  return { status: 'ready', reason: mappings.length > 0 ? 'Mapped' : 'Routed' };
}

/**
 * Health of a VirtualService. Nobody writes its status unless istiod runs with its analysis, so it is derived: no error was
 * found in it, its gateways exist and serve its hosts, its destinations are Services with ready endpoints, and nobody
 * else takes the same requests. `objects` are those that were rendered with it.
 */
export function virtualServiceHealth(
  virtualService: KubernetesObject,
  objects: readonly KubernetesObject[],
  cluster: ClusterView,
): Health {
  return (
    analysed(virtualService) ??
    gatewayHealth(virtualService, objects, cluster) ??
    ownerHealth(virtualService, cluster) ??
    destinationHealth(virtualService, cluster) ?? { status: 'ready', reason: 'Routed' }
  );
}

interface ValidationMessage {
  readonly level?: string;
  readonly type?: { readonly code?: string; readonly name?: string };
}

/** What istiod's analysis says, where it is on. */
function analysed({ status }: KubernetesObject): Health | undefined {
  const { validationMessages = [] } = (status ?? {}) as { readonly validationMessages?: readonly ValidationMessage[] };
  const error = validationMessages.find(({ level }) => level === 'ERROR');
  if (!error) return undefined;
  const { name = 'an error', code = '' } = error.type ?? {};
  return degraded('AnalysisFailed', `Istio finds ${name}${code ? ` (${code})` : ''} in the VirtualService`);
}

interface Server {
  readonly hosts?: readonly string[];
}

function gatewayHealth(
  virtualService: KubernetesObject,
  objects: readonly KubernetesObject[],
  cluster: ClusterView,
): Health | undefined {
  for (const gateway of gatewaysOf(virtualService)) {
    if (gateway === MESH) continue;
    const [namespace = '', name = ''] = gateway.split('/');
    const found =
      objects.find(
        ({ kind, metadata }) => kind === 'Gateway' && metadata.name === name && metadata.namespace === namespace,
      ) ?? cluster.get({ apiVersion: ISTIO_API_VERSION, kind: 'Gateway', namespace, name });
    if (!found) return degraded('GatewayNotFound', `the Gateway ${gateway} does not exist, so no request comes in`);
    const { servers = [] } = (found['spec'] ?? {}) as { readonly servers?: readonly Server[] };
    const served = servers.flatMap(({ hosts = [] }) => hosts);
    const missed = specOf(virtualService).hosts?.find(
      (host) => !served.some((each) => serves(each, host, virtualService.metadata.namespace ?? 'default', namespace)),
    );
    if (missed !== undefined) {
      return degraded(
        'HostNotServed',
        `the Gateway ${gateway} does not serve ${missed}; it serves ${served.join(', ')}`,
      );
    }
  }
  return undefined;
}

/** A server's host may name the namespace of VirtualServices before a slash: `*` any, `.` the Gateway's own. */
function serves(server: string, host: string, namespace: string, ofGateway: string): boolean {
  const [from, pattern] = server.includes('/') ? server.split('/', 2) : ['*', server];
  if (from !== '*' && (from === '.' ? ofGateway : from) !== namespace) return false;
  if (pattern === '*' || pattern === host || host === '*') return true;
  if (pattern?.startsWith('*.')) return host.endsWith(pattern.slice(1));
  return host.startsWith('*.') && pattern?.endsWith(host.slice(1)) === true;
}

function ownerHealth(virtualService: KubernetesObject, cluster: ClusterView): Health | undefined {
  const second = secondOwner(virtualService, cluster);
  if (!second) return undefined;
  const { name, namespace } = second.virtualService.metadata;
  const message = `the VirtualService ${namespace}/${name} takes requests of ${second.host} on ${second.gateway} too`;
  return degraded('HostTaken', `${message}; only one may`);
}

function mappingHealth(mapping: KubernetesObject): Health {
  const { conditions = [], observedGeneration } = (mapping['status'] ?? {}) as {
    readonly conditions?: readonly Condition[];
    readonly observedGeneration?: number;
  };
  const ready = conditions.find(({ type }) => type === 'Ready');
  const { name, generation } = mapping.metadata;
  const behind = observedGeneration !== undefined && generation !== undefined && observedGeneration < generation;
  if (!ready || ready.status === 'Unknown' || behind) {
    const said = ready?.message ? `: ${ready.message}` : '';
    return { status: 'progressing', reason: ready?.reason || 'Mapping', message: `${name} is being mapped${said}` };
  }
  if (ready.status === 'True') return { status: 'ready', reason: 'Mapped' };
  return degraded(ready.reason || 'MappingFailed', `${name} is not mapped: ${ready.message || ready.reason}`);
}

function degraded(reason: string, message: string): Health {
  return { status: 'degraded', reason, message };
}
