import type { JsonObject } from '@capstan/base';
import type { Node, Pod, Service } from '../model/core-types.ts';
import { compact, isDeleting } from '../model/meta.ts';
import { hasLabels } from '../model/selector.ts';
import { isFinished, isReady } from '../pods/pod-state.ts';

/** A port of a Service as one Pod serves it. */
export interface ServedPort {
  readonly name: string;
  readonly port: number;
  readonly protocol: string;
  readonly appProtocol?: string;
}

/** A Pod behind a Service. */
export interface Backend {
  readonly pod: Pod;
  readonly ip: string;
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
  readonly ports: readonly ServedPort[];
  /** Its name in the Service's domain, where it has one. */
  readonly hostname: string | undefined;
}

/** Whether endpoints are made for a Service: it has a selector and is not only a name for something outside. */
export function hasEndpoints({ spec }: Service): boolean {
  return spec.type !== 'ExternalName' && spec.selector !== undefined && Object.keys(spec.selector).length > 0;
}

/** Whether a Service has no address of its own. */
export function isHeadless({ spec }: Service): boolean {
  return spec.clusterIP === 'None';
}

/** The Pods behind a Service, by name. Pods without an address and those that have ended are left out. */
export function backendsOf(service: Service, pods: readonly Pod[]): Backend[] {
  const { selector, publishNotReadyAddresses = false } = service.spec;
  return pods
    .filter((pod) => hasLabels(pod.metadata.labels, selector) && pod.status?.podIP && !isFinished(pod))
    .toSorted((one, other) => (one.metadata.name < other.metadata.name ? -1 : 1))
    .map((pod) => {
      const serving = isReady(pod);
      const terminating = isDeleting(pod);
      const { hostname, subdomain } = pod.spec;
      return {
        pod,
        ip: pod.status?.podIP ?? '',
        serving,
        terminating,
        ready: publishNotReadyAddresses || (serving && !terminating),
        ports: portsOf(service, pod),
        hostname: hostname && subdomain === service.metadata.name ? hostname : undefined,
      };
    });
}

function portsOf({ spec }: Service, pod: Pod): ServedPort[] {
  return (spec.ports ?? []).flatMap(({ name = '', port, protocol = 'TCP', targetPort = port, appProtocol }) => {
    const number = typeof targetPort === 'number' ? targetPort : namedPort(pod, targetPort, protocol);
    if (number === undefined) return [];
    return [compact({ name, port: number || port, protocol, appProtocol }) as ServedPort];
  });
}

function namedPort({ spec }: Pod, wanted: string, wantedProtocol: string): number | undefined {
  const containers = [
    ...spec.containers,
    ...(spec.initContainers ?? []).filter((one) => one.restartPolicy === 'Always'),
  ];
  for (const { ports = [] } of containers) {
    for (const { name, containerPort, protocol = 'TCP' } of ports) {
      if (name === wanted && protocol === wantedProtocol) return containerPort;
    }
  }
  return undefined;
}

/** One endpoint of an EndpointSlice. */
export function sliceEndpoint(backend: Backend, node: Node | undefined): JsonObject {
  const { pod, ip, ready, serving, terminating, hostname } = backend;
  return compact({
    addresses: [ip],
    conditions: { ready, serving, terminating },
    hostname,
    nodeName: pod.spec.nodeName,
    targetRef: targetOf(pod),
    zone: node?.metadata.labels?.['topology.kubernetes.io/zone'],
  });
}

/** The reference of an address to its Pod. */
export function targetOf({ metadata: { name, namespace, uid } }: Pod): JsonObject {
  return { kind: 'Pod', name, namespace, uid };
}

/** Backends that serve the same ports. */
export function byPorts(backends: readonly Backend[]): Map<string, Backend[]> {
  return Map.groupBy(backends, ({ ports }) => JSON.stringify(ports));
}

/** Labels of a Service that its endpoints do not get. */
export function copiedLabels({ metadata }: Service, own: Record<string, string>): Record<string, string> {
  const { 'service.kubernetes.io/headless': _, ...labels } = metadata.labels ?? {};
  return { ...labels, ...own };
}
