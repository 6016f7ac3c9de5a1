import { EXIT, type ExitCode } from '@capstan/base';
import { Config } from '@oclif/core/config';
import type { RunnableCommand } from './base-command.ts';
import { isCompletion } from './completion/words.ts';
import { reportFailure } from './lib/report.ts';
import { resolveCommand } from './lib/resolve-command.ts';

/** How the program is laid out where it runs: as a bundle with a manifest, or as sources. */
export interface MainOptions {
  /** Folder with the package.json of oclif's settings. */
  readonly root: string;
  /** Read the commands themselves instead of the manifest. */
  readonly fromSource?: boolean;
  readonly argv?: readonly string[];
}

/** Runs one command line; gives its exit code and never throws. */
export async function main({ root, fromSource = false, argv = process.argv.slice(2) }: MainOptions): Promise<ExitCode> {
  try {
    const config = await Config.load({ root, ignoreManifest: fromSource });
    if (isCompletion(argv)) {
      const { answerShell } = await import('./completion/answer.ts');
      process.stdout.write(`${(await answerShell(argv, config)).join('\n')}\n`);
      return EXIT.done;
    }
    const resolved = resolveCommand(argv, config.commandIDs);
    if (resolved.kind === 'help') {
      const { showHelp } = await import('./help/show.ts');
      return showHelp(resolved.words, config);
    }
    const found = config.findCommand(resolved.id, { must: true });
    const command = (await found.load()) as unknown as RunnableCommand;
    return await command.execute(resolved.args, config);
  } catch (error) {
    return reportFailure(error, { argv });
  }
}
