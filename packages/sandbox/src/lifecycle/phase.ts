import { existsSync } from 'node:fs';
import { type SandboxLocation, sandboxDirectory, sandboxPaths } from './paths.ts';
import { type ProcessStatus, processStatuses } from './processes.ts';
import { readState, type SandboxState } from './state.ts';

/**
 * `absent`: never started, or reset. `stopped`: its data is kept. `running`: every process runs.
 * `degraded`: some processes run and some do not; starting it again repairs it.
 */
export type SandboxPhase = 'absent' | 'stopped' | 'running' | 'degraded';

/** What the files of a sandbox and the table of processes say. */
export interface SandboxProcesses {
  readonly phase: SandboxPhase;
  readonly state?: SandboxState;
  readonly processes: readonly ProcessStatus[];
}

/** What runs of the sandbox, without a word to its API server. */
export async function sandboxProcesses(location: SandboxLocation = {}): Promise<SandboxProcesses> {
  const paths = sandboxPaths(sandboxDirectory(location));
  const state = await readState(paths);
  const processes = await processStatuses(paths, state?.engine);
  const running = processes.filter((process) => process.state === 'running').length;
  const idle = existsSync(paths.state) ? 'stopped' : 'absent';
  const phase = running === 0 ? idle : running === processes.length && state !== undefined ? 'running' : 'degraded';
  return { phase, processes, ...(state && { state }) };
}

/** The kubeconfig of the sandbox, whether it runs or not; the file is there after the first start. */
export function sandboxKubeconfigPath(location: SandboxLocation = {}): string {
  return sandboxPaths(sandboxDirectory(location)).kubeconfig;
}

/** The kubeconfig of the sandbox when any of it runs: all that most commands want to know. */
export async function runningSandboxKubeconfig(location: SandboxLocation = {}): Promise<string | undefined> {
  const { phase } = await sandboxProcesses(location);
  return phase === 'running' || phase === 'degraded' ? sandboxKubeconfigPath(location) : undefined;
}
