import { isCapstanError } from '@capstan/base';
import { planInstall } from '../plan/plan-install.ts';
import { planRollback } from '../plan/plan-rollback.ts';
import { planUpgrade } from '../plan/plan-upgrade.ts';
import type { InstallPlan } from '../plan/types.ts';
import { executeUninstall } from '../uninstall/execute-uninstall.ts';
import type { UninstallResult } from '../uninstall/types.ts';
import { INSTALLER_CODES } from './codes.ts';
import { commandLine, type ExecuteOptions, type InstallerContext } from './context.ts';
import { executeInstall, type InstallResult } from './execute-install.ts';
import { collectGarbage } from './garbage.ts';
import { finishGoingBack } from './going-back.ts';
import type { Journal } from './journal.ts';
import { requireTrace } from './not-installed.ts';
import { unpause } from './pause.ts';
import { readRecordedPlan } from './plan-record.ts';
import { runOperation } from './run.ts';
import { readState } from './state.ts';
import type { Operation } from './steps.ts';
import type { TakenBack } from './take-back.ts';
import { isGoingBack, planGone, unfinishedJournals } from './unfinished.ts';

/** An operation that was completed. */
export interface ResumedOperation {
  readonly operation: Operation;
  /** The package that the operation is about. */
  readonly subject: string;
  /** Why the recorded plan did not fit any more and a new one was made for the same goals; absent when it did. */
  readonly replanned?: string;
  /** Of an operation that was going back: the state that was reached. */
  readonly result: InstallResult | UninstallResult | TakenBack;
}

/** What `resumeOperation` did. */
export interface ResumeResult {
  /** Operations that were completed; empty when none was unfinished. */
  readonly resumed: readonly ResumedOperation[];
  /** Packages that were paused and are not any more. */
  readonly unpaused: readonly string[];
}

/** What resume and cancel are about: one package, or everything that is unfinished. */
export interface OperationRequest {
  readonly package?: string;
}

/**
 * Completes what was begun and not ended: with the recorded plan where it still fits, which needs no registry, else with
 * a new plan for the same goals, and says so. What was going back goes on going back. Also ends the pause of the package.
 * Rejects as `executeInstall` and `executeUninstall` do, with BUSY while another process carries the operation out,
 * and with NOT_INSTALLED for a package of which there is no trace.
 */
export async function resumeOperation(
  context: InstallerContext,
  request: OperationRequest = {},
  options: ExecuteOptions = {},
): Promise<ResumeResult> {
  const state = await readState(context);
  requireTrace(context, state, request.package);
  const { journals } = state;
  const unpaused = await unpause(context, request.package);
  const resumed: ResumedOperation[] = [];
  for (const journal of unfinishedJournals(journals, request.package)) {
    resumed.push(await resume(context, journal, options));
  }
  return { resumed, unpaused };
}

async function resume(context: InstallerContext, journal: Journal, options: ExecuteOptions): Promise<ResumedOperation> {
  const { operation, subject } = journal;
  const head = { operation, subject };
  if (isGoingBack(journal)) return { ...head, result: await finishGoingBack(context, journal, options) };
  const plan = await readRecordedPlan(context.client, journal.planDigest);
  if (plan?.kind === 'UninstallPlan') return { ...head, result: await executeUninstall(context, plan, options) };
  if (!plan) throw planGone(journal);
  try {
    return { ...head, result: await executeInstall(context, plan, options) };
  } catch (error) {
    if (!isCapstanError(error, INSTALLER_CODES.planStale)) throw error;
    const again = await replan(context, plan, subject);
    const result = await executeInstall(context, again, options);
    if (!result.changed) await close(context, journal, options);
    return { ...head, replanned: error.hint ?? error.message, result };
  }
}

/** A new plan for the goals of an earlier one. */
function replan(context: InstallerContext, plan: InstallPlan, subject: string): Promise<InstallPlan> {
  const { goals, allowStandIns, packages } = plan;
  if (plan.operation === 'upgrade') {
    const [only] = goals.length === 1 ? goals : [];
    return planUpgrade(context, {
      packages: goals.map(({ package: name }) => name),
      allowStandIns,
      ...(only?.range === undefined || only.range === '*' ? {} : { to: only.range }),
      ...(only?.values === undefined ? {} : { values: only.values }),
    });
  }
  if (plan.operation === 'rollback') {
    const number = packages.find(({ name }) => name === subject)?.revision;
    return planRollback(context, {
      package: subject,
      allowStandIns,
      ...(number === undefined ? {} : { to: String(number) }),
    });
  }
  return planInstall(context, { goals, allowStandIns, adopt: packages.some(({ adopts }) => adopts !== undefined) });
}

/** Everything is as it should be by now: what is left is to say so. */
function close(context: InstallerContext, journal: Journal, options: ExecuteOptions): Promise<void> {
  const { operation, subject, planDigest } = journal;
  const header = { operation, subject, planDigest, command: commandLine(context, `cap resume ${subject}`) };
  return runOperation({ context, header, options, defaultTimeoutMs: 60_000 }, (run) =>
    collectGarbage(run.context.client),
  );
}
