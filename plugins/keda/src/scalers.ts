import {
  type ClusterView,
  type ComponentContext,
  groupOf,
  type JsonObject,
  type KubernetesObject,
  type ObjectReference,
  type Problem,
  type TraitRenderInput,
} from '@capstan/plugin-api';
import { KEDA_API_VERSION } from './spec.ts';

const SCALED_OBJECT = { apiVersion: KEDA_API_VERSION, kind: 'ScaledObject' };
const AUTOSCALER = { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler' };

/** Kinds that `otherScalers` looks at. */
export const SCALER_KINDS = [SCALED_OBJECT, AUTOSCALER] as const;

/** Allows a ScaledObject to take the HorizontalPodAutoscaler over that it names. */
const TRANSFER = 'scaledobject.keda.sh/transfer-hpa-ownership';

/** The ScaledObject of a friendly trait, by its name. */
export function ownScaledObject({
  workload,
  context,
}: Pick<TraitRenderInput, 'workload' | 'context'>): KubernetesObject {
  return { ...SCALED_OBJECT, metadata: { name: workload.metadata.name, namespace: context.namespace } };
}

/** What a scaler scales, or is to scale. */
type Target = Pick<ObjectReference, 'apiVersion' | 'kind' | 'name' | 'namespace'>;

/**
 * Who else scales what a ScaledObject scales: other ScaledObjects, and HorizontalPodAutoscalers that KEDA did not make.
 * KEDA's webhook refuses a second one, but its failurePolicy is Ignore, and without it both report Ready while two
 * autoscalers fight. What is being deleted does not count.
 */
export function otherScalers(cluster: ClusterView, own: KubernetesObject, target: Target): KubernetesObject[] {
  return scalersBeside(cluster, own, target).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
}

function scalersBeside(cluster: ClusterView, own: KubernetesObject, target: Target): KubernetesObject[] {
  const { namespace = 'default', name } = {
    ...own.metadata,
    ...(target.namespace ? { namespace: target.namespace } : {}),
  };
  const scaledObjects = cluster.list(SCALED_OBJECT, { namespace }).filter(({ metadata }) => metadata.name !== name);
  const autoscalers = cluster
    .list(AUTOSCALER, { namespace })
    .filter((one) => !isMadeByKeda(one) && !takesOver(own, one));
  return [...scaledObjects, ...autoscalers].filter((one) => scales(one, target));
}

/**
 * Whether the ScaledObject of a friendly trait has to wait for a scaler of the same application: one that a trait made which has been taken off.
 * It goes once nothing asks for it any more, and before that KEDA's webhook would refuse the new one, after which nothing
 * would go.
 */
export function waitsForOwnScaler(
  input: Pick<TraitRenderInput, 'cluster' | 'target' | 'context' | 'workload'>,
): boolean {
  const { cluster, target, context } = input;
  const own = ownScaledObject(input);
  const { name } = own.metadata;
  if (cluster.get({ ...SCALED_OBJECT, name, namespace: context.namespace })) return false;
  return scalersBeside(cluster, own, target).some((one) => isOfApplication(one, context));
}

/**
 * The problem that somebody else scales the target already; none once the trait's own ScaledObject is there, for then
 * its health tells, and what runs is left alone. What the application itself made is none either: the rules on traits
 * refuse two scalers in one application, so that one goes.
 */
export function targetTaken(
  { cluster, target, context }: Pick<TraitRenderInput, 'cluster' | 'target' | 'context'>,
  own: KubernetesObject,
  path: string,
): Problem[] {
  const { name, namespace = 'default' } = own.metadata;
  if (cluster.get({ ...SCALED_OBJECT, name, namespace })) return [];
  const other = otherScalers(cluster, own, target).find((one) => !isOfApplication(one, context));
  if (!other) return [];
  return [
    {
      path,
      message: `${target.kind} ${target.name} is scaled by ${other.kind} ${other.metadata.name} already, and only one may`,
      hint: `Delete ${other.kind} ${other.metadata.name} in ${namespace}, or leave the scaling to it.`,
    },
  ];
}

function isOfApplication({ metadata: { labels = {} } }: KubernetesObject, { application }: ComponentContext): boolean {
  return labels['app.kubernetes.io/managed-by'] === 'capstan' && labels['app.oam.dev/name'] === application;
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

function scales(scaler: KubernetesObject, target: Target): boolean {
  const { scaleTargetRef = {} } = (scaler['spec'] ?? {}) as { readonly scaleTargetRef?: JsonObject };
  // A ScaledObject that names no kind means a Deployment.
  const { apiVersion = 'apps/v1', kind = 'Deployment', name } = scaleTargetRef;
  return name === target.name && kind === target.kind && groupOf(String(apiVersion)) === groupOf(target.apiVersion);
}
