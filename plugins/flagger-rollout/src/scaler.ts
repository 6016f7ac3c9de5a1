import type { JsonObject, KubernetesObject, Problem, TraitRenderInput } from '@capstan/plugin-api';
import { called, isOf, isRecord, listIn, recordIn } from './plain.ts';

/**
 * The autoscalers of the component that work on what is rolled out. Flagger makes a copy of one for the version that
 * serves and holds the other at 0 replicas between rollouts.
 */
export function scalersOf({ neighbours, target }: TraitRenderInput): KubernetesObject[] {
  return neighbours
    .flatMap(({ objects }) => objects)
    .filter(
      (object) => isOf(object, 'keda.sh', 'ScaledObject') || isOf(object, 'autoscaling', 'HorizontalPodAutoscaler'),
    )
    .filter((object) => recordIn(object['spec'], 'scaleTargetRef')['name'] === target.name);
}

/** `spec.autoscalerRef` of the Canary; nothing without an autoscaler. */
export function autoscalerRef(input: TraitRenderInput): JsonObject {
  const [scaler] = scalersOf(input);
  if (!scaler) return {};
  const { apiVersion, kind, metadata } = scaler;
  return { autoscalerRef: { apiVersion, kind, name: metadata.name } };
}

/** Why the autoscalers of the component cannot be handed over. */
export function scalerProblems(input: TraitRenderInput): Problem[] {
  const scalers = scalersOf(input);
  if (scalers.length > 1) {
    const message = `${scalers.map(called).join(' and ')} both scale ${input.target.name}; Flagger hands over one`;
    return [{ path: 'spec', message }];
  }
  return scalers.filter(({ kind }) => kind === 'ScaledObject').flatMap(lostFields);
}

/**
 * Flagger reads and writes a ScaledObject through types of its own, and what these do not have is lost: 1.43 and 1.44
 * both know less than KEDA.
 */
function lostFields(scaledObject: KubernetesObject): Problem[] {
  const spec = scaledObject['spec'];
  const lost = [
    ...has(spec, 'initialCooldownPeriod', 'spec'),
    ...has(recordIn(spec, 'advanced'), 'scalingModifiers', 'spec.advanced'),
    ...has(recordIn(spec, 'fallback'), 'behavior', 'spec.fallback'),
    ...listIn(spec, 'triggers').flatMap((trigger, at) => has(trigger, 'useCachedMetrics', `spec.triggers[${at}]`)),
  ];
  return lost.map((field) => ({
    path: 'spec',
    message: `${called(scaledObject)} has ${field}, which Flagger does not know and would lose`,
    hint: 'Leave the field out, or use another trait to roll out.',
  }));
}

function has(value: unknown, name: string, path: string): string[] {
  return isRecord(value) && value[name] !== undefined ? [`${path}.${name}`] : [];
}
