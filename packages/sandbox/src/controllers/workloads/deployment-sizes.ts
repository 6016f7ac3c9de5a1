import type { Pod } from '../model/core-types.ts';
import { fromTime } from '../model/meta.ts';
import type { Deployment, ReplicaSet } from '../model/workload-types.ts';
import { isFinished } from '../pods/pod-state.ts';
import { desiredReplicas, maxReplicas, maxSurge, maxUnavailable } from './deployment-sets.ts';

/** A ReplicaSet and the size that it is to get. */
export interface Sized {
  readonly set: ReplicaSet;
  size: number;
  /** The notes about the Deployment's size are to be renewed although the size stays. */
  renew: boolean;
}

/** The ReplicaSets of a Deployment while it is decided how large they are to be. Old ones are the oldest first. */
export interface Sizes {
  readonly deployment: Deployment;
  readonly current: Sized | undefined;
  readonly old: readonly Sized[];
}

/** Every ReplicaSet there is. */
export function allOf({ current, old }: Sizes): Sized[] {
  return current ? [...old, current] : [...old];
}

function total(all: readonly Sized[]): number {
  return all.reduce((sum, { size }) => sum + size, 0);
}

/** A ReplicaSet with more available Pods than it is to have is being shrunk: those Pods must not be counted on. */
function availableOf({ set, size }: Sized): number {
  return Math.min(size, set.status?.availableReplicas ?? 0);
}

/** How large a ReplicaSet for the current template may be, given the others (deploymentutil.NewRSNewReplicas). */
export function allowedSize(deployment: Deployment, others: readonly Sized[], size: number): number {
  const { replicas, strategy } = deployment.spec;
  if (strategy.type !== 'RollingUpdate') return replicas;
  const room = replicas + maxSurge(deployment) - total(others) - size;
  return room <= 0 ? size : size + Math.min(room, replicas - size);
}

/** Whether the Deployment was scaled since its ReplicaSets were: any active one remembers another number. */
export function isScaling(sizes: Sizes): boolean {
  const { replicas } = sizes.deployment.spec;
  return allOf(sizes).some(({ set, size }) => size > 0 && (desiredReplicas(set) ?? replicas) !== replicas);
}

/** Scales without rolling: the one active ReplicaSet, or all of them in proportion (DeploymentController.scale). */
export function scale(sizes: Sizes): void {
  const { deployment, current, old } = sizes;
  const { replicas, strategy } = deployment.spec;
  const active = allOf(sizes).filter(({ size }) => size > 0);
  const only = active.length === 0 ? (current ?? old.at(-1)) : active.length === 1 ? active[0] : undefined;
  if (only) {
    if (only.size !== replicas) resize(only, replicas);
    return;
  }
  if (active.length === 0) return;
  if (current && isSaturated(current, replicas)) {
    for (const one of old) resize(one, 0);
    return;
  }
  if (strategy.type === 'RollingUpdate') scaleInProportion(deployment, active);
}

function isSaturated(one: Sized, replicas: number): boolean {
  return one.size === replicas && desiredReplicas(one.set) === replicas && availableOf(one) === replicas;
}

function scaleInProportion(deployment: Deployment, active: readonly Sized[]): void {
  const { replicas } = deployment.spec;
  const toAdd = (replicas > 0 ? replicas + maxSurge(deployment) : 0) - total(active);
  // The largest first; of equal ones the younger first when growing, the older when shrinking.
  const way = toAdd > 0 ? -1 : 1;
  const ordered = active.toSorted((one, other) => other.size - one.size || way * (ageOf(one) - ageOf(other)));
  let added = 0;
  for (const one of ordered) {
    const share = shareOf(one, deployment, toAdd, added);
    added += share;
    resize(one, one.size + share, true);
  }
  const [largest] = ordered;
  if (largest) resize(largest, Math.max(0, largest.size + toAdd - added), true);
}

function ageOf({ set }: Sized): number {
  return fromTime(set.metadata.creationTimestamp);
}

function shareOf({ set, size }: Sized, deployment: Deployment, toAdd: number, added: number): number {
  const left = toAdd - added;
  if (size === 0 || left === 0) return 0;
  const { replicas } = deployment.spec;
  if (replicas === 0) return Math.max(-size, left);
  const before = maxReplicas(set) || deployment.status?.replicas || 0;
  if (before === 0) return 0;
  const fraction = Math.round((size * (replicas + maxSurge(deployment))) / before) - size;
  return toAdd > 0 ? Math.min(fraction, left) : Math.max(fraction, left);
}

/** One step of a rolling update: grows the new ReplicaSet or shrinks old ones (DeploymentController.rolloutRolling). */
export function roll(sizes: Sizes): void {
  const { deployment, current, old } = sizes;
  if (!current) return;
  const { replicas } = deployment.spec;
  const wanted = current.size > replicas ? replicas : allowedSize(deployment, old, current.size);
  if (current.size !== wanted) {
    resize(current, wanted);
    return;
  }
  const minAvailable = replicas - maxUnavailable(deployment);
  if (total(old) === 0) return;
  const most = total(allOf(sizes)) - minAvailable - (current.size - availableOf(current));
  if (most <= 0) return;
  shrinkUnhealthy(old, most);
  shrinkAvailable(old, sum(allOf(sizes).map(availableOf)) - minAvailable);
}

/** Pods that do not work may go whatever the rules: nobody misses them. */
function shrinkUnhealthy(old: readonly Sized[], most: number): void {
  let cleaned = 0;
  for (const one of old) {
    const unhealthy = one.size - availableOf(one);
    if (cleaned >= most || one.size === 0 || unhealthy <= 0) continue;
    const count = Math.min(most - cleaned, unhealthy);
    resize(one, one.size - count);
    cleaned += count;
  }
}

function shrinkAvailable(old: readonly Sized[], most: number): void {
  let removed = 0;
  for (const one of old) {
    if (removed >= most) return;
    const count = Math.min(one.size, most - removed);
    if (count === 0) continue;
    resize(one, one.size - count);
    removed += count;
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((one, other) => one + other, 0);
}

/** Strategy Recreate: everything old goes first. Tells whether the new ReplicaSet may exist now. */
export function recreate({ old }: Sizes, pods: (set: ReplicaSet) => readonly Pod[]): boolean {
  const active = old.filter(({ size }) => size > 0);
  for (const one of active) resize(one, 0);
  if (active.length > 0) return false;
  const ended = ({ set }: Sized) => (set.status?.replicas ?? 0) === 0 && pods(set).every(isFinished);
  return old.every(ended);
}

function resize(one: Sized, size: number, renew = false): void {
  one.size = size;
  if (renew) one.renew = true;
}
