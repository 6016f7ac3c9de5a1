import { AsyncLocalStorage } from 'node:async_hooks';
import { type Logger, messageOf } from '@capstan/base';
import { reconcileChannel, requestChannel } from '@capstan/kube';
import type { Attributes, Span, Tracer } from '@opentelemetry/api';
import { SYSTEM_VERSION } from '../manifests.ts';
import { webhookChannel } from '../webhooks/diagnostics.ts';

/** How long the last spans may take to be delivered when the operator ends. */
const FLUSH_MS = 3000;

/** Whether the environment asks for traces: an OTLP endpoint is named, and nothing turns the SDK off. */
function tracingWanted(): boolean {
  const { env } = process;
  const endpoint = env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] || env['OTEL_EXPORTER_OTLP_ENDPOINT'];
  return Boolean(endpoint) && env['OTEL_SDK_DISABLED'] !== 'true' && env['OTEL_TRACES_EXPORTER'] !== 'none';
}

/**
 * Sends a span for each reconcile, API request and admission request to the OTLP endpoint that the environment names, as
 * OpenTelemetry's variables ask (endpoint, headers, service name, resource attributes, sampler). Loads the SDK only then.
 * Gives the end, which delivers what is left.
 */
export async function startTracing(log: Logger): Promise<() => Promise<void>> {
  if (!tracingWanted()) return async () => {};
  const [api, sdk, { OTLPTraceExporter }, resources] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/exporter-trace-otlp-proto'),
    import('@opentelemetry/resources'),
  ]);
  const detectors = [resources.resourceAttributesEnvDetector, resources.serviceNameEnvDetector];
  const own = resources.resourceFromAttributes({
    'service.name': 'capstan-operator',
    'service.version': SYSTEM_VERSION,
  });
  const provider = new sdk.TracerProvider({
    resource: resources.defaultResource().merge(own).merge(resources.detectResources({ detectors })),
    spanProcessors: [new sdk.BatchSpanProcessor({ exporter: new OTLPTraceExporter() })],
    sampler: samplerOf(sdk),
  });
  const end = followChannels(provider.getTracer('capstan', SYSTEM_VERSION), api);
  log.info('traces are sent to an OTLP endpoint');
  return async () => {
    end();
    const flushed = provider
      .shutdown()
      .catch((error: unknown) => log.warn('traces were lost', { error: messageOf(error) }));
    await Promise.race([flushed, new Promise((resolve) => setTimeout(resolve, FLUSH_MS).unref())]);
  };
}

/** OTEL_TRACES_SAMPLER, of which the SDK's own reading is part of a larger package. */
function samplerOf(sdk: typeof import('@opentelemetry/sdk-trace')) {
  const { env } = process;
  const name = env['OTEL_TRACES_SAMPLER'] || 'parentbased_always_on';
  const share = Number(env['OTEL_TRACES_SAMPLER_ARG'] || 1);
  const root = name.endsWith('always_off')
    ? new sdk.AlwaysOffSampler()
    : name.endsWith('traceidratio')
      ? new sdk.TraceIdRatioBasedSampler(share)
      : new sdk.AlwaysOnSampler();
  return name.startsWith('parentbased_') ? new sdk.ParentBasedSampler({ root }) : root;
}

interface Described {
  readonly name: string;
  readonly attributes: Attributes;
}

/** One channel of `node:diagnostics_channel` in the form that spans are made from. */
interface SpanSource<T extends object> {
  readonly channel: ReturnType<typeof import('node:diagnostics_channel').tracingChannel<unknown, T>>;
  readonly describe: (trace: T) => Described;
  /** Facts that are known in the end; `failed` marks the span. */
  readonly conclude: (trace: T) => { readonly attributes: Attributes; readonly failed: boolean };
}

function followChannels(tracer: Tracer, api: typeof import('@opentelemetry/api')): () => void {
  const current = new AsyncLocalStorage<Span>();
  const ends = [
    follow(tracer, api, current, {
      channel: reconcileChannel,
      describe: ({ controller, key, reconcileId }) => ({
        name: `reconcile ${controller}`,
        attributes: { 'capstan.controller': controller, 'capstan.key': key, 'capstan.reconcile_id': reconcileId },
      }),
      conclude: ({ outcome }) => ({
        attributes: { 'capstan.outcome': outcome ?? 'unknown' },
        failed: outcome === 'error',
      }),
    }),
    follow(tracer, api, current, {
      channel: requestChannel,
      describe: ({ method, host, path }) => ({
        name: method,
        attributes: { 'http.request.method': method, 'server.address': host, 'url.path': path },
      }),
      conclude: ({ status }) => ({
        attributes: status === undefined ? {} : { 'http.response.status_code': status },
        failed: status === undefined || status >= 500,
      }),
    }),
    follow(tracer, api, current, {
      channel: webhookChannel,
      describe: ({ path }) => ({ name: `admission ${path}`, attributes: { 'url.path': path } }),
      conclude: ({ status = 500 }) => ({
        attributes: { 'http.response.status_code': status },
        failed: status >= 500,
      }),
    }),
  ];
  return () => {
    for (const end of ends) end();
  };
}

/** Makes a span of everything that a channel traces, below the span in which it happens. */
function follow<T extends object>(
  tracer: Tracer,
  { ROOT_CONTEXT, SpanStatusCode, trace }: typeof import('@opentelemetry/api'),
  current: AsyncLocalStorage<Span>,
  { channel, describe, conclude }: SpanSource<T>,
): () => void {
  const spans = new WeakMap<T, Span>();
  channel.start.bindStore(current, (context: T) => {
    const parent = current.getStore();
    const { name, attributes } = describe(context);
    const under = parent ? trace.setSpan(ROOT_CONTEXT, parent) : ROOT_CONTEXT;
    const span = tracer.startSpan(name, { attributes }, under);
    spans.set(context, span);
    return span;
  });
  const handlers = {
    asyncEnd: (context: T) => {
      const span = spans.get(context);
      const { attributes, failed } = conclude(context);
      span?.setAttributes(attributes);
      if (failed) span?.setStatus({ code: SpanStatusCode.ERROR });
      span?.end();
    },
  };
  channel.subscribe(handlers as Parameters<typeof channel.subscribe>[0]);
  return () => {
    channel.start.unbindStore(current);
    channel.unsubscribe(handlers as Parameters<typeof channel.unsubscribe>[0]);
  };
}
