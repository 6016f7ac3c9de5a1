import {
  type ClusterView,
  groupOf,
  type JsonObject,
  type KubernetesObject,
  type ObjectReference,
  type Problem,
} from '@capstan/plugin-api';
import { KEDA_API_VERSION } from './spec.ts';

const SCALED_OBJECT = { apiVersion: KEDA_API_VERSION, kind: 'ScaledObject' };
const AUTOSCALER = { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler' };

/** Kinds that `otherScalers` looks at. */
export const SCALER_KINDS = [SCALED_OBJECT, AUTOSCALER] as const;

/** Allows a ScaledObject to take the HorizontalPodAutoscaler over that it names. */
const TRANSFER = 'scaledobject.keda.sh/transfer-hpa-ownership';

/**
 * Who else scales what a ScaledObject scales: other ScaledObjects, and HorizontalPodAutoscalers that KEDA did not make.
 * KEDA's webhook refuses a second one, but its failurePolicy is Ignore, and without it both report Ready while two
 * autoscalers fight. What is being deleted does not count.
 */
export function otherScalers(
  cluster: ClusterView,
  own: KubernetesObject,
  target: Pick<ObjectReference, 'apiVersion' | 'kind' | 'name' | 'namespace'>,
): KubernetesObject[] {
  const { namespace = 'default', name } = {
    ...own.metadata,
    ...(target.namespace ? { namespace: target.namespace } : {}),
  };
  const scaledObjects = cluster.list(SCALED_OBJECT, { namespace }).filter(({ metadata }) => metadata.name !== name);
  const autoscalers = cluster
    .list(AUTOSCALER, { namespace })
    .filter((one) => !isMadeByKeda(one) && !takesOver(own, one));
  return [...scaledObjects, ...autoscalers].filter(
    (one) => one.metadata.deletionTimestamp === undefined && scales(one, target),
  );
}

/**
 * The problem that somebody else scales the target already; none once the trait's own ScaledObject is there, for then
 * its health tells, and what runs is left alone.
 */
export function targetTaken(
  cluster: ClusterView,
  own: KubernetesObject,
  target: ObjectReference,
  path: string,
): Problem[] {
  const { name, namespace = 'default' } = own.metadata;
  if (cluster.get({ ...SCALED_OBJECT, name, namespace })) return [];
  const [other] = otherScalers(cluster, own, target);
  if (!other) return [];
  return [
    {
      path,
      message: `${target.kind} ${target.name} is scaled by ${other.kind} ${other.metadata.name} already, and only one may`,
      hint: `Delete ${other.kind} ${other.metadata.name} in ${namespace}, or leave the scaling to it.`,
    },
  ];
}

function isMadeByKeda({ metadata }: KubernetesObject): boolean {
  const owners = (metadata['ownerReferences'] ?? []) as readonly {
    readonly apiVersion?: string;
    readonly kind?: string;
  }[];
  return owners.some(({ apiVersion = '', kind }) => kind === 'ScaledObject' && groupOf(apiVersion) === 'keda.sh');
}

function takesOver({ metadata, ...own }: KubernetesObject, autoscaler: KubernetesObject): boolean {
  const spec = own['spec'] as { advanced?: { horizontalPodAutoscalerConfig?: { name?: string } } } | undefined;
  const named = spec?.advanced?.horizontalPodAutoscalerConfig?.name;
  return metadata.annotations?.[TRANSFER] === 'true' && named === autoscaler.metadata.name;
}

function scales(scaler: KubernetesObject, target: Pick<ObjectReference, 'apiVersion' | 'kind' | 'name'>): boolean {
  const { scaleTargetRef = {} } = (scaler['spec'] ?? {}) as { readonly scaleTargetRef?: JsonObject };
  // A ScaledObject that names no kind means a Deployment.
  const { apiVersion = 'apps/v1', kind = 'Deployment', name } = scaleTargetRef;
  return name === target.name && kind === target.kind && groupOf(String(apiVersion)) === groupOf(target.apiVersion);
}
