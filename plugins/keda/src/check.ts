import type { JsonObject, KubernetesObject, Problem, TraitRenderInput } from '@capstan/plugin-api';
import { autoscaleSpec, LONGEST_NAME } from './spec.ts';

/**
 * What makes an Autoscale unfit for the component it stands on. KEDA's webhook would refuse the same, but its
 * failurePolicy is Ignore, and without it such a ScaledObject reports Ready while nothing scales.
 */
export function checkAutoscale(input: TraitRenderInput): Problem[] {
  return [...nameProblem(input), ...requestProblems(input)];
}

function nameProblem({ workload }: TraitRenderInput): Problem[] {
  const { name } = workload.metadata;
  if (name.length <= LONGEST_NAME) return [];
  const message = `workload ${name} has a name of ${name.length} characters; to be scaled by KEDA it may have ${LONGEST_NAME}`;
  return [{ path: 'metadata.name', message, hint: 'KEDA makes keda-hpa-<name> of it, which may have 63 characters.' }];
}

function requestProblems({ trait, target, children, workload }: TraitRenderInput): Problem[] {
  const scaled = [...children, workload].find(
    (object) =>
      object.kind === target.kind && object.apiVersion === target.apiVersion && object.metadata.name === target.name,
  );
  const containers = containersOf(scaled);
  return autoscaleSpec(trait).triggers.flatMap(({ type }, index) => {
    if (type !== 'cpu' && type !== 'memory') return [];
    const without = containers.filter((container) => !asksFor(container, type)).map(({ name }) => String(name));
    if (without.length === 0) return [];
    return [
      {
        path: `spec.triggers[${index}].type`,
        message: `${type} needs a ${type} request on every container; ${without.join(', ')} has none`,
        hint: `Set resources.${type} on the workload.`,
      },
    ];
  });
}

function containersOf(object: KubernetesObject | undefined): JsonObject[] {
  const spec = object?.['spec'] as { template?: { spec?: { containers?: JsonObject[] } } } | undefined;
  return spec?.template?.spec?.containers ?? [];
}

/** Limits count too: Kubernetes takes them as requests where there are none. */
function asksFor(container: JsonObject, resource: 'cpu' | 'memory'): boolean {
  const resources = (container['resources'] ?? {}) as Record<'requests' | 'limits', JsonObject | undefined>;
  return resources.requests?.[resource] !== undefined || resources.limits?.[resource] !== undefined;
}
