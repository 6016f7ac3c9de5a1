import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProcessIdentity } from '@capstan/base';
import type { SandboxPaths } from './lifecycle/paths.ts';
import type { StageSources } from './simulation/load-stages.ts';

/** A process whose end ends the sandbox too. */
export interface SandboxOwner {
  readonly process: ProcessIdentity;
  /** Deleted when the process is gone. */
  readonly directory: string;
}

/** What the background process is told when it starts. */
export interface AgentConfig {
  readonly directory: string;
  readonly sources: StageSources;
  /** Play the controllers, the scheduler and the node too. */
  readonly controllers: boolean;
  readonly owner?: SandboxOwner;
}

/** Writes the configuration and returns its file. */
export async function writeAgentConfig(paths: SandboxPaths, config: AgentConfig): Promise<string> {
  const file = join(paths.config, 'agent.json');
  await writeFile(file, JSON.stringify(config), { mode: 0o600 });
  return file;
}

/** Reads what `writeAgentConfig` wrote. */
export async function readAgentConfig(file: string): Promise<AgentConfig> {
  return JSON.parse(await readFile(file, 'utf8')) as AgentConfig;
}
