import type { JsonObject, KubeObject } from '../model/object.ts';
import { addressOf, clientConfigOf, type Outbound } from '../outbound/outbound.ts';
import type { Store } from '../storage/store.ts';

/** The condition `Available` of an APIService, without its time. */
export interface Availability {
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

/** User that the aggregator calls as. */
export const AGGREGATOR_HEADERS: Readonly<Record<string, string>> = {
  'x-remote-user': 'system:kube-aggregator',
  'x-remote-group': 'system:masters',
};

const CHECK_MS = 5_000;
/** What is said of this server's own group versions. */
export const LOCAL: Availability = {
  status: 'True',
  reason: 'Local',
  message: 'Local APIServices are always available',
};

interface ApiServiceSpec {
  readonly group?: string;
  readonly version: string;
  readonly service?: { readonly namespace: string; readonly name: string; readonly port?: number };
}

interface ServicePort {
  readonly name?: string;
  readonly port: number;
}

interface EndpointSlice {
  readonly endpoints?: readonly { readonly conditions?: { readonly ready?: boolean } }[];
  readonly ports?: readonly { readonly name?: string; readonly port?: number }[];
}

/**
 * Whether what an APIService stands for answers: its Service is there and listens, has ready endpoints, and serves the
 * discovery of its version (kube-aggregator controllers/status/remote).
 */
export async function availabilityOf(
  apiService: KubeObject,
  parts: { readonly store: Store; readonly outbound: Outbound },
): Promise<Availability> {
  const config = clientConfigOf(apiService);
  if (config === undefined) return LOCAL;
  const { service, group = '', version } = apiService['spec'] as unknown as ApiServiceSpec;
  return (
    unavailableService(service ?? { namespace: '', name: '' }, parts.store) ??
    (await failedDiscovery(`/apis/${group}/${version}`, config, parts.outbound)) ?? {
      status: 'True',
      reason: 'Passed',
      message: 'all checks passed',
    }
  );
}

function unavailableService(
  { namespace, name, port = 443 }: NonNullable<ApiServiceSpec['service']>,
  store: Store,
): Availability | undefined {
  const label = `service/${name} in "${namespace}"`;
  const found = store.get('services.', namespace, name)?.object;
  if (found === undefined) return unavailable('ServiceNotFound', `${label} is not present`);
  const spec = found['spec'] as { type?: string; ports?: readonly ServicePort[] };
  if (spec.type !== undefined && spec.type !== 'ClusterIP') return undefined;
  const listening = spec.ports?.find((one) => one.port === port);
  if (listening === undefined) return unavailable('ServicePortError', `${label} is not listening on port ${port}`);
  const slices = slicesOf(store, namespace, name);
  if (slices.length === 0) return unavailable('EndpointsNotFound', `cannot find endpointslices for ${label}`);
  const portName = listening.name ?? '';
  if (slices.some((slice) => isReady(slice, portName))) return undefined;
  return unavailable('MissingEndpoints', `endpointslices for ${label} have no addresses with port name "${portName}"`);
}

function slicesOf(store: Store, namespace: string, service: string): EndpointSlice[] {
  return store
    .list('endpointslices.discovery.k8s.io', { namespace })
    .items.filter(({ object }) => object.metadata.labels?.['kubernetes.io/service-name'] === service)
    .map(({ object }) => object as unknown as EndpointSlice);
}

function isReady({ endpoints = [], ports = [] }: EndpointSlice, portName: string): boolean {
  return (
    endpoints.some(({ conditions }) => conditions?.ready !== false) &&
    ports.some(({ name, port }) => (name ?? '') === portName && port !== undefined)
  );
}

async function failedDiscovery(
  path: string,
  config: NonNullable<ReturnType<typeof clientConfigOf>>,
  outbound: Outbound,
): Promise<Availability | undefined> {
  const url = `${addressOf(config).replace(/\/$/, '')}${path}`;
  try {
    const request = { method: 'GET', path, headers: AGGREGATOR_HEADERS, timeoutMs: CHECK_MS };
    // As upstream, the check itself does not verify the certificate: that is left to the proxied requests.
    const { status } = await outbound.call({ ...config, insecureSkipTLSVerify: true }, request);
    if (status >= 200 && status < 300) return undefined;
    return unavailable(
      'FailedDiscoveryCheck',
      `failing or missing response from ${url}: bad status from ${url}: ${status}`,
    );
  } catch (error) {
    const why = `Get "${url}": ${(error as Error).message}`;
    return unavailable('FailedDiscoveryCheck', `failing or missing response from ${url}: ${why}`);
  }
}

function unavailable(reason: string, message: string): Availability {
  return { status: 'False', reason, message };
}

/** The status with this condition; the same object where it says that already. */
export function withAvailability(apiService: KubeObject, availability: Availability, now: string): KubeObject {
  const status = (apiService['status'] ?? {}) as { conditions?: JsonObject[] };
  const conditions = status.conditions ?? [];
  const before = conditions.find(({ type }) => type === 'Available');
  const { reason, message } = availability;
  if (before?.['status'] === availability.status && before['reason'] === reason && before['message'] === message) {
    return apiService;
  }
  const kept = before?.['status'] === availability.status ? before['lastTransitionTime'] : undefined;
  const condition = {
    type: 'Available',
    status: availability.status,
    lastTransitionTime: kept ?? now,
    reason,
    message,
  };
  const others = conditions.filter(({ type }) => type !== 'Available');
  return { ...apiService, status: { ...status, conditions: [...others, condition] } };
}
