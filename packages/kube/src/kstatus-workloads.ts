import type { Health, KubernetesObject } from '@capstan/base';
import { conditionsOf } from './client.ts';
import { findCondition } from './conditions.ts';
import { degraded, numberAt, progressing, ready, textAt, valueAt } from './kstatus-values.ts';

/** Rules of kinds that run pods, by `Kind.group`. */
export const WORKLOAD_RULES: Readonly<Record<string, (object: KubernetesObject) => Health>> = {
  'Deployment.apps': deployment,
  'StatefulSet.apps': statefulSet,
  'DaemonSet.apps': daemonSet,
  'ReplicaSet.apps': replicaSet,
  'Pod.': pod,
  'Job.batch': job,
};

type Check = readonly [reason: string, label: string, have: number, want: number];

/** The first count that is short of its goal. */
function short(checks: readonly Check[]): Health | undefined {
  const found = checks.find(([, , have, want]) => have < want);
  return found && progressing(found[0], `${found[1]} ${found[2]}/${found[3]}`);
}

function extra(replicas: number, wanted: number): Health | undefined {
  return replicas > wanted ? progressing('ExtraPods', `${replicas - wanted} to be terminated`) : undefined;
}

function counter(object: KubernetesObject): (field: string) => number {
  return (field) => numberAt(object, 'status', field) ?? 0;
}

function deployment(object: KubernetesObject): Health {
  const conditions = conditionsOf(object);
  const progress = findCondition(conditions, 'Progressing');
  if (progress?.reason === 'ProgressDeadlineExceeded') return degraded(progress.reason, progress.message);
  const count = counter(object);
  const wanted = numberAt(object, 'spec', 'replicas') ?? 1;
  const counts =
    short([
      ['LessReplicas', 'replicas', count('replicas'), wanted],
      ['LessUpdated', 'updated', count('updatedReplicas'), wanted],
    ]) ??
    extra(count('replicas'), wanted) ??
    short([
      ['LessAvailable', 'available', count('availableReplicas'), count('updatedReplicas')],
      ['LessReady', 'ready', count('readyReplicas'), wanted],
    ]);
  if (counts) return counts;
  // Without a deadline the controller writes no Progressing condition.
  const watched = numberAt(object, 'spec', 'progressDeadlineSeconds') !== undefined;
  if (watched && !(progress?.status === 'True' && progress.reason === 'NewReplicaSetAvailable')) {
    return progressing('ReplicaSetNotAvailable', progress?.message);
  }
  const available = findCondition(conditions, 'Available');
  if (available?.status !== 'True') return progressing('DeploymentNotAvailable', available?.message);
  return ready('Available', `replicas ${wanted}/${wanted}`);
}

function statefulSet(object: KubernetesObject): Health {
  if (textAt(object, 'spec', 'updateStrategy', 'type') === 'OnDelete') return ready('OnDelete');
  const count = counter(object);
  const wanted = numberAt(object, 'spec', 'replicas') ?? 1;
  const counts =
    short([
      ['LessReplicas', 'replicas', count('replicas'), wanted],
      ['LessReady', 'ready', count('readyReplicas'), wanted],
    ]) ?? extra(count('replicas'), wanted);
  if (counts) return counts;
  const partition = numberAt(object, 'spec', 'updateStrategy', 'rollingUpdate', 'partition');
  if (partition !== undefined) {
    const rollout = short([['PartitionRollout', 'updated', count('updatedReplicas'), wanted - partition]]);
    return rollout ?? ready('PartitionRolloutComplete', `updated ${count('updatedReplicas')}`);
  }
  const rollout = short([['LessCurrent', 'current', count('currentReplicas'), wanted]]);
  if (rollout) return rollout;
  if (textAt(object, 'status', 'currentRevision') !== textAt(object, 'status', 'updateRevision')) {
    return progressing('RevisionMismatch', 'it waits for the updated revision');
  }
  return ready('AllReplicasReady', `replicas ${wanted}/${wanted}`);
}

function daemonSet(object: KubernetesObject): Health {
  const wanted = numberAt(object, 'status', 'desiredNumberScheduled');
  if (numberAt(object, 'status', 'observedGeneration') === undefined) return progressing('NoObservedGeneration');
  if (wanted === undefined) return progressing('NoDesiredNumber');
  const count = counter(object);
  const counts = short([
    ['LessCurrent', 'current', count('currentNumberScheduled'), wanted],
    ['LessUpdated', 'updated', count('updatedNumberScheduled'), wanted],
    ['LessAvailable', 'available', count('numberAvailable'), wanted],
    ['LessReady', 'ready', count('numberReady'), wanted],
  ]);
  return counts ?? ready('AllPodsReady', `pods ${wanted}/${wanted}`);
}

function replicaSet(object: KubernetesObject): Health {
  const failure = findCondition(conditionsOf(object), 'ReplicaFailure');
  if (failure?.status === 'True') return progressing('ReplicaFailure', failure.message);
  const count = counter(object);
  const wanted = numberAt(object, 'spec', 'replicas') ?? 1;
  const counts = short([
    ['LessLabelled', 'labelled', count('fullyLabeledReplicas'), wanted],
    ['LessAvailable', 'available', count('availableReplicas'), wanted],
    ['LessReady', 'ready', count('readyReplicas'), wanted],
  ]);
  return counts ?? extra(count('replicas'), wanted) ?? ready('AllReplicasReady', `replicas ${wanted}/${wanted}`);
}

function pod(object: KubernetesObject): Health {
  const phase = textAt(object, 'status', 'phase');
  if (phase === 'Succeeded') return ready('PodCompleted');
  if (phase === 'Failed') return degraded('PodFailed', textAt(object, 'status', 'message'));
  const conditions = conditionsOf(object);
  if (phase === 'Running' && findCondition(conditions, 'Ready')?.status === 'True') return ready('PodReady');
  const waiting = waitingContainer(object);
  if (waiting?.reason === 'CrashLoopBackOff') return degraded(waiting.reason, waiting.message);
  if (waiting) return progressing(waiting.reason, waiting.message);
  const scheduled = findCondition(conditions, 'PodScheduled');
  if (scheduled?.status === 'False') return progressing(scheduled.reason || 'NotScheduled', scheduled.message);
  return progressing(phase === 'Running' ? 'PodNotReady' : 'PodPending');
}

function waitingContainer(object: KubernetesObject): { reason: string; message: string } | undefined {
  const statuses = valueAt(object, 'status', 'containerStatuses');
  if (!Array.isArray(statuses)) return undefined;
  for (const status of statuses as { name?: string; state?: { waiting?: { reason?: string; message?: string } } }[]) {
    const { reason, message } = status.state?.waiting ?? {};
    if (reason) return { reason, message: `container ${status.name}${message ? `: ${message}` : ''}` };
  }
  return undefined;
}

function job(object: KubernetesObject): Health {
  const conditions = conditionsOf(object);
  const failed = findCondition(conditions, 'Failed');
  if (failed?.status === 'True') return degraded('JobFailed', failed.message);
  if (findCondition(conditions, 'Complete')?.status === 'True') return ready('JobCompleted');
  if (findCondition(conditions, 'Suspended')?.status === 'True') return ready('JobSuspended');
  return textAt(object, 'status', 'startTime') ? ready('JobRunning') : progressing('JobNotStarted');
}
