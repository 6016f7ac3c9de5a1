import type { ExitCode } from '@capstan/base';
import type { RunnableCommand } from './base-command.ts';
import { commandConfig } from './lib/command-config.ts';
import { reportFailure } from './lib/report.ts';

/** A command that is bundled into one file of its own. */
export interface QuickCommand {
  readonly id: string;
  readonly command: unknown;
  /** Version of the program. */
  readonly version: string;
}

/** Runs a command of which it is known already that it is meant; gives its exit code and never throws. */
export async function runQuickly({ id, command, version }: QuickCommand, argv: string[]): Promise<ExitCode> {
  try {
    return await Object.assign(command as RunnableCommand, { id }).execute(argv, commandConfig(version));
  } catch (error) {
    return reportFailure(error, { argv });
  }
}
