import type { KubeObject } from '../../model/object.ts';
import { CPU_METRIC } from '../defaults/autoscaling.ts';
import { asFields, type Fields, fields, list, text } from '../values.ts';
import { metricFromV1, metricToV1, statusFromV1, statusToV1 } from './metrics.ts';

/*
 * Autoscalers of version 1 are stored as version 2. What version 1 has no fields for goes into annotations. Upstream:
 * pkg/apis/autoscaling/v1/conversion.go.
 */

const PREFIX = 'autoscaling.alpha.kubernetes.io';
const METRICS = `${PREFIX}/metrics`;
const STATUSES = `${PREFIX}/current-metrics`;
const CONDITIONS = `${PREFIX}/conditions`;
const BEHAVIOR = `${PREFIX}/behavior`;

/** A stored autoscaler as version 1 shows it. */
export function autoscalerFromStorage(object: KubeObject): KubeObject {
  const { metrics, behavior, ...spec } = fields(object['spec']);
  const { currentMetrics, conditions, ...status } = fields(object['status']);
  const cpu = list(metrics).find(isCpuUtilization);
  const others = list(metrics).filter((metric) => !isCpuUtilization(metric));
  const notes: Record<string, string> = {};
  if (others.length > 0) notes[METRICS] = JSON.stringify(others.map(metricToV1));
  if (list(currentMetrics).length > 0) notes[STATUSES] = JSON.stringify(list(currentMetrics).map(statusToV1));
  if (asFields(behavior)) notes[BEHAVIOR] = JSON.stringify(capitalised(behavior));
  if (list(conditions).length > 0) notes[CONDITIONS] = JSON.stringify(conditions);
  const used = list(currentMetrics).find((one) => isCpu(one) && utilizationOf(one, 'current') !== undefined);
  return {
    ...object,
    apiVersion: 'autoscaling/v1',
    metadata: withAnnotations(object, notes),
    spec: { ...spec, ...(cpu && { targetCPUUtilizationPercentage: utilizationOf(cpu, 'target') }) },
    status: {
      currentReplicas: 0,
      ...status,
      ...(used && { currentCPUUtilizationPercentage: utilizationOf(used, 'current') }),
    },
  };
}

/** An autoscaler of version 1 as it is stored. */
export function autoscalerToStorage(object: KubeObject): KubeObject {
  const annotations = object.metadata.annotations ?? {};
  const { targetCPUUtilizationPercentage: target, ...spec } = fields(object['spec']);
  const { currentCPUUtilizationPercentage: _used, currentReplicas, ...status } = fields(object['status']);
  const metrics = parsedList(annotations[METRICS]).map(metricFromV1);
  if (target !== undefined) metrics.push(cpuMetric(target));
  if (metrics.length === 0) metrics.push(structuredClone(CPU_METRIC));
  const behavior = asFields(uncapitalised(parsed(annotations[BEHAVIOR])));
  const current = parsedList(annotations[STATUSES]).map(statusFromV1);
  const conditions = parsedList(annotations[CONDITIONS]);
  return {
    ...object,
    apiVersion: 'autoscaling/v2',
    metadata: withAnnotations(object, {}),
    spec: { ...spec, metrics, ...(behavior && { behavior }) },
    status: {
      desiredReplicas: 0,
      ...status,
      // Version 2 leaves out a zero that version 1 always writes.
      ...(currentReplicas !== undefined && currentReplicas !== 0 && { currentReplicas }),
      currentMetrics: current.length > 0 ? current : null,
      ...(conditions.length > 0 && { conditions }),
    },
  };
}

function cpuMetric(averageUtilization: unknown): Fields {
  return { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } } };
}

function isCpu(metric: Fields): boolean {
  return metric['type'] === 'Resource' && fields(metric['resource'])['name'] === 'cpu';
}

function isCpuUtilization(metric: Fields): boolean {
  return isCpu(metric) && utilizationOf(metric, 'target') !== undefined;
}

function utilizationOf(metric: Fields, side: 'target' | 'current'): unknown {
  return fields(fields(metric['resource'])[side])['averageUtilization'];
}

function withAnnotations(object: KubeObject, notes: Record<string, string>): KubeObject['metadata'] {
  const { annotations = {}, ...meta } = object.metadata;
  const kept = Object.entries(annotations).filter(
    ([name]) => ![METRICS, STATUSES, CONDITIONS, BEHAVIOR].includes(name),
  );
  const all = { ...Object.fromEntries(kept), ...notes };
  return Object.keys(all).length === 0 ? meta : { ...meta, annotations: all };
}

function parsed(source: string | undefined): unknown {
  if (source === undefined) return undefined;
  try {
    return JSON.parse(source);
  } catch {
    // As upstream: what cannot be read is as if it were not there.
    return undefined;
  }
}

function parsedList(source: string | undefined): Fields[] {
  return list(parsed(source));
}

/** Behaviour is written in the names of the internal Go type. */
function capitalised(value: unknown): unknown {
  return mapNames(value, (name) => name.charAt(0).toUpperCase() + name.slice(1));
}

function uncapitalised(value: unknown): unknown {
  return mapNames(value, (name) => name.charAt(0).toLowerCase() + name.slice(1));
}

function mapNames(value: unknown, rename: (name: string) => string): unknown {
  if (Array.isArray(value)) return value.map((one) => mapNames(one, rename));
  const source = asFields(value);
  if (!source) return value;
  const entries = Object.entries(source).filter(([, one]) => one !== null);
  return Object.fromEntries(entries.map(([name, one]) => [rename(text(name)), mapNames(one, rename)]));
}
