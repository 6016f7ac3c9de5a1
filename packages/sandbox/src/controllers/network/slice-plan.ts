import type { JsonObject } from '@capstan/base';
import type { EndpointSlice, Node, Pod, Service } from '../model/core-types.ts';
import { deepEqual } from '../model/equality.ts';
import { KINDS } from '../model/kinds.ts';
import { controllerReference } from '../model/meta.ts';
import { randomSuffix } from '../model/names.ts';
import { type Backend, backendsOf, byPorts, copiedLabels, isHeadless, sliceEndpoint } from './endpoint-state.ts';

/** Label of a slice that names its Service. */
export const SERVICE_LABEL = 'kubernetes.io/service-name';
/** Label of a slice that names who keeps it. */
export const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';
/** Who keeps the slices of Services with selectors. */
export const MANAGER = 'endpointslice-controller.k8s.io';
const TRIGGER = 'endpoints.kubernetes.io/last-change-trigger-time';
/** As many endpoints go into one slice. */
const MAX_ENDPOINTS = 100;

/** What is to be written. */
export interface SlicePlan {
  readonly create: readonly EndpointSlice[];
  readonly update: readonly EndpointSlice[];
  readonly remove: readonly EndpointSlice[];
}

/** What the EndpointSlices of a Service are made from. */
export interface SliceState {
  readonly service: Service;
  readonly pods: readonly Pod[];
  /** The slices that there are. */
  readonly slices: readonly EndpointSlice[];
  readonly node: (name: string) => Node | undefined;
  /** Now, as RFC 3339. */
  readonly time: string;
}

type Content = Pick<EndpointSlice, 'endpoints' | 'ports'>;

/** Which slices a Service should have, made of those there are; one is always there, even if it is empty. */
export function planSlices({ service, pods, slices, node, time }: SliceState): SlicePlan {
  const wanted = contentsOf(backendsOf(service, pods), node);
  const labels = copiedLabels(service, {
    [MANAGED_BY]: MANAGER,
    [SERVICE_LABEL]: service.metadata.name,
    ...(isHeadless(service) && { 'service.kubernetes.io/headless': '' }),
  });
  const free = [...slices];
  const create: EndpointSlice[] = [];
  const update: EndpointSlice[] = [];
  for (const content of wanted) {
    const known = takeBest(free, content);
    if (!known) create.push(newSlice(service, content, labels, time));
    else if (!holds(known, content, labels)) update.push(changed(known, content, labels, time));
  }
  return { create, update, remove: free };
}

function contentsOf(backends: readonly Backend[], node: SliceState['node']): Content[] {
  const contents = [...byPorts(backends).values()].flatMap((group) => {
    const { ports = [] } = group[0] ?? {};
    const endpoints = group.map((one) => sliceEndpoint(one, node(one.pod.spec.nodeName ?? '')));
    return chunks(endpoints).map((some): Content => ({ endpoints: some, ports: ports.map((one) => ({ ...one })) }));
  });
  return contents.length === 0 ? [{ endpoints: null, ports: null }] : contents;
}

function chunks(endpoints: readonly JsonObject[]): JsonObject[][] {
  const count = Math.ceil(endpoints.length / MAX_ENDPOINTS);
  return Array.from({ length: count }, (_, n) => endpoints.slice(n * MAX_ENDPOINTS, (n + 1) * MAX_ENDPOINTS));
}

/** A slice with the same ports first, for they seldom change; any other else. */
function takeBest(free: EndpointSlice[], { ports }: Content): EndpointSlice | undefined {
  const same = free.findIndex((slice) => deepEqual(slice.ports, ports));
  return free.splice(Math.max(0, same), 1)[0];
}

function holds(slice: EndpointSlice, { endpoints, ports }: Content, labels: Record<string, string>): boolean {
  return (
    deepEqual(slice.endpoints ?? [], endpoints ?? []) &&
    deepEqual(slice.ports ?? [], ports ?? []) &&
    deepEqual(slice.metadata.labels, labels)
  );
}

function changed(slice: EndpointSlice, content: Content, labels: Record<string, string>, time: string): EndpointSlice {
  const annotations = { ...slice.metadata.annotations, [TRIGGER]: time };
  return { ...slice, ...content, metadata: { ...slice.metadata, labels, annotations } };
}

function newSlice(service: Service, content: Content, labels: Record<string, string>, time: string): EndpointSlice {
  const { name, namespace = '' } = service.metadata;
  const metadata = {
    name: `${name}-${randomSuffix()}`,
    generateName: `${name}-`,
    namespace,
    labels,
    annotations: { [TRIGGER]: time },
    ownerReferences: [controllerReference(service)],
  };
  const [family = 'IPv4'] = (service.spec as { ipFamilies?: string[] }).ipFamilies ?? [];
  return { ...KINDS.endpointSlice, metadata, addressType: family, ...content };
}
