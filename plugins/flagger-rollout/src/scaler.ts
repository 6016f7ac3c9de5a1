import {
  groupOf,
  type JsonObject,
  type KubernetesObject,
  type ObjectReference,
  type Problem,
  type TraitRenderInput,
} from '@capstan/plugin-api';
import { called, isOf, isRecord, listIn, recordIn } from './plain.ts';
import { PRIMARY_SUFFIX } from './spec.ts';

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

/**
 * The copy of an autoscaler that a Canary does not name any more. Flagger forgets it, and it would go on scaling the
 * version that serves until the Canary itself is deleted.
 */
export function copyLeftBehind(live: KubernetesObject, wanted: KubernetesObject): ObjectReference[] {
  if (!isOf(live, 'flagger.app', 'Canary')) return [];
  const before = scalerNamed(live);
  const now = scalerNamed(wanted);
  if (!before || (now && now.kind === before.kind && now.name === before.name)) return [];
  const { namespace } = live.metadata;
  return [{ ...before, ...(namespace === undefined ? {} : { namespace }), name: `${before.name}${PRIMARY_SUFFIX}` }];
}

/** What `spec.autoscalerRef` of a Canary names. An HPA has gone through several versions, of which Kubernetes serves two. */
function scalerNamed(canary: KubernetesObject): { apiVersion: string; kind: string; name: string } | undefined {
  const { apiVersion, kind, name } = recordIn(canary['spec'], 'autoscalerRef');
  if (typeof kind !== 'string' || typeof name !== 'string') return undefined;
  const stated = typeof apiVersion === 'string' && groupOf(apiVersion) !== 'autoscaling' ? apiVersion : undefined;
  return { apiVersion: stated ?? (kind === 'ScaledObject' ? 'keda.sh/v1alpha1' : 'autoscaling/v2'), kind, name };
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
