import { LEASES } from '@capstan/capability-model';
import type { CenterSource } from '../center-source.ts';
import { commandFor } from '../command-for.ts';
import type { OperatorOptions, OperatorState, ServedEndpoint } from '../options.ts';
import type { OperatorMetrics } from '../telemetry/metrics.ts';
import { startTracing } from '../telemetry/tracing.ts';
import { type ListenAddress, parseAddress } from './address.ts';
import { type Endpoint, type EndpointServer, serveEndpoints, text } from './endpoints.ts';

/** What shows from outside how an operator does. */
export interface Observability {
  /** Takes note of a state, for `/readyz` and metrics. */
  note(state: OperatorState): void;
  stop(): Promise<void>;
}

/**
 * Serves `/healthz`, `/readyz`, `/metrics` and `/api/v1/capabilities` where the options ask for it (one server for those
 * with the same address) and sends traces where the environment asks for it. What nobody asks for is not even loaded.
 * Rejects when an address cannot be read or had.
 */
export async function startObservability(options: OperatorOptions, center?: CenterSource): Promise<Observability> {
  const { log } = options;
  const addresses = {
    health: parseAddress('--health-addr', options.healthAddr ?? ''),
    metrics: parseAddress('--metrics-addr', options.metricsAddr ?? ''),
    api: parseAddress('--api-addr', options.apiAddr ?? ''),
  };
  const metrics = addresses.metrics && (await import('../telemetry/metrics.ts')).startMetrics(LEASES.operator);
  let state: OperatorState | undefined;
  const endpoints: Readonly<Record<ServedName, readonly (readonly [string, Endpoint])[]>> = {
    health: [
      ['/healthz', () => text(200, 'ok')],
      ['/readyz', () => readiness(state)],
    ],
    metrics: metrics ? [['/metrics', () => rendered(metrics)]] : [],
    api: addresses.api ? [['/api/v1/capabilities', await apiEndpoint(options, center)]] : [],
  };
  const servers: EndpointServer[] = [];
  const stopTracing = await startTracing(log);
  const stop = async () => {
    await Promise.all(servers.map((server) => server.close()));
    metrics?.stop();
    await stopTracing();
  };
  try {
    for (const { names, address } of grouped(addresses)) {
      const server = await serveEndpoints(address, new Map(names.flatMap((name) => endpoints[name])), log);
      servers.push(server);
      for (const name of names) announce(options, name, address, server.port);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    note: (next) => {
      state = next;
      metrics?.leads(next.state === 'starting' || next.state === 'running');
    },
    stop,
  };
}

type ServedName = 'health' | 'metrics' | 'api';

/** What is served together: names with the same address, but for those that take any port. */
function grouped(addresses: Readonly<Record<ServedName, ListenAddress | undefined>>) {
  const groups: { readonly names: ServedName[]; readonly address: ListenAddress }[] = [];
  for (const name of ['health', 'metrics', 'api'] as const) {
    const address = addresses[name];
    if (!address) continue;
    const group = groups.find((one) => address.port !== 0 && isSame(one.address, address));
    if (group) group.names.push(name);
    else groups.push({ names: [name], address });
  }
  return groups;
}

async function apiEndpoint({ client, log }: OperatorOptions, center: CenterSource | undefined): Promise<Endpoint> {
  const { capabilitiesEndpoint } = await import('./capabilities-api.ts');
  const catalog = center && (async () => (await center.open()).catalog);
  return capabilitiesEndpoint({ client, log, command: commandFor(client), ...(catalog ? { catalog } : {}) });
}

/** Ready is who works, and who would at once if the other ended. */
function readiness(state: OperatorState | undefined) {
  switch (state?.state) {
    case 'running':
      return text(200, 'ok');
    case 'standby':
      return text(200, `ok: standby for ${state.holder}`);
    case 'waiting':
      return text(503, `not ready: waiting for ${state.missing.length} CRDs of capstan system install`);
    case 'starting':
      return text(503, 'not ready: filling caches');
    default:
      return text(503, `not ready: ${state?.state ?? 'starting'}`);
  }
}

async function rendered(metrics: OperatorMetrics) {
  return { status: 200, ...(await metrics.render()) };
}

function announce(
  { log, onServed }: OperatorOptions,
  name: ServedEndpoint['name'],
  { host }: ListenAddress,
  port: number,
) {
  const shown = host === undefined ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  const url = `http://${shown}:${port}`;
  log.info('endpoint is served', { endpoint: name, url });
  onServed?.({ name, url });
}

function isSame(one: ListenAddress, other: ListenAddress): boolean {
  return one.host === other.host && one.port === other.port;
}
