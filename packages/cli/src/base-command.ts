import {
  CapstanError,
  createLogger,
  EXIT,
  type ExitCode,
  isCapstanError,
  type Logger,
  type SourcePosition,
  silentLogger,
} from '@capstan/base';
import type { InstallerContext } from '@capstan/capability-center';
import type { KubeClient } from '@capstan/kube';
import { Command } from '@oclif/core/command';
import type { Config } from '@oclif/core/config';
import type { InferredArgs, InferredFlags } from '@oclif/core/interfaces';
import { CLI_CODES } from './codes.ts';
import { type ClusterChoice, type Connected, connectTo, reachOf } from './lib/cluster.ts';
import { formatDuration } from './lib/duration.ts';
import { globalFlags } from './lib/global-flags.ts';
import { abortReason, type Interrupts, timeLimit, watchInterrupts } from './lib/interrupt.ts';
import { Reach } from './lib/reach.ts';
import { reportFailure } from './lib/report.ts';
import { explainParseError } from './lib/usage-errors.ts';
import { shellQuote } from './lib/words.ts';
import { formatSource } from './render/error.ts';
import { Output, type OutputChoice } from './render/output.ts';
import { createProgress, type Progress } from './render/progress.ts';
import { askYesNo } from './render/prompt.ts';
import { terminalOf } from './render/terminal.ts';

/** Codes of errors for the name of a package that is not installed. */
const NO_SUCH_PACKAGE: readonly string[] = ['CAPSTAN_CAP_NOT_INSTALLED', CLI_CODES.notFound];

/** Flags of a command, the global ones included. */
export type FlagsOf<T extends typeof Command> = InferredFlags<typeof globalFlags & T['flags']>;

/** Arguments of a command. */
export type ArgsOf<T extends typeof Command> = InferredArgs<T['args']>;

/** A class of a command, as `main` runs it. */
export interface RunnableCommand {
  execute(argv: string[], config: Config): Promise<ExitCode>;
}

/**
 * What all commands share: the global flags, one way to the cluster, the two streams, prompts, time limit and Ctrl-C.
 * A command overrides `work`, calls a service and prints; what it throws becomes a message and an exit code here.
 */
export abstract class CapstanCommand<T extends typeof Command = typeof Command> extends Command {
  static override baseFlags = globalFlags;
  /** True for commands that change nothing: they print in every form of `-o`. */
  static reads = false;
  /** Exit code in place of 1, for commands whose 1 is an answer. */
  static failedAs: ExitCode = EXIT.failed;

  protected flags!: FlagsOf<T>;
  protected args!: ArgsOf<T>;
  protected out!: Output;
  protected logger!: Logger;
  /** How printed commands reach the same cluster. */
  protected reach = new Reach();
  /** Said after Ctrl-C or a time limit; by default the same command line. */
  protected goOn: string | undefined;
  /** For commands whose answer is an exit code. */
  protected exitCode: ExitCode = EXIT.done;
  #interrupts: Interrupts | undefined;
  #signal: AbortSignal | undefined;
  #connected: Connected | undefined;
  #progress: Progress | undefined;

  /** Runs the command from its arguments to its exit code; never throws. */
  static async execute(
    this: new (
      argv: string[],
      config: Config,
    ) => CapstanCommand,
    argv: string[],
    config: Config,
  ): Promise<ExitCode> {
    const command = new this(argv, config);
    try {
      await command.#prepare();
      await command.work();
      return command.exitCode;
    } catch (error) {
      return command.#fail(error);
    } finally {
      command.#dispose();
    }
  }

  /** What the command does. */
  protected abstract work(): Promise<void>;

  /** For oclif's own way of running a command, which the tests of help and manifest use. */
  override async run(): Promise<void> {
    await this.#prepare();
    await this.work();
    process.exitCode = this.exitCode;
  }

  /** Aborted by Ctrl-C and by `--timeout`. */
  protected get signal(): AbortSignal {
    this.#interrupts ??= watchInterrupts();
    const { timeout } = this.flags as { timeout?: number };
    this.#signal ??=
      timeout === undefined
        ? this.#interrupts.signal
        : AbortSignal.any([this.#interrupts.signal, timeLimit(timeout, formatDuration(timeout))]);
    return this.#signal;
  }

  /** Aborted by Ctrl-C alone: for work that keeps its own time limit, so that it can say what it waited for. */
  protected get interrupt(): AbortSignal {
    this.#interrupts ??= watchInterrupts();
    return this.#interrupts.signal;
  }

  /** `--timeout`, or what is usual for the command. */
  protected timeLimitMs(usual: number): number {
    return (this.flags as { timeout?: number }).timeout ?? usual;
  }

  /** The cluster that the flags mean. Connects once; asks the server nothing. */
  protected async cluster(): Promise<KubeClient> {
    this.#connected ??= await connectTo(this.#choice());
    this.reach = this.#connected.reach.in(this.#namespace);
    return this.#connected.client;
  }

  /** As `cluster`, for commands that change something: they name their context first. */
  protected async changingCluster(): Promise<KubeClient> {
    const client = await this.cluster();
    this.out.note(`context ${client.context.name} (${client.context.server})`);
    return client;
  }

  /** The words that are no flags, for commands that take any number of them. */
  protected words: readonly string[] = [];

  /** The centers of the cluster with real Helm. Loads both only now. */
  protected async centerContext(helm: string | undefined): Promise<InstallerContext> {
    const client = await this.cluster();
    const { centerContext } = await import('./lib/center-context.ts');
    return centerContext({
      client,
      reach: this.reach,
      kubeconfig: this.#connected?.kubeconfig,
      helm,
      impersonation: this.#choice().impersonation ?? {},
    });
  }

  /** Does work on the installed package that a word names; where there is none, on the one whose alias it is, and says so. */
  protected async withPackage<T>(word: string, work: (name: string) => Promise<T>): Promise<T> {
    try {
      return await work(word);
    } catch (error) {
      if (!isCapstanError(error) || !NO_SUCH_PACKAGE.includes(error.code)) throw error;
      const { meantPackage } = await import('./lib/meant-package.ts');
      const note = (line: string) => this.out.note(line);
      const name = await meantPackage(await this.cluster(), word, { note, signal: this.signal });
      if (name === word) throw error;
      return work(name);
    }
  }

  /** The package that a word means by what is on offer: itself, or the one whose alias it is, which is said. */
  protected async packageIn({ catalog }: InstallerContext, word: string): Promise<string> {
    const { meantBy } = await import('./lib/meant-package.ts');
    return meantBy(word, catalog.entries, (line) => this.out.note(line));
  }

  /** The namespace to work in: `-n`, else the context's. */
  protected async namespace(): Promise<string> {
    return this.#namespace ?? (await this.cluster()).context.namespace;
  }

  /** Live progress on stderr. */
  protected get progress(): Progress {
    this.#progress ??= createProgress({
      write: (text) => process.stderr.write(text),
      terminal: this.out.stderr,
      quiet: this.out.quiet,
    });
    return this.#progress;
  }

  /** Says on stderr what files say in old words, each with its place. */
  protected tellWarnings(warnings: readonly { readonly source: SourcePosition; readonly message: string }[]): void {
    this.out.note(...warnings.map(({ source, message }) => `${formatSource(source)}  warning: ${message}`));
  }

  /** The closing line: what to do next. */
  protected next(...commands: readonly string[]): void {
    if (commands.length === 0 || this.out.forMachines || this.out.format === 'name') return;
    const [first = '', ...rest] = commands.map((command) => this.reach.command(command));
    this.#progress?.close();
    this.out.note(`Next: ${first}`, ...rest.map((command) => `      ${command}`));
  }

  /**
   * Asks whether to go on. `--yes` accepts; where nobody can be asked the command fails with exit 2 and names `--yes`.
   * A no ends the command with exit 1 and nothing changed.
   */
  protected async confirm(question: string): Promise<void> {
    if ((this.flags as { yes?: boolean }).yes) return;
    if (!this.mayAsk) {
      throw new CapstanError(
        CLI_CODES.confirmationNeeded,
        `${question.replace(/\?$/, '')}: nobody is here to say yes`,
        {
          hint: 'Without a terminal nothing is asked. --yes accepts.',
          next: [`${this.commandLine()} --yes`],
          exit: EXIT.usage,
        },
      );
    }
    this.#progress?.close();
    if (!(await askYesNo(question, this.interrupt))) {
      throw new CapstanError(CLI_CODES.declined, 'stopped: nothing was changed', { exit: EXIT.failed });
    }
  }

  /** Whether somebody is at a terminal who can answer a question. */
  protected get mayAsk(): boolean {
    const { 'no-input': noInput } = this.flags as { 'no-input'?: boolean };
    return !noInput && !process.env['CI'] && process.stdin.isTTY === true;
  }

  /** The command line that is running, ready to be copied. */
  protected commandLine(): string {
    return ['capstan', ...(this.id ?? '').split(':'), ...this.shownWords()].map(shellQuote).join(' ');
  }

  /** The words of the command line, as far as they may be shown. */
  protected shownWords(): readonly string[] {
    return this.argv;
  }

  get #namespace(): string | undefined {
    return (this.flags as { namespace?: string }).namespace;
  }

  async #prepare(): Promise<void> {
    const ctor = this.ctor as unknown as typeof CapstanCommand;
    try {
      const options = { flags: ctor.flags, baseFlags: globalFlags, args: ctor.args, strict: ctor.strict };
      const parsed = await this.parse(options);
      this.flags = parsed.flags as unknown as FlagsOf<T>;
      this.args = parsed.args as unknown as ArgsOf<T>;
      this.words = parsed.argv as string[];
    } catch (error) {
      const command = (this.id ?? '').replaceAll(':', ' ');
      throw explainParseError(error, { command, flags: Object.keys({ ...globalFlags, ...ctor.flags }) });
    }
    const flags = this.flags as unknown as {
      output?: OutputChoice;
      quiet: boolean;
      debug: boolean;
      'no-color': boolean;
    };
    const style = { noColor: flags['no-color'] };
    this.out = new Output({
      output: flags.output ?? { format: 'table' },
      quiet: flags.quiet,
      stdout: terminalOf(process.stdout, style),
      stderr: terminalOf(process.stderr, style),
    });
    this.logger = flags.debug
      ? createLogger({ level: 'debug', write: (line) => process.stderr.write(`${line}\n`) })
      : silentLogger;
    this.reach = reachOf(this.#choice()).in(this.#namespace);
  }

  #choice(): ClusterChoice {
    const flags = this.flags as unknown as Record<string, string | undefined> & { 'as-group'?: string[] };
    const { kubeconfig, context, as, 'as-group': asGroups, 'as-uid': asUid } = flags;
    return {
      kubeconfig,
      context,
      impersonation: {
        ...(as === undefined ? {} : { as }),
        ...(asGroups === undefined ? {} : { asGroups }),
        ...(asUid === undefined ? {} : { asUid }),
      },
    };
  }

  #fail(thrown: unknown): ExitCode {
    this.#progress?.close();
    const error = this.#signal
      ? abortReason(thrown, this.#signal)
      : this.#interrupts
        ? abortReason(thrown, this.#interrupts.signal)
        : thrown;
    return reportFailure(error, {
      failedAs: (this.ctor as unknown as typeof CapstanCommand).failedAs,
      argv: this.argv,
      compact: this.out?.compact ?? false,
      reach: this.reach,
      goOn: this.goOn ?? this.commandLine(),
    });
  }

  #dispose(): void {
    this.#progress?.close();
    this.#interrupts?.dispose();
    this.#connected?.client.close();
  }
}
