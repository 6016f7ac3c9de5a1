import type { JsonObject, KubernetesObject } from '@capstan/base';
import { isJsonObject } from '../json.ts';

/**
 * A HorizontalPodAutoscaler of autoscaling/v2beta1 with its metrics in the form of autoscaling/v2 (which v2beta2 has
 * already). What is not of the old form stays as it is, so that the schema can speak of it.
 */
export function hpaFromV2beta1(object: KubernetesObject): KubernetesObject {
  const spec = object['spec'];
  if (!isJsonObject(spec) || !Array.isArray(spec['metrics'])) return object;
  return { ...object, spec: { ...spec, metrics: spec['metrics'].map(metric) } };
}

function metric(old: unknown): unknown {
  if (!isJsonObject(old)) return old;
  const fields = Object.entries(old).map(([name, source]) => {
    const convert = SOURCES[name];
    return [name, convert && isJsonObject(source) ? convert(source) : source] as const;
  });
  return Object.fromEntries(fields);
}

const SOURCES: Readonly<Record<string, (source: JsonObject) => JsonObject>> = {
  resource: resourceSource,
  containerResource: resourceSource,
  pods: ({ metricName, selector, ...rest }) => withTarget({ ...rest, ...identifier(metricName, selector) }),
  object: ({ metricName, selector, target, ...rest }) => {
    const described = isReference(target) ? { describedObject: target } : defined({ target });
    return withTarget({ ...rest, ...described, ...identifier(metricName, selector) });
  },
  external: ({ metricName, metricSelector, ...rest }) =>
    withTarget({ ...rest, ...identifier(metricName, metricSelector) }),
};

function resourceSource(source: JsonObject): JsonObject {
  const { targetAverageUtilization, ...rest } = source;
  if (targetAverageUtilization === undefined) return withTarget(rest);
  return { ...rest, target: { type: 'Utilization', averageUtilization: targetAverageUtilization } };
}

/** The values that v2beta1 has beside one another, in the `target` of v2. */
function withTarget(source: JsonObject): JsonObject {
  const { targetAverageValue, averageValue = targetAverageValue, targetValue, ...rest } = source;
  if (averageValue !== undefined) return { ...rest, target: { type: 'AverageValue', averageValue } };
  if (targetValue !== undefined) return { ...rest, target: { type: 'Value', value: targetValue } };
  return rest;
}

function identifier(name: unknown, selector: unknown): JsonObject {
  return name === undefined ? {} : { metric: { name, ...defined({ selector }) } };
}

function isReference(target: unknown): boolean {
  return isJsonObject(target) && typeof target['kind'] === 'string';
}

function defined(fields: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
