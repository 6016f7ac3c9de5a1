import { EXIT, type ExitCode } from '@capstan/base';
import type { Config } from '@oclif/core/config';
import type { RunnableCommand } from './base-command.ts';
import { isCompletion } from './completion/words.ts';
import { type BundledCommands, bundledCommands } from './lib/bundled-commands.ts';
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
    const commands = fromSource ? await sourceCommands(root) : bundledCommands(root);
    if (isCompletion(argv)) {
      const { answerShell } = await import('./completion/answer.ts');
      process.stdout.write(`${(await answerShell(argv, await allCommands(root, fromSource))).join('\n')}\n`);
      return EXIT.done;
    }
    const resolved = resolveCommand(argv, commands.ids);
    if (resolved.kind === 'help') {
      const { showHelp } = await import('./help/show.ts');
      return showHelp(resolved.words, await allCommands(root, fromSource));
    }
    const command = await commands.load(resolved.id);
    return await command.execute(resolved.args, commands.config);
  } catch (error) {
    return reportFailure(error, { argv });
  }
}

/** What help and completion read. */
async function allCommands(root: string, fromSource: boolean): Promise<Config> {
  const { oclifConfig } = await import('./lib/oclif-config.ts');
  return oclifConfig(root, fromSource);
}

/** The commands as oclif finds them in the sources. */
async function sourceCommands(root: string): Promise<BundledCommands> {
  const config = await allCommands(root, true);
  return {
    ids: config.commandIDs,
    config,
    load: async (id) => (await config.findCommand(id, { must: true }).load()) as unknown as RunnableCommand,
  };
}
