import { groupOf, type KubernetesObject } from '@capstan/base';
import { type ContainerizedWorkload, OAM_GROUP } from '@capstan/oam-model';
import { isApplied } from '../shared/applied-state.ts';
import { controllerOf, isRecord } from '../shared/objects.ts';
import { CONTAINERIZED_WORKLOAD, WORKLOAD_LABEL } from './names.ts';
import { ownedBy, type RenderedWorkload } from './render.ts';

/** What there is of a workload's children. Nothing in it is changed. */
export interface LiveChildren {
  /** What has the name of the workload and the label of this or an earlier one. */
  readonly deployment?: KubernetesObject | undefined;
  readonly service?: KubernetesObject | undefined;
  /** With the workload's label. */
  readonly configMaps: readonly KubernetesObject[];
  readonly claims: readonly KubernetesObject[];
}

/** What is to be done about one child. */
export type Step =
  | { readonly do: 'keep'; readonly live: KubernetesObject }
  | {
      readonly do: 'apply';
      readonly object: KubernetesObject;
      readonly manager: string;
      /** What is there now. */
      readonly live?: KubernetesObject | undefined;
      /** What is there belongs to an owner that is gone, and goes first. */
      readonly replace?: boolean;
    }
  /** `kind` is the child's. */
  | { readonly do: 'refuse'; readonly kind: string; readonly why: string };

/** What is to be done about the children that do not wait for one another. */
export interface ChildrenPlan {
  readonly deployment: Step;
  readonly service?: Step;
  readonly claims: readonly Step[];
  /** Children that the workload has no use for any more. */
  readonly remove: readonly KubernetesObject[];
}

/** Decides about Deployment, Service and claims. A claim that is not needed any more stays: an edit must not lose data. */
export function planChildren(
  workload: ContainerizedWorkload,
  { deployment, service, claims, configMaps }: RenderedWorkload,
  live: LiveChildren,
): ChildrenPlan {
  const { uid = '' } = workload.metadata;
  const isOurs = (object: KubernetesObject) => controllerOf(object)?.uid === uid;
  const wantedMaps = new Set(configMaps.map(({ metadata }) => metadata.name));
  return {
    deployment: planDeployment(workload, deployment, live.deployment),
    ...(service ? { service: planOwned(workload, service, live.service) } : {}),
    claims: claims.map((claim) => {
      const found = live.claims.find(({ metadata }) => metadata.name === claim.metadata.name);
      return planOwned(workload, claim, found);
    }),
    remove: [
      ...live.configMaps.filter(({ metadata }) => !wantedMaps.has(metadata.name)),
      ...(!service && live.service && isOurs(live.service) ? [live.service] : []),
    ],
  };
}

/** Decides about the ConfigMaps, which belong to the Deployment and are applied in its name. */
export function planConfigMaps(
  deployment: KubernetesObject,
  rendered: readonly KubernetesObject[],
  live: readonly KubernetesObject[],
): Step[] {
  const { uid = '' } = deployment.metadata;
  return rendered.map((configMap) => {
    const object = ownedBy(configMap, deployment);
    const found = live.find(({ metadata }) => metadata.name === object.metadata.name);
    // It belongs to a Deployment that was deleted, and will be collected with it.
    const replace = found !== undefined && controllerOf(found)?.uid !== uid;
    return replace ? { do: 'apply', object, manager: uid, live: found, replace } : keepOrApply(object, found, uid);
  });
}

/**
 * True for a Deployment of an earlier workload of this name. The API server's garbage collector leaves it when a scaler
 * owns it too, and its selector can never become that of the new workload. What was orphaned on purpose has no such owner
 * and is not taken for one.
 */
function isLeftOver({ metadata: { name, uid } }: ContainerizedWorkload, deployment: KubernetesObject): boolean {
  const selected = selectedUid(deployment);
  if (selected === undefined || selected === uid) return false;
  return (deployment.metadata.ownerReferences ?? []).some((owner) => {
    if (groupOf(owner.apiVersion) !== OAM_GROUP) return false;
    const isEarlier = owner.kind === CONTAINERIZED_WORKLOAD.kind && owner.name === name && owner.uid !== uid;
    return isEarlier || owner.kind === 'ManualScalerTrait';
  });
}

/** The uid of the workload that a Deployment was made for. */
export function selectedUid({ spec }: KubernetesObject): string | undefined {
  const selector = isRecord(spec) && isRecord(spec['selector']) ? spec['selector']['matchLabels'] : undefined;
  const uid = isRecord(selector) ? selector[WORKLOAD_LABEL] : undefined;
  return typeof uid === 'string' ? uid : undefined;
}

function planDeployment(
  workload: ContainerizedWorkload,
  object: KubernetesObject,
  live: KubernetesObject | undefined,
): Step {
  const { uid = '' } = workload.metadata;
  if (live && isLeftOver(workload, live)) return { do: 'apply', object, manager: uid, live, replace: true };
  if (live && selectedUid(live) !== uid && controllerOf(live) === undefined) {
    const why = 'a Deployment of this name exists already and selects other pods; delete it first';
    return { do: 'refuse', kind: object.kind, why };
  }
  return planOwned(workload, object, live);
}

function planOwned(
  workload: ContainerizedWorkload,
  object: KubernetesObject,
  live: KubernetesObject | undefined,
): Step {
  const { name, uid = '' } = workload.metadata;
  const controller = live && controllerOf(live);
  if (!controller || controller.uid === uid) return keepOrApply(object, live, uid);
  // Names are unique: an owner of our name with another uid is gone.
  const replace = controller.kind === CONTAINERIZED_WORKLOAD.kind && controller.name === name;
  if (replace) return { do: 'apply', object, manager: uid, live, replace };
  const why = `existing object is not controlled by UID "${uid}" but by ${controller.kind} ${controller.name}`;
  return { do: 'refuse', kind: object.kind, why };
}

function keepOrApply(object: KubernetesObject, live: KubernetesObject | undefined, manager: string): Step {
  if (live?.metadata.deletionTimestamp) {
    return { do: 'refuse', kind: object.kind, why: 'the one before is still being deleted' };
  }
  if (live && isApplied(live, object, manager)) return { do: 'keep', live };
  return { do: 'apply', object, manager, live };
}
