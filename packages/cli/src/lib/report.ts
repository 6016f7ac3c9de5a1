import { CapstanError, EXIT, type ExitCode } from '@capstan/base';
import { CLI_CODES } from '../codes.ts';
import { asCapstanError, errorEnvelope, renderError } from '../render/error.ts';
import { terminalOf } from '../render/terminal.ts';
import { Reach } from './reach.ts';

/** What is known when something fails, possibly before the flags could be read. */
export interface FailureContext {
  readonly argv: readonly string[];
  readonly reach?: Reach;
  /** The command that goes on after Ctrl-C. */
  readonly goOn?: string;
  /** Exit code of errors that have 1, where that means something else. */
  readonly failedAs?: ExitCode;
  /** The Error object as one line, as everything else that the command printed. */
  readonly compact?: boolean;
}

/**
 * Prints an error: for people on stderr, with `-o json` also the Error envelope on stdout. Gives the exit code.
 * The flags are looked up in the arguments themselves, since a wrong flag must not change the form of the answer.
 */
export function reportFailure(
  thrown: unknown,
  { argv, reach = new Reach(), goOn, failedAs, compact }: FailureContext,
): ExitCode {
  const error = withExit(withGoOn(asCapstanError(thrown), goOn), failedAs);
  const terminal = terminalOf(process.stderr, { noColor: argv.includes('--no-color') });
  if (asksForJson(argv))
    process.stdout.write(`${JSON.stringify(errorEnvelope(error, reach), undefined, compact ? undefined : 2)}\n`);
  process.stderr.write(`${renderError(error, reach, terminal).join('\n')}\n`);
  if (argv.includes('--debug')) process.stderr.write(`${stackOf(thrown)}\n`);
  return error.exit;
}

function withGoOn(error: CapstanError, goOn: string | undefined): CapstanError {
  if (error.code !== CLI_CODES.interrupted || goOn === undefined) return error;
  return new CapstanError(error.code, error.message, {
    hint: 'What was done is kept. The same command goes on from there.',
    next: [goOn],
    exit: EXIT.interrupted,
  });
}

function withExit(error: CapstanError, failedAs: ExitCode = EXIT.failed): CapstanError {
  if (error.exit !== EXIT.failed || failedAs === EXIT.failed) return error;
  const { code, message, hint, next, fields, source, cause } = error;
  return new CapstanError(code, message, {
    next,
    fields,
    cause,
    exit: failedAs,
    ...(hint === undefined ? {} : { hint }),
    ...(source === undefined ? {} : { source }),
  });
}

/** Whether `-o json` or `--output=json` stands in the arguments. */
export function asksForJson(argv: readonly string[]): boolean {
  return argv.some((word, index) => {
    if (word === '-o' || word === '--output') return argv[index + 1] === 'json';
    return word === '-ojson' || word === '-o=json' || word === '--output=json';
  });
}

function stackOf(thrown: unknown): string {
  const lines: string[] = [];
  for (let error = thrown; error instanceof Error && lines.length < 10; error = error.cause)
    lines.push(error.stack ?? '');
  return lines.join('\ncaused by ');
}
