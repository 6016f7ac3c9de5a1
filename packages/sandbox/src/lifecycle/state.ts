import { readFile, rename, writeFile } from 'node:fs/promises';
import type { EngineName } from '../engine/names.ts';
import type { SandboxPaths } from './paths.ts';

/** What a sandbox remembers between starts; the content of state.json. */
export interface SandboxState {
  readonly format: 1;
  readonly engine: EngineName;
  readonly directory: string;
  readonly kubeconfig: string;
  /** Name of the kubeconfig's context. */
  readonly context: string;
  readonly server: string;
  readonly port: number;
  readonly versions: { readonly kubernetes: string };
  /** Where the real engine's programs were found. */
  readonly binaries?: string;
  /** Folders whose `<chart>/<version>/simulation` the stage runner plays. */
  readonly charts: readonly string[];
  readonly startedAt: string;
}

/**
 * The state of a sandbox, or undefined where none was ever started. A damaged file counts as none: it holds nothing that
 * the next start does not find out anew, except the last port.
 */
export async function readState(paths: SandboxPaths): Promise<SandboxState | undefined> {
  const text = await readFile(paths.state, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  try {
    const state = JSON.parse(text) as SandboxState;
    return state.format === 1 ? state : undefined;
  } catch {
    return undefined;
  }
}

/** Replaces state.json in one step. */
export async function writeState(paths: SandboxPaths, state: SandboxState): Promise<void> {
  const draft = `${paths.state}.${process.pid}`;
  await writeFile(draft, `${JSON.stringify(state, undefined, 2)}\n`, { mode: 0o600 });
  await rename(draft, paths.state);
}
