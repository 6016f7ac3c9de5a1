import type { KubernetesObject, Problem } from '@capstan/plugin-api';
import { type AutoscaleSpec, autoscaleSpec, isResourceTrigger, type Trigger } from './spec.ts';

/**
 * What is wrong with an Autoscale beyond its schema. The CRD has most of these rules in CEL; here they hold where no API
 * server is asked, as in `capstan validate`. Some of them are KEDA's own, whose webhook may be absent or ignored.
 */
export function validateAutoscale(trait: KubernetesObject): Problem[] {
  const spec = autoscaleSpec(trait);
  return [
    ...replicaProblems(spec),
    ...spec.triggers.flatMap((trigger, index) => triggerProblems(trigger, `spec.triggers[${index}]`)),
    ...duplicateNames(spec.triggers),
  ];
}

function replicaProblems({ min, max, idleReplicas, fallback, triggers }: AutoscaleSpec): Problem[] {
  const problems: Problem[] = [];
  const onlyResources = triggers.length > 0 && triggers.every(isResourceTrigger);
  if (min > max) problems.push({ path: 'spec.min', message: `${min} is greater than max, which is ${max}` });
  if (idleReplicas !== undefined && idleReplicas >= min) {
    problems.push({ path: 'spec.idleReplicas', message: `${idleReplicas} must be less than min, which is ${min}` });
  }
  if (min === 0 && onlyResources) {
    problems.push({
      path: 'spec.min',
      message: 'must be at least 1 when there are only cpu and memory triggers',
      hint: 'They measure running replicas: at 0 nothing would ever start one. Add another trigger, or set min to 1.',
    });
  }
  if (fallback && onlyResources) {
    problems.push({ path: 'spec.fallback', message: 'needs a trigger other than cpu and memory' });
  }
  return problems;
}

function triggerProblems(trigger: Trigger, path: string): Problem[] {
  const problems: Problem[] = [];
  for (const [key, value] of Object.entries(trigger.metadata)) {
    if (typeof value === 'string') continue;
    const hint = `Write "${String(value)}" in quotes.`;
    problems.push({ path: `${path}.metadata.${key}`, message: 'must be text', hint });
  }
  const { metricType } = trigger;
  if (!isResourceTrigger(trigger)) {
    if (metricType !== 'Utilization') return problems;
    const message = 'Utilization is for cpu and memory; use AverageValue or Value';
    return [...problems, { path: `${path}.metricType`, message }];
  }
  if (metricType === 'Value') {
    problems.push({ path: `${path}.metricType`, message: 'must be Utilization or AverageValue for cpu and memory' });
  }
  if (trigger.metadata['value'] === undefined) {
    const hint = 'For example "70": percent of the request.';
    problems.push({ path: `${path}.metadata.value`, message: `is missing: a ${trigger.type} trigger needs it`, hint });
  }
  problems.push(...valueProblems(trigger, path));
  if ('type' in trigger.metadata) {
    problems.push({ path: `${path}.metadata.type`, message: 'is no longer read by KEDA', hint: 'Use metricType.' });
  }
  return problems;
}

/** A quantity of Kubernetes (k8s.io/apimachinery pkg/api/resource) that is not negative. */
const AMOUNT = /^(?:\d{1,15}(?:\.\d{0,9})?|\.\d{1,9})(?:[numkMGTPE]|[KMGTPE]i|[eE][+-]?\d{1,2})?$/;

/**
 * The value of a cpu or memory trigger that KEDA cannot read: percent, or an amount, which must be more than nothing. KEDA's
 * webhook does not look at it, and the operator stumbles over an amount that is none.
 */
function valueProblems({ metricType = 'Utilization', metadata }: Trigger, path: string): Problem[] {
  const value: unknown = metadata['value'];
  if (typeof value !== 'string') return [];
  const isPercent = metricType !== 'AverageValue';
  const form = isPercent ? /^\d{1,9}$/ : AMOUNT;
  if (form.test(value) && Number.parseFloat(value) > 0) return [];
  const message = `"${value}" is no ${isPercent ? 'percent of the request' : 'amount'}`;
  const hint = isPercent ? 'For example "70".' : 'For example "500m" or "256Mi".';
  return [{ path: `${path}.metadata.value`, message, hint }];
}

function duplicateNames(triggers: readonly Trigger[]): Problem[] {
  return triggers.flatMap(({ name }, index) => {
    const first = triggers.findIndex((other) => other.name === name);
    if (name === undefined || first === index) return [];
    return [{ path: `spec.triggers[${index}].name`, message: `"${name}" is the name of spec.triggers[${first}] too` }];
  });
}
