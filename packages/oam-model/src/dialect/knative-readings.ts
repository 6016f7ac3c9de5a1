import { groupOf, type JsonObject, type KubernetesObject } from '@capstan/base';
import { getField } from '../field-path.ts';
import { isBlank, isJsonObject } from '../json.ts';
import {
  isKnativeAutoscaler,
  type KnativeSetting,
  readAutoscaler,
  type ScalerReading,
  wrongScale,
} from './knative-autoscaler.ts';

/**
 * What a scaler of another API says, in the words of Knative; undefined for a kind that is none: the talks' Autoscaler,
 * KEDA's ScaledObject and Kubernetes' HorizontalPodAutoscaler are. Knative scales on one metric: with class `hpa` on the
 * cpu (percent of the request) or the memory (an average in Mi) of its pods.
 */
function readScaler(scaler: KubernetesObject): ScalerReading | undefined {
  if (isKnativeAutoscaler(scaler)) return readAutoscaler(scaler);
  const spec = isJsonObject(scaler['spec']) ? scaler['spec'] : {};
  const group = groupOf(scaler.apiVersion);
  if (group === 'keda.sh' && scaler.kind === 'ScaledObject') return readScaledObject(spec);
  if (group === 'autoscaling' && scaler.kind === 'HorizontalPodAutoscaler') return readHpa(spec);
  return undefined;
}

/**
 * The same for a scaler of this Knative Service, as far as it is known: what is measured as percent of the cpu request needs one on every
 * container, which neither Kubernetes nor Knative says when it is missing.
 */
export function readScalerOf(
  workload: KubernetesObject | undefined,
  scaler: KubernetesObject,
): ScalerReading | undefined {
  const reading = readScaler(scaler);
  if (!reading || reading.refused !== undefined || reading.settings.get('metric') !== 'cpu') return reading;
  const containers = getField(workload, 'spec.template.spec.containers');
  const without = (Array.isArray(containers) ? containers : []).filter((container) => !asksForCpu(container));
  if (without.length === 0) return reading;
  const names = without.map((container) => String((isJsonObject(container) && container['name']) || 'the container'));
  const refused = `cpu is measured as percent of its request, and ${names.join(', ')} has none: set resources.requests.cpu`;
  return { ...reading, refused };
}

/** Limits count too: Kubernetes takes them as requests where there are none. */
function asksForCpu(container: unknown): boolean {
  return ['resources.requests.cpu', 'resources.limits.cpu'].some((path) => getField(container, path) !== undefined);
}

/** A metric in the words of Knative, or why there is none. */
type MetricReading = { readonly metric: 'cpu' | 'memory'; readonly target: string } | { readonly refused: string };

/** Where a bound is written in the spec of a scaler. */
type Bounds = Readonly<Record<'min-scale' | 'max-scale', string>>;

const KEDA_BOUNDS: Bounds = { 'min-scale': 'minReplicaCount', 'max-scale': 'maxReplicaCount' };
const HPA_BOUNDS: Bounds = { 'min-scale': 'minReplicas', 'max-scale': 'maxReplicas' };

/** KEDA's own default, which is part of what the object says. */
const KEDA_MAXIMUM = 100;

function readScaledObject(spec: JsonObject): ScalerReading {
  const { triggers, scaleTargetRef: _target, ...rest } = spec;
  const stated = Array.isArray(triggers) ? triggers : [];
  return reading({ maxReplicaCount: KEDA_MAXIMUM, ...rest }, KEDA_BOUNDS, readTriggers(stated));
}

function readTriggers(triggers: readonly unknown[]): MetricReading {
  const types = triggers.map((trigger) => String(isJsonObject(trigger) ? trigger['type'] : ''));
  const at = types.findIndex((type) => type !== 'cpu' && type !== 'memory');
  if (at >= 0) return { refused: `${noMetric(`trigger "${types[at]}"`)} (spec.triggers[${at}])` };
  const [trigger] = triggers;
  if (triggers.length !== 1 || !isJsonObject(trigger)) {
    return { refused: `Knative scales on one metric, and there are ${triggers.length} triggers: ${types.join(', ')}` };
  }
  const metadata = isJsonObject(trigger['metadata']) ? trigger['metadata'] : {};
  if (metadata['containerName'] !== undefined) {
    return { refused: 'Knative measures whole pods, and spec.triggers[0].metadata.containerName names a container' };
  }
  const where = `trigger "${trigger['type']}" (spec.triggers[0])`;
  const resource = trigger['type'] === 'cpu' ? 'cpu' : 'memory';
  // KEDA wants a metricType; where it is left out, only what can mean nothing else is read.
  const type = trigger['metricType'] || (resource === 'cpu' ? 'Utilization' : 'AverageValue');
  return readTarget(resource, String(type), metadata['value'], where);
}

function readHpa(spec: JsonObject): ScalerReading {
  const { metrics, targetCPUUtilizationPercentage: percent, scaleTargetRef: _target, ...rest } = spec;
  const stated = Array.isArray(metrics) ? metrics : [];
  return reading(rest, HPA_BOUNDS, stated.length > 0 ? readMetrics(stated) : readPercent(percent));
}

/** Without metrics Kubernetes takes 80 percent of the cpu request. */
function readPercent(percent: unknown = 80): MetricReading {
  return readTarget('cpu', 'Utilization', percent, 'spec.targetCPUUtilizationPercentage');
}

function readMetrics(metrics: readonly unknown[]): MetricReading {
  const words = metrics.map(describeMetric);
  const at = words.findIndex((word) => word !== 'cpu' && word !== 'memory');
  if (at >= 0) return { refused: `${noMetric(`metric ${words[at]}`)} (spec.metrics[${at}])` };
  const [metric] = metrics;
  if (metrics.length !== 1 || !isJsonObject(metric)) {
    return { refused: `Knative scales on one metric, and there are ${metrics.length}: ${words.join(', ')}` };
  }
  const resource = isJsonObject(metric['resource']) ? metric['resource'] : {};
  const target = isJsonObject(resource['target']) ? resource['target'] : {};
  const value = target['type'] === 'Utilization' ? target['averageUtilization'] : target['averageValue'];
  return readTarget(words[0] === 'cpu' ? 'cpu' : 'memory', String(target['type']), value, 'spec.metrics[0]');
}

/** `cpu` and `memory` of pods by their names; any other metric with its type. */
function describeMetric(metric: unknown): string {
  if (!isJsonObject(metric)) return 'of no type';
  const source = Object.entries(metric).find(([field, value]) => field !== 'type' && isJsonObject(value));
  const body = source && isJsonObject(source[1]) ? source[1] : {};
  const inner = isJsonObject(body['metric']) ? body['metric'] : {};
  const name = String(body['name'] ?? inner['name'] ?? '');
  if (metric['type'] === 'Resource' && (name === 'cpu' || name === 'memory')) return name;
  return `"${name}" of type ${String(metric['type'])}`;
}

function noMetric(what: string): string {
  return `Knative scales on concurrency, requests per second, cpu or memory, and ${what} is none of them`;
}

/** The units in which Knative takes a target: percent of the cpu request, Mi of memory. */
function readTarget(metric: 'cpu' | 'memory', type: string, value: unknown, where: string): MetricReading {
  const wanted = metric === 'cpu' ? 'Utilization' : 'AverageValue';
  if (type !== wanted) {
    const unit = metric === 'cpu' ? 'percent of the request' : 'an average amount';
    return { refused: `Knative takes a target of ${metric} as ${unit} (${wanted}), and ${where} says ${type}` };
  }
  const target = metric === 'cpu' ? percentOf(value) : mebibytesOf(value);
  if (target === undefined) return { refused: `${where} has no value that Knative could take for ${metric}` };
  return { metric, target: String(target) };
}

function percentOf(value: unknown): number | undefined {
  const text = String(value ?? '');
  return /^[1-9]\d{0,3}$/.test(text) ? Number(text) : undefined;
}

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/** A quantity in whole Mi, as Knative counts memory; undefined for less than one, and for what is no quantity. */
function mebibytesOf(value: unknown): number | undefined {
  const [, number, unit = ''] = /^(\d{1,15}(?:\.\d+)?)([kMGT]|[KMGT]i)?$/.exec(String(value ?? '')) ?? [];
  if (number === undefined) return undefined;
  const mebibytes = Math.floor((Number(number) * (UNITS[unit] ?? 1)) / 2 ** 20);
  return mebibytes >= 1 ? mebibytes : undefined;
}

/** What else decides how many replicas there are: without it the scaler would be another one. */
const SHAPING: readonly string[] = ['idleReplicaCount', 'fallback', 'advanced', 'behavior'];

function reading(spec: JsonObject, bounds: Bounds, metric: MetricReading): ScalerReading {
  const scale = (['min-scale', 'max-scale'] as const).flatMap((setting) => {
    const value = spec[bounds[setting]];
    return value === undefined || value === null ? [] : [[setting, textOf(value)] as const];
  });
  const known: readonly string[] = Object.values(bounds);
  const unknown = Object.keys(spec).filter((field) => !known.includes(field));
  const named = (setting: KnativeSetting) => `spec.${bounds[setting as keyof Bounds]}`;
  const shaping = unknown.find((field) => SHAPING.includes(field) && !isBlank(spec[field]));
  const unsaid = shaping && `Knative has nothing that says spec.${shaping}`;
  const refused = 'refused' in metric ? metric.refused : (unsaid ?? wrongScale(new Map(scale), named));
  if (refused !== undefined || 'refused' in metric) return { settings: new Map(), unknown, refused: refused ?? '' };
  const settings = new Map<KnativeSetting, string>([
    ...scale,
    ['class', 'hpa.autoscaling.knative.dev'],
    ['metric', metric.metric],
    ['target', metric.target],
  ]);
  return { settings, unknown };
}

/** Only numbers are bounds: a text is what a schema would refuse. */
function textOf(value: unknown): string {
  return typeof value === 'number' ? String(value) : JSON.stringify(value);
}
