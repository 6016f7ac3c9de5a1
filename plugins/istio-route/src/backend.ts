import type { KubernetesObject, Problem, TraitRenderInput } from '@capstan/plugin-api';
import { type RouteSpec, routeSpec } from './spec.ts';

/** The component's own Service: its name, the port that requests go to, and the object where the Route has to make it. */
export interface Backend {
  readonly name: string;
  readonly port: number;
  readonly service?: KubernetesObject;
}

/** A port of a Service or container, as far as it is looked at. */
interface Port {
  readonly name?: string;
  readonly port?: number;
  readonly targetPort?: number | string;
  readonly containerPort?: number;
  readonly protocol?: string;
}

interface PodOwnerSpec {
  readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
  readonly template?: {
    readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
    readonly spec?: { readonly containers?: readonly { readonly ports?: readonly Port[] }[] };
  };
}

/** The component's Service as it is or as it has to be made, or why there can be none. */
export function backendOf(input: TraitRenderInput): Backend | Problem[] {
  const spec = routeSpec(input.trait);
  const brought = broughtService(input);
  if (brought) return ofBrought(spec, brought.ports, input);
  return isContainerizedWorkload(input.workload) ? [noPort(input)] : toMake(spec, input);
}

/** A Service of the workload's name that the workload, its controller or another trait makes. */
function broughtService({ workload, children, neighbours }: TraitRenderInput): { ports: readonly Port[] } | undefined {
  const { name } = workload.metadata;
  const rendered = [...children, ...neighbours.flatMap(({ objects }) => objects)].find(
    ({ apiVersion, kind, metadata }) => apiVersion === 'v1' && kind === 'Service' && metadata.name === name,
  );
  if (rendered) return { ports: (rendered['spec'] as { ports?: readonly Port[] } | undefined)?.ports ?? [] };
  if (!isContainerizedWorkload(workload)) return undefined;
  // Its controller makes a Service with the first port that a container names, under that number.
  const spec = workload['spec'] as { containers?: readonly { ports?: readonly Port[] }[] } | undefined;
  const first = spec?.containers?.flatMap(({ ports }) => ports ?? [])[0]?.containerPort;
  return first === undefined ? undefined : { ports: [{ port: first, targetPort: first }] };
}

function isContainerizedWorkload({ apiVersion, kind }: KubernetesObject): boolean {
  return apiVersion.startsWith('core.oam.dev/') && kind === 'ContainerizedWorkload';
}

function ofBrought(spec: RouteSpec, ports: readonly Port[], input: TraitRenderInput): Backend | Problem[] {
  const { name } = input.workload.metadata;
  const found = spec.port === undefined ? ports[0] : ports.find(({ port }) => port === spec.port);
  const service = `the Service ${name}, which the component brings,`;
  if (found?.port === undefined) {
    const has = ports.map(({ port }) => port).join(', ');
    const message = `${service} has no port${spec.port === undefined ? '' : ` ${spec.port}`}`;
    return [{ path: 'spec.port', message, ...(has ? { hint: `It has ${has}; leave port out for the first.` } : {}) }];
  }
  const target = numberOf(found, input);
  if (spec.targetPort !== undefined && target !== undefined && target !== spec.targetPort) {
    const message = `${service} sends port ${found.port} to port ${target} of the container`;
    return [{ path: 'spec.targetPort', message, hint: 'Leave targetPort out.' }];
  }
  return { name, port: found.port };
}

/** The container's port behind a Service's port, which may name it. */
function numberOf({ port, targetPort = port }: Port, input: TraitRenderInput): number | undefined {
  if (typeof targetPort === 'number') return targetPort;
  return portsOf(podOwner(input)).find(({ name }) => name === targetPort)?.containerPort;
}

function toMake(spec: RouteSpec, input: TraitRenderInput): Backend | Problem[] {
  const { workload, context } = input;
  const { name } = workload.metadata;
  if (!/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)) {
    const message = `workload ${name} needs a Service, which may not be called that`;
    const hint = 'Names of Services have lower-case letters, digits and -, begin with a letter, and have 63 at most.';
    return [{ path: 'metadata.name', message, hint }];
  }
  const owner = podOwner(input);
  const { selector, template } = (owner?.['spec'] ?? {}) as PodOwnerSpec;
  const labels = selector?.matchLabels ?? template?.metadata?.labels;
  if (!labels || Object.keys(labels).length === 0) {
    return [
      { path: 'spec.hosts', message: `${workload.kind} ${name} has no labels by which a Service finds its pods` },
    ];
  }
  const targetPort = spec.targetPort ?? portsOf(owner)[0]?.containerPort;
  if (targetPort === undefined) return [noPort(input)];
  const port = spec.port ?? 80;
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: context.namespace },
    // The port's name tells Istio the protocol.
    spec: { type: 'ClusterIP', selector: labels, ports: [{ name: 'http', port, targetPort, protocol: 'TCP' }] },
  };
  return { name, port, service };
}

function noPort({ workload }: TraitRenderInput): Problem {
  const message = `is missing: no container of ${workload.kind} ${workload.metadata.name} states a port`;
  const contained = isContainerizedWorkload(workload);
  const hint = contained ? 'Give a container of the workload a port.' : 'State it, or give the workload a port.';
  return { path: contained ? 'spec.port' : 'spec.targetPort', message, hint };
}

/** What has the pods: the child that the trait works on, or the workload itself. */
export function podOwner({ children, workload, target }: TraitRenderInput): KubernetesObject | undefined {
  return [...children, workload].find(
    (object) =>
      object.kind === target.kind && object.apiVersion === target.apiVersion && object.metadata.name === target.name,
  );
}

function portsOf(owner: KubernetesObject | undefined): readonly Port[] {
  const spec = (owner?.['spec'] ?? {}) as PodOwnerSpec;
  const ports = spec.template?.spec?.containers?.flatMap((container) => container.ports ?? []) ?? [];
  return ports.filter(({ protocol = 'TCP' }) => protocol === 'TCP');
}
