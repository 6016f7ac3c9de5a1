import { CapstanError, type ExitCode, isCapstanError, messageOf, redact, type SourcePosition } from '@capstan/base';
import { CLI_CODES } from '../codes.ts';
import type { Reach } from '../lib/reach.ts';
import { paint, type Terminal, wrap } from './terminal.ts';

/** One of several things that are wrong, each with its place. Found in `fields.problems` of an error. */
export interface ReportedProblem {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly source?: SourcePosition;
  readonly next?: readonly string[];
  /** Field path in the object; shown where the message does not contain it. */
  readonly path?: string;
}

/** The `Error` object of `-o json`. Fields are added within v1, never renamed. */
export interface ErrorEnvelope {
  readonly apiVersion: 'cli.capstan.dev/v1';
  readonly kind: 'Error';
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly cause: readonly string[];
  readonly next: readonly string[];
  readonly docs: string;
  readonly exit: ExitCode;
  readonly source?: SourcePosition;
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** Anything thrown as a CapstanError; what was not expected says so. */
export function asCapstanError(error: unknown): CapstanError {
  if (isCapstanError(error)) return error;
  return new CapstanError(CLI_CODES.unexpected, `unexpected error: ${messageOf(error)}`, {
    hint: 'This is a defect of Capstan. Run the command again with --debug and report what it prints.',
    cause: error,
  });
}

/** The error for machines. */
export function errorEnvelope(error: CapstanError, reach: Reach): ErrorEnvelope {
  return {
    apiVersion: 'cli.capstan.dev/v1',
    kind: 'Error',
    code: error.code,
    message: error.message,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    cause: causes(error),
    next: error.next.map((line) => reach.command(line)),
    docs: `capstan.dev/e/${error.code}`,
    exit: error.exit,
    ...(error.source === undefined ? {} : { source: error.source }),
    ...(Object.keys(error.fields).length === 0 ? {} : { fields: error.fields }),
  };
}

/** The error for people: what (with its place), why, `Try:` commands, the code. */
export function renderError(error: CapstanError, reach: Reach, terminal: Terminal): string[] {
  const problems = problemsOf(error);
  const own: ReportedProblem = {
    code: error.code,
    message: error.message,
    next: error.next,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(error.source === undefined ? {} : { source: error.source }),
  };
  return [...problems.flatMap((problem) => [...block(problem, reach, terminal), '']), ...block(own, reach, terminal)];
}

/** Where in a file: `app.yaml:9:7`. */
export function formatSource({ file, line, column }: SourcePosition): string {
  return [file, line, column].filter((part) => part !== undefined).join(':');
}

function block(problem: ReportedProblem, reach: Reach, terminal: Terminal): string[] {
  const { source, message, hint, path, next = [], code } = problem;
  const width = terminal.columns ?? 100;
  const field = path && !message.includes(path) ? `${path}: ` : '';
  const place = (source ? `${formatSource(source)}  ` : 'error: ') + field;
  const [first = '', ...more] = wrap(place + redact(message), width);
  const lines = [paint(first, 'bad', terminal), ...more.map((line) => `  ${line}`)];
  if (hint) lines.push(...wrap(hint, width - 2).map((line) => `  ${line}`));
  next.forEach((line, index) => {
    lines.push(`  ${index === 0 ? 'Try:' : '    '}  ${reach.command(line)}`);
  });
  const mark = paint(`[${code}]`, 'dim', terminal);
  const last = lines.at(-1) ?? '';
  // The code goes to the end of the last line where it fits and cannot be taken for a part of a command.
  if (next.length === 0 && lines.length > 1 && last.length + code.length + 4 <= width)
    lines[lines.length - 1] = `${last}  ${mark}`;
  else lines.push(`  ${mark}`);
  return lines;
}

/** Fields are any facts: another package's problems may be plain text that its message tells already. */
function problemsOf(error: CapstanError): readonly ReportedProblem[] {
  const problems = error.fields['problems'];
  return Array.isArray(problems) ? problems.filter(isReported) : [];
}

function isReported(problem: unknown): problem is ReportedProblem {
  const { code, message } = (problem ?? {}) as Partial<ReportedProblem>;
  return typeof code === 'string' && typeof message === 'string';
}

function causes(error: CapstanError): string[] {
  const found: string[] = [];
  for (let cause = error.cause; cause !== undefined && found.length < 10; ) {
    found.push(redact(messageOf(cause)));
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return found;
}
