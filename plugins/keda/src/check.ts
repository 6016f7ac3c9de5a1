import type { KubernetesObject, Problem, TraitRenderInput } from '@capstan/plugin-api';
import { isKnativeService, knativeProblems } from './knative.ts';
import { containersOf, withoutRequest } from './requests.ts';
import { ownScaledObject, targetTaken } from './scalers.ts';
import { autoscaleSpec, LONGEST_NAME, type Trigger } from './spec.ts';

/**
 * What makes an Autoscale unfit for the component it stands on. KEDA's webhook would refuse the same, but its
 * failurePolicy is Ignore, and without it such a ScaledObject reports Ready while nothing scales, or two autoscalers
 * fight. On a Knative Service it is what Knative cannot do.
 */
export function checkAutoscale(input: TraitRenderInput): Problem[] {
  if (isKnativeService(input.workload)) return knativeProblems(input.trait, input.workload);
  return [
    ...nameProblem(input.workload, 'workload', 'metadata.name'),
    ...requestProblems(input, autoscaleSpec(input.trait).triggers),
    ...takenProblem(input),
  ];
}

/** What makes a CronScale unfit for the component it stands on. */
export function checkCronScale(input: TraitRenderInput): Problem[] {
  return [...nameProblem(input.workload, 'workload', 'metadata.name'), ...takenProblem(input)];
}

/** What makes a raw ScaledObject unfit for the component it stands on. */
export function checkScaledObject(input: TraitRenderInput): Problem[] {
  const { trait, context } = input;
  const { triggers = [] } = (trait['spec'] ?? {}) as { readonly triggers?: readonly Trigger[] };
  const own = { ...trait, metadata: { ...trait.metadata, namespace: context.namespace } };
  return [
    ...nameProblem(trait, 'it', 'metadata.name'),
    ...requestProblems(input, triggers),
    ...targetTaken(input, own, 'spec.scaleTargetRef'),
  ];
}

function nameProblem({ metadata: { name } }: KubernetesObject, what: string, path: string): Problem[] {
  if (name.length <= LONGEST_NAME) return [];
  const subject = what === 'workload' ? `workload ${name}` : what;
  const message = `${subject} has a name of ${name.length} characters; to be scaled by KEDA it may have ${LONGEST_NAME}`;
  return [{ path, message, hint: 'KEDA makes keda-hpa-<name> of it, which may have 63 characters.' }];
}

function takenProblem(input: TraitRenderInput): Problem[] {
  return targetTaken(input, ownScaledObject(input), 'spec.workloadRef');
}

function requestProblems({ target, children, workload }: TraitRenderInput, triggers: readonly Trigger[]): Problem[] {
  const scaled = [...children, workload].find(
    (object) =>
      object.kind === target.kind && object.apiVersion === target.apiVersion && object.metadata.name === target.name,
  );
  const containers = containersOf(scaled);
  return triggers.flatMap(({ type, metadata }, index) => {
    if (type !== 'cpu' && type !== 'memory') return [];
    const measured = containers.filter(({ name }) => [undefined, name].includes(metadata?.['containerName']));
    const without = withoutRequest(measured, type);
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
