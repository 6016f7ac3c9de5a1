import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Config } from '@oclif/core/config';
import type { RunnableCommand } from '../base-command.ts';
import { commandConfig } from './command-config.ts';

/** The commands of the bundle, found without oclif's own start, which takes longer than many a command. */
export interface BundledCommands {
  readonly ids: readonly string[];
  /** What commands use of oclif's configuration. */
  readonly config: Config;
  /** Loads the module of a command. */
  load(id: string): Promise<RunnableCommand>;
}

interface Manifest {
  readonly version: string;
  readonly commands: Readonly<Record<string, { readonly relativePath: readonly string[] }>>;
}

/** Reads the manifest that the bundle has beside its commands. */
export function bundledCommands(root: string): BundledCommands {
  const { commands, version } = JSON.parse(readFileSync(join(root, 'oclif.manifest.json'), 'utf8')) as Manifest;
  return {
    ids: Object.keys(commands).sort(),
    config: commandConfig(version),
    async load(id) {
      const file = join(root, ...(commands[id]?.relativePath ?? []));
      const { default: command } = (await import(pathToFileURL(file).href)) as { default: RunnableCommand };
      return Object.assign(command, { id });
    },
  };
}
