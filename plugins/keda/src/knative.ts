import { groupOf, type JsonObject, type KubernetesObject, type Problem } from '@capstan/plugin-api';
import { containersOf, withoutRequest } from './requests.ts';
import { type AutoscaleSpec, autoscaleSpec, isResourceTrigger, type Trigger } from './spec.ts';

/** Where Knative reads how it is to scale: in the annotations of the template, not of the Service. */
const PREFIX = 'autoscaling.knative.dev/';

/** Whether a workload is a Knative Service, whose replicas Knative decides: it has no scale that KEDA could set. */
export function isKnativeService({ apiVersion, kind }: Pick<KubernetesObject, 'apiVersion' | 'kind'>): boolean {
  return groupOf(apiVersion) === 'serving.knative.dev' && kind === 'Service';
}

/** The Knative Service with what the Autoscale says as annotations; unchanged where Knative cannot say it. */
export function withKnativeAnnotations(workload: KubernetesObject, trait: KubernetesObject): KubernetesObject {
  const reading = readTrigger(autoscaleSpec(trait).triggers);
  if ('message' in reading) return workload;
  const { min, max } = autoscaleSpec(trait);
  const annotations = {
    [`${PREFIX}class`]: 'hpa.autoscaling.knative.dev',
    [`${PREFIX}metric`]: reading.metric,
    [`${PREFIX}target`]: reading.target,
    [`${PREFIX}min-scale`]: String(min),
    [`${PREFIX}max-scale`]: String(max),
  };
  const spec = (workload['spec'] ?? {}) as { readonly template?: JsonObject & { readonly metadata?: JsonObject } };
  const metadata = spec.template?.metadata ?? {};
  const stated = (metadata['annotations'] ?? {}) as Readonly<Record<string, string>>;
  const template = { ...spec.template, metadata: { ...metadata, annotations: { ...stated, ...annotations } } };
  return { ...workload, spec: { ...spec, template } };
}

/** What Knative cannot do of an Autoscale, each field with the reason. */
export function knativeProblems(trait: KubernetesObject, workload: KubernetesObject): Problem[] {
  const spec = autoscaleSpec(trait);
  const reading = readTrigger(spec.triggers);
  if ('message' in reading) return [reading, ...unknownToKnative(spec)];
  const without = reading.metric === 'cpu' ? withoutRequest(containersOf(workload), 'cpu') : [];
  const requests: Problem[] =
    without.length === 0
      ? []
      : [
          {
            path: 'spec.triggers[0].type',
            message: `cpu is measured as percent of its request; ${without.join(', ')} has none`,
            hint: 'Set resources.requests.cpu in spec.template.spec.containers of the Knative Service.',
          },
        ];
  return [...requests, ...unknownToKnative(spec)];
}

/** One metric, in the units that Knative takes: percent of the cpu request, Mi of memory; or why there is none. */
function readTrigger(triggers: readonly Trigger[]): { readonly metric: string; readonly target: string } | Problem {
  const other = triggers.findIndex((trigger) => !isResourceTrigger(trigger));
  if (other >= 0) {
    return {
      path: `spec.triggers[${other}].type`,
      message: `${triggers[other]?.type} cannot scale a Knative Service, which KEDA does not scale: Knative scales on concurrency, requests per second, cpu or memory`,
      hint: 'Use trait autoscaler for concurrency or requests per second, or a workload of another kind, as WebService.',
    };
  }
  const [trigger] = triggers;
  if (!trigger || triggers.length > 1) {
    return { path: 'spec.triggers', message: `Knative scales on one metric, and there are ${triggers.length}` };
  }
  const { type, metadata } = trigger;
  if (metadata['containerName'] !== undefined) {
    return {
      path: 'spec.triggers[0].metadata.containerName',
      message: 'is not known to Knative, which measures whole pods',
    };
  }
  const wanted = type === 'cpu' ? 'Utilization' : 'AverageValue';
  if ((trigger.metricType ?? 'Utilization') !== wanted) {
    const unit = type === 'cpu' ? 'percent of the request' : 'an average amount';
    return { path: 'spec.triggers[0].metricType', message: `must be ${wanted}: Knative takes ${type} as ${unit}` };
  }
  const target = type === 'cpu' ? percent(metadata['value']) : mebibytes(metadata['value']);
  if (target !== undefined) return { metric: type, target };
  const example = type === 'cpu' ? '"70"' : '"256Mi"';
  return {
    path: 'spec.triggers[0].metadata.value',
    message: `is nothing that Knative takes for ${type}: write ${example}`,
  };
}

function percent(value = ''): string | undefined {
  return /^[1-9]\d{0,3}$/.test(value) ? value : undefined;
}

const UNITS: Readonly<Record<string, number>> = {
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  '': 1,
};

/** Whole mebibytes of a quantity; undefined where it has none. */
function mebibytes(value = ''): string | undefined {
  const [, amount, unit = ''] = /^(\d{1,15})(Ki|Mi|Gi|k|M|G)?$/.exec(value) ?? [];
  const whole = Math.round((Number(amount) * (UNITS[unit] ?? Number.NaN)) / 2 ** 20);
  return whole >= 1 ? String(whole) : undefined;
}

/** Fields that only KEDA knows, where they say something else than they do by themselves. */
function unknownToKnative(spec: AutoscaleSpec): Problem[] {
  const defaults = autoscaleSpec({ apiVersion: '', kind: '', metadata: { name: '' } });
  const fields = [
    'pollingInterval',
    'cooldownPeriod',
    'idleReplicas',
    'fallback',
    'auth',
    'paused',
    'restoreReplicasOnDelete',
  ] as const;
  return fields
    .filter((field) => spec[field] !== undefined && spec[field] !== defaults[field])
    .map((field) => ({ path: `spec.${field}`, message: 'is for KEDA, which does not scale a Knative Service' }));
}
