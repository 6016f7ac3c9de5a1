import type { JsonObject, JsonValue, TraitRenderInput } from '@capstan/plugin-api';
import {
  type LoadTest,
  type MetricQuery,
  type RolloutSpec,
  STRATEGY_DEFAULTS,
  secondsOf,
  type Webhook,
} from './spec.ts';
import { isKnativeService } from './target.ts';
import { LOAD_TEST_NAME } from './validate.ts';

/** The load tester of this package, from capability.yaml; an installation that exports another address is asked there. */
const LOAD_TESTER = 'http://flagger-loadtester.flagger-system/';

/** A rate over less than a minute has too few measurements in it. */
const SHORTEST_WINDOW_S = 60;

/** `spec.analysis` of the Canary. */
export function analysisOf(input: TraitRenderInput, spec: RolloutSpec, port: number | undefined): JsonObject {
  const metrics = metricsOf(input, spec);
  const webhooks = webhooksOf(input, spec, port);
  return {
    interval: spec.interval,
    threshold: spec.threshold,
    ...stepsOf(spec),
    ...(metrics.length > 0 ? { metrics } : {}),
    ...(webhooks.length > 0 ? { webhooks } : {}),
  };
}

/** Exactly one of stepWeight, stepWeights and iterations, or Flagger's schema refuses the Canary. */
function stepsOf(spec: RolloutSpec): JsonObject {
  const { strategy, stepWeights, match } = spec;
  if (strategy !== 'canary') {
    const iterations = spec.iterations ?? STRATEGY_DEFAULTS.iterations;
    return { iterations, ...(match ? { match: match as unknown as JsonValue } : {}) };
  }
  if (stepWeights) return { stepWeights };
  return {
    stepWeight: spec.stepWeight ?? STRATEGY_DEFAULTS.stepWeight,
    maxWeight: spec.maxWeight ?? STRATEGY_DEFAULTS.maxWeight,
  };
}

function metricsOf(input: TraitRenderInput, { metrics, interval }: RolloutSpec): JsonObject[] {
  const seconds = Math.max(secondsOf(interval) ?? 0, SHORTEST_WINDOW_S);
  const window = { interval: seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s` };
  const { successRate, latencyMs, queries = [] } = metrics;
  return [
    ...(successRate > 0 ? [{ name: 'request-success-rate', ...window, thresholdRange: { min: successRate } }] : []),
    ...(latencyMs > 0 ? [{ name: 'request-duration', ...window, thresholdRange: { max: latencyMs } }] : []),
    ...queries.map((query) => queryOf(input, query, window)),
  ];
}

/**
 * A question of the user's own goes through a MetricTemplate where it is known whom to ask. Offline it stands in the
 * Canary itself, which asks Flagger's own metrics server.
 */
function queryOf(input: TraitRenderInput, { name, query, min, max }: MetricQuery, window: JsonObject): JsonObject {
  const asked = metricsUrl(input) === undefined ? { query } : { templateRef: { name: templateName(input, name) } };
  const thresholdRange = { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) };
  return { name, ...window, thresholdRange, ...asked };
}

/** Where the metrics of this cluster are asked for; unknown offline. */
export function metricsUrl({ context }: TraitRenderInput): string | undefined {
  const url = context.capabilities['metrics']?.exports['url'];
  return typeof url === 'string' && url !== '' ? url : undefined;
}

/** Name of the MetricTemplate of a query. */
export function templateName({ target }: TraitRenderInput, query: string): string {
  return `${target.name}-${query}`;
}

/**
 * Webhooks with all of the fields that Flagger's types always write: the list is one field to the API server, and would
 * become Flagger's when it first writes the Canary.
 */
function webhooksOf(
  input: TraitRenderInput,
  { webhooks = [], loadTest, interval }: RolloutSpec,
  port?: number,
): JsonObject[] {
  const test = loadTest ? [loadTestHook(input, loadTest, { interval, port })] : [];
  return [...test, ...webhooks.map(webhookOf)];
}

function webhookOf({ name, type, url, timeout, retries, metadata }: Webhook): JsonObject {
  return {
    name,
    type,
    url,
    muteAlert: false,
    ...(timeout === undefined ? {} : { timeout }),
    ...(retries === undefined ? {} : { retries }),
    ...(metadata && Object.keys(metadata).length > 0 ? { metadata } : {}),
  };
}

function loadTestHook(
  input: TraitRenderInput,
  loadTest: LoadTest,
  { interval, port }: { readonly interval: string; readonly port: number | undefined },
): JsonObject {
  const exported = input.context.capabilities['rollout']?.exports['loadTesterUrl'];
  const { path = '/', requestsPerSecond = 10, concurrency = 2 } = loadTest;
  const address = `http://${newVersion(input)}${port === undefined || port === 80 ? '' : `:${port}`}${path}`;
  const cmd = loadTest.command ?? `hey -z ${interval} -q ${requestsPerSecond} -c ${concurrency} ${address}`;
  const url = typeof exported === 'string' ? exported : LOAD_TESTER;
  return webhookOf({ name: LOAD_TEST_NAME, type: 'rollout', url, timeout: '5s', metadata: { type: 'cmd', cmd } });
}

/** Who answers with the new version: a Service of Flagger's; of a Knative Service its own, with the part that it has. */
function newVersion({ target, context }: TraitRenderInput): string {
  if (isKnativeService(target)) return `${target.name}.${context.namespace}.svc.cluster.local`;
  return `${target.name}-canary.${context.namespace}`;
}
