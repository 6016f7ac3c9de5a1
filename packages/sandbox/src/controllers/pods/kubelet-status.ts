import type { JsonObject } from '@capstan/base';
import type { Container, Pod } from '../model/core-types.ts';
import { conditionIn, controllerOf, isDeleting, type StatusCondition } from '../model/meta.ts';
import { isReady } from './pod-state.ts';

/** What the kubelet does next with a Pod. */
export type KubeletStep = 'run' | 'complete' | 'remove' | undefined;

/** Pods run and are ready at once, a Job's Pods then end well, deleted Pods go at once; the real engine's stages do the same. */
export function kubeletStep(pod: Pod): KubeletStep {
  if (!pod.spec.nodeName) return undefined;
  if (isDeleting(pod)) return 'remove';
  const phase = pod.status?.phase ?? 'Pending';
  if (phase === 'Pending' && !isReady(pod)) return 'run';
  if (phase === 'Running' && controllerOf(pod)?.kind === 'Job') return 'complete';
  return undefined;
}

/** The status of a Pod that has just been started. Pods on the host's network have no address of their own. */
export function runningStatus(pod: Pod, ip: string | undefined, now: string): JsonObject {
  const { readinessGates = [], initContainers = [], containers } = pod.spec;
  const types = [
    'Initialized',
    'ContainersReady',
    'Ready',
    ...readinessGates.map(({ conditionType }) => conditionType),
  ];
  const running = { running: { startedAt: now } };
  const address = ip === undefined ? {} : { podIP: ip, podIPs: [{ ip }] };
  return {
    phase: 'Running',
    startTime: now,
    conditions: [...types.map((type) => condition(type, 'True', now)), ...scheduled(pod, now)],
    ...(initContainers.length > 0 && {
      initContainerStatuses: initContainers.map((container) =>
        container.restartPolicy === 'Always'
          ? containerStatus(container, true, { started: true, state: running })
          : containerStatus(container, true, { state: completed(now) }),
      ),
    }),
    containerStatuses: containers.map((container) =>
      containerStatus(container, true, { started: true, state: running }),
    ),
    ...address,
  };
}

/** The status of a Pod whose containers have done their work. */
export function completedStatus(pod: Pod, now: string): JsonObject {
  const others = (pod.status?.conditions ?? []).filter(({ type }) => !READINESS.has(type));
  const initialized = others.filter(({ type }) => type === 'Initialized');
  const rest = others.filter(({ type }) => type !== 'Initialized');
  const over = [...READINESS].map((type) => ({ ...condition(type, 'False', now), reason: 'PodCompleted' }));
  return {
    phase: 'Succeeded',
    conditions: [...initialized, ...over, ...rest],
    containerStatuses: pod.spec.containers.map((container) =>
      containerStatus(container, false, { started: false, state: completed(now) }),
    ),
  };
}

const READINESS = new Set(['ContainersReady', 'Ready']);

function condition(type: string, status: 'True' | 'False', now: string): StatusCondition {
  return { type, status, lastProbeTime: null, lastTransitionTime: now };
}

function scheduled({ status }: Pod, now: string): StatusCondition[] {
  return [conditionIn(status?.conditions, 'PodScheduled') ?? condition('PodScheduled', 'True', now)];
}

function containerStatus({ name, image = '' }: Container, ready: boolean, more: JsonObject): JsonObject {
  return { name, image, imageID: '', ready, restartCount: 0, lastState: {}, ...more };
}

function completed(now: string): JsonObject {
  return { terminated: { exitCode: 0, reason: 'Completed', startedAt: now, finishedAt: now } };
}
