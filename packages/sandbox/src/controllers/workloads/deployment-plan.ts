import type { Pod } from '../model/core-types.ts';
import { deepEqual } from '../model/equality.ts';
import { conditionIn, isDeleting, type StatusCondition } from '../model/meta.ts';
import type { Deployment, DeploymentStatus, ReplicaSet } from '../model/workload-types.ts';
import {
  byAge,
  findNewSet,
  newSetOf,
  REVISION,
  revisionOf,
  withRevision,
  withSizeAnnotations,
} from './deployment-sets.ts';
import { allOf, allowedSize, isScaling, recreate, roll, type Sized, type Sizes, scale } from './deployment-sizes.ts';
import {
  countedStatus,
  isComplete,
  progressDeadline,
  rolloutStatus,
  type Telling,
  untilDeadline,
  withCondition,
} from './deployment-status.ts';

/** What the Deployment controller looks at. */
export interface DeploymentState {
  readonly deployment: Deployment;
  /** The ReplicaSets that the Deployment controls. */
  readonly replicaSets: readonly ReplicaSet[];
  readonly pods: (set: ReplicaSet) => readonly Pod[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What is to be written: ReplicaSets first, then the Deployment's status with its annotations. */
export interface DeploymentPlan {
  readonly create?: ReplicaSet;
  readonly update: readonly ReplicaSet[];
  readonly remove: readonly ReplicaSet[];
  /** The Deployment with its new status and revision; the same object when nothing changes. */
  readonly deployment: Deployment;
  /** When to look again although nothing happens. */
  readonly requeueAfterMs?: number;
}

/** Decides one step of a Deployment (DeploymentController.syncDeployment). */
export function decideDeployment(state: DeploymentState): DeploymentPlan {
  const { deployment, replicaSets } = state;
  const found = findNewSet(deployment, replicaSets);
  const old = byAge(replicaSets).filter((set) => set !== found);
  const revision = 1 + Math.max(0, ...old.map(revisionOf));
  const sizes: Sizes = {
    deployment,
    current: found && sized(upToDate(deployment, found, revision)),
    old: old.map(sized),
  };
  if (isDeleting(deployment)) return plan(state, sizes, { told: [], rollout: false });
  const told = pauseTold(deployment);
  if (deployment.spec.paused || isScaling(sizes)) {
    scale(sizes);
    return plan(state, sizes, { told, rollout: false });
  }
  if (found) told.push(...foundTold(deployment, found));
  return rollOut(state, sizes, revision, told);
}

function sized(set: ReplicaSet): Sized {
  return { set, size: set.spec.replicas, renew: false };
}

function upToDate(deployment: Deployment, set: ReplicaSet, revision: number): ReplicaSet {
  const next = withRevision(deployment, set, revision);
  const { minReadySeconds = 0 } = deployment.spec;
  if ((next.spec.minReadySeconds ?? 0) === minReadySeconds) return next;
  return { ...next, spec: { ...next.spec, minReadySeconds } };
}

function rollOut(state: DeploymentState, sizes: Sizes, revision: number, told: Telling[]): DeploymentPlan {
  const { deployment } = state;
  const rolling = deployment.spec.strategy.type === 'RollingUpdate';
  const mayCreate = rolling || recreate(sizes, state.pods);
  if (!sizes.current) {
    if (!mayCreate) return plan(state, sizes, { told, rollout: true });
    const create = newSetOf(deployment, allowedSize(deployment, sizes.old, 0), revision);
    if (progressDeadline(deployment) !== undefined) {
      const message = `Created new replica set "${create.metadata.name}"`;
      told.push({ type: 'Progressing', status: 'True', reason: 'NewReplicaSetCreated', message });
    }
    return { ...plan(state, { ...sizes, current: sized(create) }, { told, rollout: true }), create };
  }
  if (rolling) roll(sizes);
  else if (mayCreate) sizes.current.size = deployment.spec.replicas;
  return plan(state, sizes, { told, rollout: true });
}

/** Pausing and resuming stop and restart the clock of the progress deadline. */
function pauseTold(deployment: Deployment): Telling[] {
  if (progressDeadline(deployment) === undefined) return [];
  const known = conditionIn(deployment.status?.conditions, 'Progressing');
  if (known?.reason === 'ProgressDeadlineExceeded') return [];
  const type = 'Progressing';
  const isKnown = known?.reason === 'DeploymentPaused';
  if (deployment.spec.paused && !isKnown) {
    return [{ type, status: 'Unknown', reason: 'DeploymentPaused', message: 'Deployment is paused' }];
  }
  if (!deployment.spec.paused && isKnown) {
    return [{ type, status: 'Unknown', reason: 'DeploymentResumed', message: 'Deployment is resumed' }];
  }
  return [];
}

function foundTold(deployment: Deployment, set: ReplicaSet): Telling[] {
  const unknown = conditionIn(deployment.status?.conditions, 'Progressing') === undefined;
  if (!unknown || progressDeadline(deployment) === undefined) return [];
  const message = `Found new replica set "${set.metadata.name}"`;
  return [{ type: 'Progressing', status: 'True', reason: 'FoundNewReplicaSet', message }];
}

function plan(
  { deployment, replicaSets, now }: DeploymentState,
  sizes: Sizes,
  { told, rollout }: { told: readonly Telling[]; rollout: boolean },
): DeploymentPlan {
  const results = new Map(allOf(sizes).map((one) => [one, resized(one, deployment)]));
  const sets = [...results.values()];
  const current = sizes.current && results.get(sizes.current);
  const conditions = told.reduce<StatusCondition[]>(
    (all, one) => withCondition(all, one, now),
    [...(deployment.status?.conditions ?? [])],
  );
  const input = { deployment, sets, current, conditions, now };
  const status = rollout ? rolloutStatus(input) : countedStatus(input);
  const known = new Map(replicaSets.map((set) => [set.metadata.uid, set]));
  const clean = (rollout && isComplete(deployment, deployment.status)) || deployment.spec.paused;
  const requeueAfterMs = rollout ? untilDeadline(deployment, status, now) : undefined;
  return {
    update: sets.filter((set) => set.metadata.uid !== undefined && known.get(set.metadata.uid) !== set),
    remove: clean && !isDeleting(deployment) ? outdated(deployment, sizes.old) : [],
    deployment: withStatus(deployment, status, current),
    ...(requeueAfterMs !== undefined && { requeueAfterMs }),
  };
}

function resized({ set, size, renew }: Sized, deployment: Deployment): ReplicaSet {
  if (size === set.spec.replicas && !renew) return set;
  const next = withSizeAnnotations({ ...set, spec: { ...set.spec, replicas: size } }, deployment);
  return deepEqual(next, set) ? set : next;
}

function withStatus(deployment: Deployment, status: DeploymentStatus, current: ReplicaSet | undefined): Deployment {
  const { annotations = {} } = deployment.metadata;
  const revision = current?.metadata.annotations?.[REVISION] ?? annotations[REVISION];
  const same = annotations[REVISION] === revision;
  if (same && deepEqual(deployment.status, status)) return deployment;
  const metadata = same
    ? deployment.metadata
    : { ...deployment.metadata, annotations: { ...annotations, [REVISION]: revision ?? '' } };
  return { ...deployment, metadata, status };
}

/** Old ReplicaSets beyond the history limit that have no Pods any more. */
function outdated({ spec }: Deployment, old: readonly Sized[]): ReplicaSet[] {
  const { revisionHistoryLimit = 10 } = spec;
  const alive = old.map(({ set }) => set).filter((set) => !isDeleting(set));
  const surplus = Math.max(0, alive.length - revisionHistoryLimit);
  const oldestFirst = alive.toSorted((one, other) => revisionOf(one) - revisionOf(other));
  return oldestFirst.slice(0, surplus).filter(({ metadata, spec: { replicas }, status }) => {
    const seen = (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0);
    return seen && replicas === 0 && (status?.replicas ?? 0) === 0;
  });
}
