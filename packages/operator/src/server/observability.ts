import { LEASES } from '@capstan/capability-model';
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
 * Serves `/healthz`, `/readyz` and `/metrics` where the options ask for it (one server where both addresses are the same)
 * and sends traces where the environment asks for it. What nobody asks for is not even loaded. Rejects when an address
 * cannot be read or had.
 */
export async function startObservability(options: OperatorOptions): Promise<Observability> {
  const { log } = options;
  const addresses = {
    health: parseAddress('--health-addr', options.healthAddr ?? ''),
    metrics: parseAddress('--metrics-addr', options.metricsAddr ?? ''),
  };
  const metrics = addresses.metrics && (await import('../telemetry/metrics.ts')).startMetrics(LEASES.operator);
  let state: OperatorState | undefined;
  const endpoints = {
    health: new Map<string, Endpoint>([
      ['/healthz', () => text(200, 'ok')],
      ['/readyz', () => readiness(state)],
    ]),
    metrics: new Map<string, Endpoint>(metrics ? [['/metrics', () => rendered(metrics)]] : []),
  };
  const servers: EndpointServer[] = [];
  const serve = async (
    names: readonly ServedEndpoint['name'][],
    address: ListenAddress,
    all: Map<string, Endpoint>,
  ) => {
    const server = await serveEndpoints(address, all, log);
    servers.push(server);
    for (const name of names) announce(options, name, address, server.port);
  };
  const stopTracing = await startTracing(log);
  const stop = async () => {
    await Promise.all(servers.map((server) => server.close()));
    metrics?.stop();
    await stopTracing();
  };
  try {
    const { health, metrics: ofMetrics } = addresses;
    if (health && ofMetrics && health.port !== 0 && isSame(health, ofMetrics)) {
      await serve(['health', 'metrics'], health, new Map([...endpoints.health, ...endpoints.metrics]));
    } else {
      if (health) await serve(['health'], health, endpoints.health);
      if (ofMetrics) await serve(['metrics'], ofMetrics, endpoints.metrics);
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
