import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { silentLogger } from '@capstan/base';
import { type QueueTrace, queueChannel, type ReconcileTrace, reconcileChannel, requestChannel } from '@capstan/kube';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startMetrics } from '../src/telemetry/metrics.ts';
import { startTracing } from '../src/telemetry/tracing.ts';

/** A reconcile with one request in it, as controllers tell of them. */
async function aReconcile(outcome: 'success' | 'error', status = 200): Promise<void> {
  const trace: ReconcileTrace = { controller: 'shop', key: 'ns/web', reconcileId: 'shop-1' };
  const request = { method: 'GET', host: 'api:6443', path: '/api/v1/pods' };
  await reconcileChannel.tracePromise(async () => {
    await requestChannel.tracePromise(async () => Object.assign(request, { status }), request);
    trace.outcome = outcome;
  }, trace);
}

test('reconciles, requests and queues are counted under the names of controller-runtime', async () => {
  const metrics = startMetrics('lease');
  onTestFinished(() => metrics.stop());
  await aReconcile('success');
  await aReconcile('error', 500);
  const queue = (event: object) => queueChannel.publish({ queue: 'shop', depth: 1, ...event } as QueueTrace);
  queue({ event: 'add', count: 2 });
  queue({ event: 'retry', count: 1 });
  queue({ event: 'take', waitedMs: 5 });
  queue({ event: 'done', workedMs: 20 });
  metrics.leads(true);
  const { body, contentType } = await metrics.render();
  expect(contentType).toContain('text/plain');
  const lines = body.split('\n');
  for (const line of [
    'controller_runtime_reconcile_total{controller="shop",result="success"} 1',
    'controller_runtime_reconcile_total{controller="shop",result="error"} 1',
    'controller_runtime_reconcile_errors_total{controller="shop"} 1',
    'controller_runtime_reconcile_time_seconds_count{controller="shop"} 2',
    'controller_runtime_active_workers{controller="shop"} 0',
    'rest_client_requests_total{code="200",method="GET",host="api:6443"} 1',
    'rest_client_requests_total{code="500",method="GET",host="api:6443"} 1',
    'workqueue_adds_total{name="shop"} 2',
    'workqueue_retries_total{name="shop"} 1',
    'workqueue_depth{name="shop"} 1',
    'workqueue_queue_duration_seconds_sum{name="shop"} 0.005',
    'workqueue_work_duration_seconds_sum{name="shop"} 0.02',
    'leader_election_master_status{name="lease"} 1',
  ]) {
    expect(lines).toContain(line);
  }
  metrics.stop();
  expect(reconcileChannel.hasSubscribers || queueChannel.hasSubscribers).toBe(false);
});

test('spans go to the endpoint that the environment names, a request below its reconcile', async () => {
  const received: { path: string; body: Buffer }[] = [];
  const collector = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    received.push({ path: request.url ?? '', body: Buffer.concat(chunks) });
    response.end();
  });
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void collector.close());
  onTestFinished(() => void vi.unstubAllEnvs());
  const nothing = await startTracing(silentLogger);
  expect(reconcileChannel.hasSubscribers).toBe(false);
  await nothing();

  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', `http://127.0.0.1:${(collector.address() as AddressInfo).port}`);
  vi.stubEnv('OTEL_SERVICE_NAME', 'our-operator');
  const stop = await startTracing(silentLogger);
  await aReconcile('error', 500);
  await stop();
  expect(reconcileChannel.hasSubscribers).toBe(false);
  const sent = Buffer.concat(received.map(({ body }) => body)).toString('latin1');
  expect(received[0]?.path).toBe('/v1/traces');
  for (const text of ['our-operator', 'reconcile shop', 'ns/web', '/api/v1/pods', 'capstan.outcome']) {
    expect(sent).toContain(text);
  }
});
