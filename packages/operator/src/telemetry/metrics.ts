import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import {
  type QueueTrace,
  queueChannel,
  type ReconcileTrace,
  type RequestTrace,
  reconcileChannel,
  requestChannel,
} from '@capstan/kube';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { SYSTEM_VERSION } from '../manifests.ts';
import { type WebhookTrace, webhookChannel } from '../webhooks/diagnostics.ts';
import { measureCapabilities } from './capability-metrics.ts';

/** What the operator measures of itself. */
export interface OperatorMetrics {
  /** The text that Prometheus reads. */
  render(): Promise<{ readonly contentType: string; readonly body: string }>;
  /** 1 while this replica leads, else 0. */
  leads(yes: boolean): void;
  /** Stops measuring. */
  stop(): void;
}

/** Bounds of controller-runtime's histogram of reconcile times. */
const RECONCILE_SECONDS = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5, 1.75, 2,
  2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
];
const REQUEST_SECONDS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60];
/** client-go's: ten powers of ten from a hundredth of a microsecond. */
const QUEUE_SECONDS = Array.from({ length: 10 }, (_, power) => 10 ** (power - 8));

/**
 * Measures the reconciles, queues, API requests and webhooks of this process, and the process itself. The names are those
 * of controller-runtime, so that dashboards made for it work.
 */
export function startMetrics(lease: string): OperatorMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  new Gauge({ name: 'capstan_build_info', help: 'The version that runs', labelNames: ['version'], registers }).set(
    { version: SYSTEM_VERSION },
    1,
  );
  const leading = new Gauge({
    name: 'leader_election_master_status',
    help: 'Whether this replica leads: 1 or 0',
    labelNames: ['name'],
    registers,
  });
  leading.set({ name: lease }, 0);
  const ends = [
    measureReconciles(registers),
    measureRequests(registers),
    measureQueues(registers),
    measureWebhooks(registers),
    measureCapabilities(registers),
  ];
  return {
    render: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
    leads: (yes) => leading.set({ name: lease }, yes ? 1 : 0),
    stop: () => {
      for (const end of ends) end();
      registry.clear();
    },
  };
}

type Registers = Registry[];

function measureReconciles(registers: Registers): () => void {
  const total = new Counter({
    name: 'controller_runtime_reconcile_total',
    help: 'Reconciles by controller and result',
    labelNames: ['controller', 'result'],
    registers,
  });
  const errors = new Counter({
    name: 'controller_runtime_reconcile_errors_total',
    help: 'Failed reconciles by controller',
    labelNames: ['controller'],
    registers,
  });
  const seconds = new Histogram({
    name: 'controller_runtime_reconcile_time_seconds',
    help: 'Duration of reconciles by controller',
    labelNames: ['controller'],
    buckets: RECONCILE_SECONDS,
    registers,
  });
  const active = new Gauge({
    name: 'controller_runtime_active_workers',
    help: 'Reconciles that run now, by controller',
    labelNames: ['controller'],
    registers,
  });
  return measure<ReconcileTrace>(reconcileChannel, {
    start: ({ controller }) => active.inc({ controller }),
    end: ({ controller, outcome }, duration) => {
      active.dec({ controller });
      seconds.observe({ controller }, duration);
      if (outcome === 'error') errors.inc({ controller });
      if (outcome !== undefined && outcome !== 'stopped') total.inc({ controller, result: outcome });
    },
  });
}

function measureRequests(registers: Registers): () => void {
  const total = new Counter({
    name: 'rest_client_requests_total',
    help: 'Requests to the API server by status code, method and host',
    labelNames: ['code', 'method', 'host'],
    registers,
  });
  const seconds = new Histogram({
    name: 'rest_client_request_duration_seconds',
    help: 'Time until the API server answers, by method and host',
    labelNames: ['verb', 'host'],
    buckets: REQUEST_SECONDS,
    registers,
  });
  return measure<RequestTrace>(requestChannel, {
    end: ({ method, host, status }, duration) => {
      total.inc({ code: status === undefined ? '<error>' : String(status), method, host });
      seconds.observe({ verb: method, host }, duration);
    },
  });
}

function measureWebhooks(registers: Registers): () => void {
  const total = new Counter({
    name: 'controller_runtime_webhook_requests_total',
    help: 'Admission requests by webhook and HTTP status',
    labelNames: ['webhook', 'code'],
    registers,
  });
  const seconds = new Histogram({
    name: 'controller_runtime_webhook_latency_seconds',
    help: 'Duration of admission requests by webhook',
    labelNames: ['webhook'],
    registers,
  });
  return measure<WebhookTrace>(webhookChannel, {
    end: ({ path, status }, duration) => {
      total.inc({ webhook: path, code: String(status ?? 500) });
      seconds.observe({ webhook: path }, duration);
    },
  });
}

function measureQueues(registers: Registers): () => void {
  const labelNames = ['name'] as const;
  const depth = new Gauge({ name: 'workqueue_depth', help: 'Keys that wait', labelNames, registers });
  const adds = new Counter({ name: 'workqueue_adds_total', help: 'Keys that were added', labelNames, registers });
  const retries = new Counter({
    name: 'workqueue_retries_total',
    help: 'Keys that were added again after a failure',
    labelNames,
    registers,
  });
  const waited = new Histogram({
    name: 'workqueue_queue_duration_seconds',
    help: 'How long keys waited',
    labelNames,
    buckets: QUEUE_SECONDS,
    registers,
  });
  const worked = new Histogram({
    name: 'workqueue_work_duration_seconds',
    help: 'How long keys were worked on',
    labelNames,
    buckets: QUEUE_SECONDS,
    registers,
  });
  const listener = (message: unknown) => {
    const trace = message as QueueTrace;
    const labels = { name: trace.queue };
    depth.set(labels, trace.depth);
    if (trace.event === 'add') adds.inc(labels, trace.count);
    if (trace.event === 'retry') retries.inc(labels, trace.count);
    if (trace.event === 'take') waited.observe(labels, trace.waitedMs / 1000);
    if (trace.event === 'done') worked.observe(labels, trace.workedMs / 1000);
  };
  const { name } = queueChannel;
  subscribe(name, listener);
  return () => void unsubscribe(name, listener);
}

interface Measured<T> {
  readonly start?: (trace: T) => void;
  /** `duration` is in seconds. */
  readonly end: (trace: T, duration: number) => void;
}

interface Traced<T extends object> {
  subscribe(handlers: { start: (trace: T) => void; asyncEnd: (trace: T) => void }): void;
  unsubscribe(handlers: object): unknown;
}

function measure<T extends object>(channel: Traced<T>, { start, end }: Measured<T>): () => void {
  const begun = new WeakMap<T, number>();
  const handlers = {
    start: (trace: T) => {
      begun.set(trace, performance.now());
      start?.(trace);
    },
    asyncEnd: (trace: T) => {
      const since = begun.get(trace);
      // One that began before the measuring is not counted: it would end without having begun.
      if (since !== undefined) end(trace, (performance.now() - since) / 1000);
    },
  };
  channel.subscribe(handlers);
  return () => void channel.unsubscribe(handlers);
}
