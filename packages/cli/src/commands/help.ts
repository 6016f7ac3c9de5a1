import * as Args from '@oclif/core/args';
import { CapstanCommand } from '../base-command.ts';
import { showHelp } from '../help/show.ts';

export default class Help extends CapstanCommand<typeof Help> {
  static override summary = 'help on a command, or on exit codes';
  static override strict = false;
  static override args = { command: Args.string({ description: 'a command, a group of commands, or `exit-codes`' }) };
  static override examples = [
    { command: 'capstan help cap install', description: 'one command' },
    { command: 'capstan help exit-codes', description: 'what the exit codes mean' },
  ];

  protected async work(): Promise<void> {
    this.exitCode = showHelp(this.argv, this.config);
  }
}
