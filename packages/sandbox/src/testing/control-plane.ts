import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { identifyProcess } from '@capstan/base';
import { type StartOptions, startSandbox } from '../lifecycle/start.ts';
import { resetSandbox } from '../lifecycle/stop.ts';

/** A control plane of a test's own. */
export interface TestControlPlane {
  /** Path of its kubeconfig; the context is `sandbox`. */
  readonly kubeconfig: string;
  readonly server: string;
  /** Directory with its logs and state. */
  readonly directory: string;
  /** Ends every process and deletes the directory. May be called twice. */
  stop(): Promise<void>;
}

/**
 * Starts a control plane in a new temporary directory (about 3 s). It ends with `stop()`, and by itself when the calling
 * process dies. Options are those of `startSandbox`, such as `charts`.
 */
export async function startControlPlane(
  options: Omit<StartOptions, 'directory' | 'owner'> = {},
): Promise<TestControlPlane> {
  const parent = await mkdtemp(join(tmpdir(), 'capstan-'));
  const directory = join(parent, 'sandbox');
  const self = await identifyProcess(process.pid);
  const stop = async () => {
    await resetSandbox({ directory });
    await rm(parent, { recursive: true, force: true });
  };
  try {
    const { state } = await startSandbox({
      ...options,
      directory,
      ...(self && { owner: { process: self, directory: parent } }),
    });
    return { kubeconfig: state.kubeconfig, server: state.server, directory, stop };
  } catch (error) {
    await rm(parent, { recursive: true, force: true });
    throw error;
  }
}
