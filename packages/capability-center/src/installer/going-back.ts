import { versionLabel } from '@capstan/capability-model';
import type { PackagePlan } from '../plan/types.ts';
import { commandLine, type ExecuteOptions, type InstallerContext } from './context.ts';
import type { Journal } from './journal.ts';
import { type ClusterLock, readLock } from './lock.ts';
import { type AnyPlan, readRecordedPlan } from './plan-record.ts';
import { runOperation } from './run.ts';
import { type TakenBack, takeBack } from './take-back.ts';
import { planGone } from './unfinished.ts';

const OVERHEAD_MS = 180_000;

/** Packages, with versions, that an unfinished installation, upgrade or rollback has put into force already. */
export async function committedPackages({ client }: InstallerContext, { planDigest }: Journal): Promise<string[]> {
  const { packages } = await readLock(client);
  return Object.entries(packages)
    .filter(([, locked]) => locked.planDigest === planDigest)
    .map(([name, locked]) => `${name} ${versionLabel(locked)}`);
}

/** Goes back to the state before an operation that nobody carries out. Rejects with BUSY while another is under way. */
export async function finishGoingBack(
  context: InstallerContext,
  journal: Journal,
  options: ExecuteOptions,
): Promise<TakenBack> {
  const { operation, subject, planDigest } = journal;
  const plan = await readRecordedPlan(context.client, planDigest);
  if (!plan) throw planGone(journal);
  const { packages, left } = undoable(plan, await readLock(context.client));
  const limits = packages.flatMap(({ units }) => units).reduce((sum, unit) => sum + unit.timeoutSeconds * 1000, 0);
  const limitMs = OVERHEAD_MS + limits;
  const state = await runOperation(
    {
      context,
      header: { operation, subject, planDigest, command: commandLine(context, `cap cancel ${subject}`) },
      cluster: plan.cluster.uid,
      options,
      defaultTimeoutMs: limitMs,
      ending: 'reverted',
    },
    (run) => takeBack(run.turnBack(options.timeoutMs ?? limitMs), { packages, planDigest }, 'it was cancelled'),
  );
  return { ...state, left: [...left, ...state.left] };
}

/** What of a plan can be undone: of a removal only what it has not removed. Dependencies come first. */
function undoable(
  plan: AnyPlan,
  { packages: inForce }: ClusterLock,
): { readonly packages: readonly PackagePlan[]; readonly left: readonly string[] } {
  if (plan.kind === 'InstallPlan')
    return { packages: plan.packages.filter(({ action }) => action !== 'none'), left: [] };
  const planned = plan.packages.map((removal) => removal.planned).toReversed();
  return {
    packages: planned.filter(({ name }) => inForce[name] !== undefined),
    left: planned
      .filter(({ name }) => inForce[name] === undefined)
      .map((one) => `${one.name} ${versionLabel(one)} is removed already`),
  };
}
