import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SandboxPaths } from './lifecycle/paths.ts';
import type { ProcessIdentity } from './lifecycle/process-identity.ts';

/** What the background process is told when it starts. */
export interface AgentConfig {
  readonly directory: string;
  /** Folders of charts whose stages are played. */
  readonly charts: readonly string[];
  /** Folder with stages of the sandbox's own. */
  readonly stages: string;
  /** When this process is gone, the sandbox stops and its directory is deleted. */
  readonly owner?: ProcessIdentity;
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
