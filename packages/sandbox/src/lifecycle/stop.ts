import { mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ProcessName } from '../engine/names.ts';
import { isApiServerReady, type UnevaluatedRules, unevaluatedRules } from './ask.ts';
import { withFileLock } from './lock.ts';
import { refuseForeignDirectory, type SandboxLocation, sandboxDirectory, sandboxPaths } from './paths.ts';
import { type SandboxPhase, sandboxProcesses } from './phase.ts';
import { type ProcessStatus, stopProcesses } from './processes.ts';
import type { SandboxState } from './state.ts';

/** What a stop did: the processes that ran; empty when none did. */
export interface StoppedSandbox {
  readonly stopped: readonly ProcessName[];
}

/** What is known of a sandbox. */
export interface SandboxStatus {
  readonly phase: SandboxPhase;
  readonly directory: string;
  readonly state?: SandboxState;
  /** The API server says that it is ready. */
  readonly ready: boolean;
  readonly processes: readonly ProcessStatus[];
  /** CRDs that are accepted though some of their rules are not checked here. */
  readonly unevaluated: readonly UnevaluatedRules[];
}

/** Ends every process of the sandbox and keeps its data. Fails with CAPSTAN_SANDBOX_STOP_FAILED. */
export async function stopSandbox(location: SandboxLocation = {}): Promise<StoppedSandbox> {
  const paths = sandboxPaths(sandboxDirectory(location));
  if ((await sandboxStatus(location)).phase === 'absent') return { stopped: [] };
  return withFileLock(paths.lock, async () => ({ stopped: await stopProcesses(paths) }));
}

/**
 * Stops the sandbox and deletes everything it has. Fails with CAPSTAN_SANDBOX_STOP_FAILED, or with
 * CAPSTAN_SANDBOX_DIRECTORY_UNUSABLE when its directory holds something else.
 */
export async function resetSandbox(location: SandboxLocation = {}): Promise<StoppedSandbox> {
  const paths = sandboxPaths(sandboxDirectory(location));
  await mkdir(dirname(paths.directory), { recursive: true });
  return withFileLock(paths.lock, async () => {
    await refuseForeignDirectory(paths.directory);
    const stopped = await stopProcesses(paths);
    await rm(paths.sockets, { recursive: true, force: true });
    await rm(paths.directory, { recursive: true, force: true });
    return { stopped };
  });
}

/** What runs of the sandbox and where; reads only. */
export async function sandboxStatus(location: SandboxLocation = {}): Promise<SandboxStatus> {
  const paths = sandboxPaths(sandboxDirectory(location));
  const { state, phase, processes } = await sandboxProcesses(location);
  const ready = phase === 'running' && state !== undefined && (await isApiServerReady(paths, state.port));
  const unevaluated = ready ? await unevaluatedRules(paths, state.port) : [];
  return { phase, directory: paths.directory, ready, processes, unevaluated, ...(state && { state }) };
}
