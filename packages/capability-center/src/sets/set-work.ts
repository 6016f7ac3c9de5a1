import { type CapabilitySet, versionLabel } from '@capstan/capability-model';
import type { DriftedItem } from '../health/package-watch.ts';
import type { InstallerContext } from '../installer/context.ts';
import { executeInstall } from '../installer/execute-install.ts';
import { type ClusterLock, readLock } from '../installer/lock.ts';
import { planInstall } from '../plan/plan-install.ts';
import type { BesideWish, InstallGoal, InstallPlan } from '../plan/types.ts';
import { executeUninstall } from '../uninstall/execute-uninstall.ts';
import { planUninstall } from '../uninstall/plan-uninstall.ts';
import { isBusy, isPlanError, remarkOf, remarkOfBlockers } from './failures.ts';
import { ownerOf } from './goals.ts';
import type { Healer } from './heal.ts';
import { ownedBy, releaseGoals, unneededOf, withNeeds } from './release.ts';
import type { SetRemark } from './set-status.ts';

/** What one pass over a set works with. */
export interface SetWork {
  readonly context: InstallerContext;
  readonly set: CapabilitySet;
  readonly goals: readonly InstallGoal[];
  /** What other sets ask for of the same packages. */
  readonly besides: readonly BesideWish[];
  readonly lock: ClusterLock;
  readonly drift: ReadonlyMap<string, readonly DriftedItem[]>;
  readonly healer: Healer;
  readonly now: number;
  readonly signal: AbortSignal;
  /** Told before an effect: what is about to be done. */
  readonly announce: (remark: SetRemark) => Promise<void>;
}

/** What a pass did not reach. */
export interface WorkResult {
  /** By package: why it is not as asked. */
  readonly failures: ReadonlyMap<string, SetRemark>;
  /** Waits for somebody: for a right to execute, or for another process. */
  readonly waits?: SetRemark;
  readonly planDigest?: string;
  /** Asked for once, and by nobody now. */
  readonly unneeded: readonly string[];
}

/**
 * Brings the cluster in line with a set: gives up what it names no longer, puts back what drifted, plans and carries out
 * what it asks for, and removes what nobody needs where it may. Throws BUSY while another process is at work, and what a
 * reader of the cluster or of a center throws.
 */
export async function workOn(work: SetWork): Promise<WorkResult> {
  const { context, set, lock, signal } = work;
  const owner = ownerOf(set.metadata.name);
  const named = set.spec.capabilities.map((entry) => entry.package);
  const released = ownedBy(lock, owner).filter((name) => !named.includes(name));
  if (released.length > 0) await releaseGoals(context, owner, released, signal);
  await healAll(work, withNeeds(lock, ownedBy(lock, owner)));
  const carried = await carryOut(work);
  const candidates = [...released, ...(set.status?.unneeded ?? [])].filter((name) => !named.includes(name));
  const unneeded = candidates.length > 0 ? unneededOf(await readLock(context.client), candidates) : [];
  return { ...carried, unneeded: set.spec.prune ? await prune(work, unneeded, carried.failures) : unneeded };
}

async function healAll({ context, set, drift, healer, now, signal }: SetWork, names: Set<string>): Promise<void> {
  const paused = set.spec.capabilities.filter((entry) => entry.paused).map((entry) => entry.package);
  for (const name of [...names].filter((one) => !paused.includes(one))) {
    const items = healer.worthHealing(drift.get(name) ?? [], now);
    if (items.length > 0) await healer.heal(context, name, items, { now, signal });
  }
}

/** All goals in one plan; where that cannot be made, each by itself, so that one bad entry does not hold up the others. */
async function carryOut(
  work: SetWork,
): Promise<Omit<WorkResult, 'unneeded'> & { readonly failures: Map<string, SetRemark> }> {
  const failures = new Map<string, SetRemark>();
  const { goals } = work;
  if (goals.length === 0) return { failures };
  const whole = await planFor(work, goals);
  if ('plan' in whole) {
    if (!needsApproval(work, whole.plan)) {
      await execute(work, goals, whole.plan, failures);
      return { failures, planDigest: whole.plan.digest };
    }
    return { failures, planDigest: whole.plan.digest, waits: approval(whole.plan) };
  }
  for (const goal of goals) {
    const each = goals.length === 1 ? whole : await planFor(work, [goal]);
    if (!('plan' in each)) failures.set(goal.package, each.remark);
    else if (!needsApproval(work, each.plan)) await execute(work, [goal], each.plan, failures);
    else return { failures, planDigest: each.plan.digest, waits: approval(each.plan) };
  }
  return { failures };
}

async function planFor(
  { context, set, besides }: SetWork,
  goals: readonly InstallGoal[],
): Promise<{ readonly plan: InstallPlan } | { readonly remark: SetRemark }> {
  try {
    const allowStandIns = set.spec.capabilities.some((entry) => entry.allowStandIns);
    const plan = await planInstall(context, { goals, besides, allowStandIns });
    const remark = remarkOfBlockers(plan);
    return remark ? { remark } : { plan };
  } catch (error) {
    if (!isPlanError(error)) throw error;
    return { remark: remarkOf(error) };
  }
}

async function execute(
  { context, set, signal, announce }: SetWork,
  goals: readonly InstallGoal[],
  plan: InstallPlan,
  failures: Map<string, SetRemark>,
): Promise<void> {
  if (!plan.changes) return;
  await announce({ reason: 'Progressing', message: describeChanges(plan) });
  const onFailure = set.spec.capabilities.find((entry) => entry.onFailure)?.onFailure;
  try {
    await executeInstall(context, plan, { signal, ...(onFailure ? { onFailure } : {}) });
  } catch (error) {
    if (isBusy(error) || signal.aborted) throw error;
    for (const goal of goals) failures.set(goal.package, remarkOf(error));
  }
}

function needsApproval({ set }: SetWork, plan: InstallPlan): boolean {
  return plan.changes && set.spec.approve === 'digest' && set.spec.approved !== plan.digest;
}

function approval(plan: InstallPlan): SetRemark {
  const message = `${describeChanges(plan)}; to approve it, set spec.approved to ${plan.digest}`;
  return { reason: 'AwaitingApproval', message };
}

/** `install a 1.0.0, upgrade b from 1.0.0 to 2.0.0`. */
function describeChanges({ packages }: InstallPlan): string {
  const changes = packages
    .filter(({ action }) => action !== 'none')
    .map((one) => {
      const { action, name, from } = one;
      return `${action} ${name} ${from === undefined ? versionLabel(one) : `from ${from} to ${versionLabel(one)}`}`;
    });
  return changes.join(', ');
}

/** Removes packages that nobody asks for and needs; answers those that stay, with the reason among the failures. */
export async function prune(
  { context, signal, announce }: Pick<SetWork, 'context' | 'signal' | 'announce'>,
  names: readonly string[],
  failures: Map<string, SetRemark>,
): Promise<string[]> {
  const left: string[] = [];
  for (const name of names) {
    const plan = await planUninstall(context, { package: name, prune: true });
    const [blocker] = plan.blockers;
    if (blocker) {
      failures.set(name, { reason: 'NotPruned', message: `${name} stays: ${blocker.message}` });
      left.push(name);
      continue;
    }
    await announce({ reason: 'Pruning', message: `remove ${name} ${plan.version}, for which nobody asks any more` });
    await executeUninstall(context, plan, { signal });
  }
  return left;
}
