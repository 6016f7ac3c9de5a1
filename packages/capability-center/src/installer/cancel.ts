import { requestCancel } from './cancel-request.ts';
import type { ExecuteOptions, InstallerContext } from './context.ts';
import { followJournal } from './follow-journal.ts';
import { committedPackages, finishGoingBack } from './going-back.ts';
import { isDone, type Journal } from './journal.ts';
import { readJournal } from './journal-records.ts';
import { requireTrace } from './not-installed.ts';
import { type OperationRequest, resumeOperation } from './resume.ts';
import { readState } from './state.ts';
import type { Operation } from './steps.ts';
import type { TakenBack } from './take-back.ts';
import { runningFence, unfinishedJournals, waitUntilStopped } from './unfinished.ts';

/** An operation that was given up. */
export interface CancelledOperation extends TakenBack {
  readonly operation: Operation;
  readonly subject: string;
}

/** What `cancelOperation` did. */
export interface CancelResult {
  /** Empty when nothing was under way or unfinished. */
  readonly cancelled: readonly CancelledOperation[];
}

/**
 * Gives an operation up and goes back to the state before it. One that another process carries out is asked to stop and
 * waited for; then, as for one that was interrupted, what it installed is removed and what it changed is put back. What
 * is in force already, or removed already, stays so and is named. Rejects with BUSY while another operation is under way, and
 * with NOT_INSTALLED for a package of which there is no trace.
 */
export async function cancelOperation(
  context: InstallerContext,
  request: OperationRequest = {},
  options: ExecuteOptions = {},
): Promise<CancelResult> {
  const state = await readState(context);
  requireTrace(context, state, request.package);
  const { journals } = state;
  const cancelled: CancelledOperation[] = [];
  for (const journal of unfinishedJournals(journals, request.package)) {
    const stopped = await stopRunning(context, journal, options);
    if (!stopped) continue;
    const { operation, subject } = stopped;
    const committed = await committedPackages(context, stopped);
    // What is in force is not taken back by half: only the tidying up is left, and a rollback is another operation.
    if (committed.length > 0) await resumeOperation(context, { package: subject }, options);
    const state =
      committed.length > 0
        ? { restored: [], removed: [], left: committed.map((one) => `${one} is in force already`) }
        : await finishGoingBack(context, stopped, options);
    cancelled.push({ operation, subject, ...state });
  }
  return { cancelled };
}

/** Stops the operation where it is under way; answers its journal then, or undefined when it has come to its end. */
async function stopRunning(
  { client }: InstallerContext,
  journal: Journal,
  { signal, onProgress = () => {} }: ExecuteOptions,
): Promise<Journal | undefined> {
  const fence = await runningFence(client, journal);
  if (fence === undefined) return journal;
  await requestCancel(client, fence);
  const aborts = signal ? { signal } : {};
  const { subject } = journal;
  await followJournal(client, {
    package: subject,
    onEntry: (entry) => onProgress({ type: 'journal', entry }),
    ...aborts,
  });
  await waitUntilStopped(client, fence, signal);
  const now = await readJournal(client, subject);
  return now && !isDone(now) ? now : undefined;
}
