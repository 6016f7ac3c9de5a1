import { compact, conditionIn, fromTime, type StatusCondition, toTime } from '../model/meta.ts';
import type { Deployment, DeploymentStatus, ReplicaSet } from '../model/workload-types.ts';
import { maxUnavailable } from './deployment-sets.ts';

/** No deadline: the API's way to say it (deploymentutil.HasProgressDeadline). */
const NO_LIMIT = 2_147_483_647;

/** The deadline for progress in seconds, or undefined when there is none. */
export function progressDeadline({ spec }: Deployment): number | undefined {
  return spec.progressDeadlineSeconds === NO_LIMIT ? undefined : spec.progressDeadlineSeconds;
}

/** A condition without its times. */
export type Telling = Required<Pick<StatusCondition, 'type' | 'status' | 'reason' | 'message'>>;

/** Sets a condition unless it is there with the same status and reason (deploymentutil.SetDeploymentCondition). */
export function withCondition(
  conditions: readonly StatusCondition[],
  { type, status, reason, message }: Telling,
  now: number,
): StatusCondition[] {
  const known = conditionIn(conditions, type);
  if (known?.status === status && known.reason === reason) return [...conditions];
  const time = toTime(now);
  const lastTransitionTime = known?.status === status ? (known.lastTransitionTime ?? time) : time;
  const others = conditions.filter((one) => one.type !== type);
  return [...others, { type, status, lastUpdateTime: time, lastTransitionTime, reason, message }];
}

/** What a status is computed from. */
export interface StatusInput {
  readonly deployment: Deployment;
  /** All ReplicaSets as they are or are about to be. */
  readonly sets: readonly ReplicaSet[];
  readonly current: ReplicaSet | undefined;
  /** Conditions so far, with what the sync has to tell already. */
  readonly conditions: readonly StatusCondition[];
  readonly now: number;
}

/** Counts, and whether enough Pods are available (DeploymentController.calculateStatus). */
export function countedStatus({ deployment, sets, current, conditions, now }: StatusInput): DeploymentStatus {
  const sum = (value: (set: ReplicaSet) => number | undefined) =>
    sets.reduce((total, set) => total + (value(set) ?? 0), 0);
  const available = sum((set) => set.status?.availableReplicas);
  const enough = available >= deployment.spec.replicas - maxUnavailable(deployment);
  const told: Telling = enough
    ? { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable', message: HAS_MINIMUM }
    : { type: 'Available', status: 'False', reason: 'MinimumReplicasUnavailable', message: LACKS_MINIMUM };
  const known = sets.filter(({ status }) => status?.terminatingReplicas !== undefined);
  return compact({
    observedGeneration: deployment.metadata.generation || undefined,
    replicas: sum((set) => set.status?.replicas) || undefined,
    updatedReplicas: current?.status?.replicas || undefined,
    readyReplicas: sum((set) => set.status?.readyReplicas) || undefined,
    availableReplicas: available || undefined,
    unavailableReplicas: Math.max(0, sum((set) => set.spec.replicas) - available) || undefined,
    // Only when every ReplicaSet says how many it has.
    terminatingReplicas: known.length === sets.length ? sum((set) => set.status?.terminatingReplicas) : undefined,
    collisionCount: deployment.status?.collisionCount,
    conditions: withCondition(conditions, told, now),
  }) as DeploymentStatus;
}

const HAS_MINIMUM = 'Deployment has minimum availability.';
const LACKS_MINIMUM = 'Deployment does not have minimum availability.';

/** The status during a rollout: also how far it is, and whether ReplicaSets fail (DeploymentController.syncRolloutStatus). */
export function rolloutStatus(input: StatusInput): DeploymentStatus {
  const { deployment, sets, current, now } = input;
  const status = countedStatus(input);
  let conditions = [...(status.conditions ?? [])];
  if (progressDeadline(deployment) === undefined) conditions = conditions.filter(({ type }) => type !== 'Progressing');
  else conditions = withProgress(input, status, conditions);
  const failures = [...(current ? [current] : []), ...sets].flatMap((set) => {
    const failure = conditionIn(set.status?.conditions, 'ReplicaFailure');
    return failure ? [failure] : [];
  });
  const [failure] = failures;
  conditions = failure
    ? withCondition(conditions, toldOf(failure), now)
    : conditions.filter(({ type }) => type !== 'ReplicaFailure');
  return { ...status, conditions };
}

function toldOf({ type, status, reason = '', message = '' }: StatusCondition): Telling {
  return { type, status, reason, message };
}

function withProgress(
  { deployment, current, now }: StatusInput,
  status: DeploymentStatus,
  conditions: StatusCondition[],
): StatusCondition[] {
  const known = conditionIn(conditions, 'Progressing');
  const settled = known?.reason === 'NewReplicaSetAvailable' && status.replicas === status.updatedReplicas;
  if (settled) return conditions;
  const what = current ? `ReplicaSet "${current.metadata.name}"` : `Deployment "${deployment.metadata.name}"`;
  const told = (state: 'True' | 'False', reason: string, message: string): Telling => ({
    type: 'Progressing',
    status: state,
    reason,
    message: `${what} ${message}`,
  });
  if (isComplete(deployment, status)) {
    return withCondition(conditions, told('True', 'NewReplicaSetAvailable', 'has successfully progressed.'), now);
  }
  if (hasProgressed(deployment.status ?? {}, status)) {
    const progress = told('True', 'ReplicaSetUpdated', 'is progressing.');
    // Any progress counts anew, also with the same reason; only a change of the status moves the transition.
    const others = conditions.filter(({ type }) => type !== 'Progressing');
    const [made] = withCondition([], progress, now) as [StatusCondition];
    const since = known?.status === 'True' ? known.lastTransitionTime : undefined;
    return [...others, since ? { ...made, lastTransitionTime: since } : made];
  }
  if (isTimedOut(deployment, known, now)) {
    return withCondition(conditions, told('False', 'ProgressDeadlineExceeded', 'has timed out progressing.'), now);
  }
  return conditions;
}

/** Whether everything wanted is there and nothing else (deploymentutil.DeploymentComplete). */
export function isComplete({ spec, metadata }: Deployment, status: DeploymentStatus = {}): boolean {
  const { replicas = 0, updatedReplicas = 0, availableReplicas = 0, observedGeneration = 0 } = status;
  return (
    updatedReplicas === spec.replicas &&
    replicas === spec.replicas &&
    availableReplicas === spec.replicas &&
    observedGeneration >= (metadata.generation ?? 0)
  );
}

function hasProgressed(before: DeploymentStatus, after: DeploymentStatus): boolean {
  const old = ({ replicas = 0, updatedReplicas = 0 }: DeploymentStatus) => replicas - updatedReplicas;
  return (
    (after.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) ||
    old(after) < old(before) ||
    (after.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (after.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
  );
}

function isTimedOut(deployment: Deployment, known: StatusCondition | undefined, now: number): boolean {
  const deadline = progressDeadline(deployment);
  if (!known || deadline === undefined || known.reason === 'NewReplicaSetAvailable') return false;
  if (known.reason === 'ProgressDeadlineExceeded') return true;
  return fromTime(known.lastUpdateTime) + deadline * 1000 < now;
}

/** Milliseconds until a Deployment that makes no progress must be looked at again, or undefined. */
export function untilDeadline(deployment: Deployment, status: DeploymentStatus, now: number): number | undefined {
  const deadline = progressDeadline(deployment);
  const known = conditionIn(status.conditions, 'Progressing');
  if (deadline === undefined || !known || isComplete(deployment, status)) return undefined;
  if (known.reason === 'ProgressDeadlineExceeded') return undefined;
  // A second more, because times have no milliseconds.
  return Math.max(1000, fromTime(known.lastUpdateTime) + deadline * 1000 - now + 1000);
}
