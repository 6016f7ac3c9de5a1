import type { JsonObject, KubernetesObject, TraitRenderInput } from '@capstan/plugin-api';
import { analysisOf, metricsUrl, templateName } from './analysis.ts';
import { providerOf, takesRoutes } from './provider.ts';
import { isRouteTo, routeOf } from './route.ts';
import { autoscalerRef } from './scaler.ts';
import { isServiceOf, servicePorts } from './service.ts';
import { FLAGGER_API_VERSION, type RolloutSpec, rolloutSpec } from './spec.ts';
import { isKnativeService } from './target.ts';

/** The workload without `spec.replicas`: Flagger holds it at 0 between rollouts, and what serves has a number of its own. */
export function withoutReplicas(workload: KubernetesObject): KubernetesObject {
  const { replicas: _, ...spec } = (workload['spec'] ?? {}) as { readonly replicas?: number };
  return { ...workload, spec };
}

/** What Flagger makes in place of the component: its Service, and with Istio the rules of its routes. */
export function rolloutTakesOver(object: KubernetesObject, input: TraitRenderInput): boolean {
  const { target, context } = input;
  if (isKnativeService(target)) return false;
  return isServiceOf(object, target) || (takesRoutes(input) && isRouteTo(object, target.name, context.namespace));
}

/** The Canary of a Rollout, named like what is rolled out, after the MetricTemplates of its queries. */
export function renderRollout(input: TraitRenderInput): KubernetesObject[] {
  const spec = rolloutSpec(input.trait);
  return [...metricTemplates(input, spec), canaryOf(input, spec)];
}

function canaryOf(input: TraitRenderInput, spec: RolloutSpec): KubernetesObject {
  const { target, context } = input;
  const ports = isKnativeService(target) ? undefined : servicePorts(input, spec);
  const port = ports?.['port'];
  return {
    apiVersion: FLAGGER_API_VERSION,
    kind: 'Canary',
    metadata: { name: target.name, namespace: context.namespace },
    spec: {
      provider: providerOf(input, spec),
      // Nothing but these three: a uid is an unknown field to Flagger's schema.
      targetRef: { apiVersion: target.apiVersion, kind: target.kind, name: target.name },
      ...autoscalerRef(input),
      progressDeadlineSeconds: spec.deadlineSeconds,
      ...(ports ? { service: { ...ports, ...routeOf(input) } satisfies JsonObject } : {}),
      // Without it a Canary that goes leaves its Deployment at 0 replicas, and nothing serves.
      revertOnDeletion: true,
      ...(spec.skipAnalysis ? { skipAnalysis: true } : {}),
      analysis: analysisOf(input, spec, typeof port === 'number' ? port : undefined),
    },
  };
}

function metricTemplates(input: TraitRenderInput, { metrics }: RolloutSpec): KubernetesObject[] {
  const address = metricsUrl(input);
  if (address === undefined) return [];
  return (metrics.queries ?? []).map(({ name, query }) => ({
    apiVersion: FLAGGER_API_VERSION,
    kind: 'MetricTemplate',
    metadata: { name: templateName(input, name), namespace: input.context.namespace },
    spec: { provider: { type: 'prometheus', address }, query },
  }));
}
