import { readFile, rename, writeFile } from 'node:fs/promises';
import { CapstanError } from '@capstan/base';
import { SANDBOX_CODES } from '../codes.ts';
import type { SandboxPaths } from './paths.ts';

/** What a sandbox remembers between starts; the content of state.json. */
export interface SandboxState {
  readonly format: 1;
  readonly engine: 'real';
  readonly directory: string;
  readonly kubeconfig: string;
  /** Name of the kubeconfig's context. */
  readonly context: string;
  readonly server: string;
  readonly port: number;
  readonly versions: { readonly kubernetes: string };
  /** Where the programs were found. */
  readonly binaries: string;
  /** Folders whose `<chart>/<version>/simulation` the stage runner plays. */
  readonly charts: readonly string[];
  readonly startedAt: string;
}

/** The state of a sandbox, or undefined where none was ever started. Fails with CAPSTAN_SANDBOX_STATE_UNREADABLE. */
export async function readState(paths: SandboxPaths): Promise<SandboxState | undefined> {
  let text: string;
  try {
    text = await readFile(paths.state, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unreadable(paths, cause);
  }
  try {
    const state = JSON.parse(text) as SandboxState;
    if (state.format !== 1) throw new Error(`its format is ${String(state.format)}, not 1`);
    return state;
  } catch (cause) {
    throw unreadable(paths, cause);
  }
}

/** Replaces state.json in one step. */
export async function writeState(paths: SandboxPaths, state: SandboxState): Promise<void> {
  const draft = `${paths.state}.${process.pid}`;
  await writeFile(draft, `${JSON.stringify(state, undefined, 2)}\n`, { mode: 0o600 });
  await rename(draft, paths.state);
}

function unreadable(paths: SandboxPaths, cause: unknown): CapstanError {
  return new CapstanError(SANDBOX_CODES.stateUnreadable, `The sandbox's state file ${paths.state} cannot be read`, {
    hint: `Delete the sandbox and start anew; its objects are lost.`,
    next: ['capstan sandbox reset', 'capstan sandbox start'],
    fields: { file: paths.state },
    cause,
  });
}
