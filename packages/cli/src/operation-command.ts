import type { ExecuteOptions, InstallerContext } from '@capstan/capability-center';
import * as Args from '@oclif/core/args';
import type { Command } from '@oclif/core/command';
import * as Flags from '@oclif/core/flags';
import { CapstanCommand } from './base-command.ts';

/** What commands about unfinished operations take. */
export const operationArgs = {
  name: Args.string({ description: 'name of a capability; everything that is unfinished when left out' }),
};

/** Flags of commands about unfinished operations. */
export const operationFlags = { helm: Flags.string({ summary: 'Helm program to use', helpValue: 'FILE' }) };

/** A command about operations that were begun and not ended. */
export abstract class OperationCommand<T extends typeof Command = typeof Command> extends CapstanCommand<T> {
  /** The one package that is meant, or all. */
  protected async requestIn(context: InstallerContext): Promise<{ readonly package?: string }> {
    const { name } = this.args as { name?: string };
    return name === undefined ? {} : { package: await this.packageIn(context, name) };
  }

  /** Progress, Ctrl-C and the time limit, as all that changes capabilities takes them. */
  protected async executeOptions(): Promise<ExecuteOptions> {
    const { installProgress } = await import('./render/install-progress.ts');
    const { timeout } = this.flags as { timeout?: number };
    return {
      onProgress: installProgress(this.progress),
      signal: this.interrupt,
      ...(timeout === undefined ? {} : { timeoutMs: timeout }),
    };
  }
}
