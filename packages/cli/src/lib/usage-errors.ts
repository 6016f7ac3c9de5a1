import { CapstanError, EXIT, isCapstanError, messageOf } from '@capstan/base';
import { didYouMean } from '@capstan/oam-model';
import { CLI_CODES } from '../codes.ts';

/** What is needed of a command to explain wrong usage of it. */
export interface UsageContext {
  /** `cap install`. */
  readonly command: string;
  readonly flags: readonly string[];
}

interface ParseFailure {
  readonly flags?: unknown;
  readonly args?: unknown;
}

/** An error of oclif's parser in the shape of all others, with the nearest flag; everything else comes back unchanged. */
export function explainParseError(error: unknown, context: UsageContext): unknown {
  if (isCapstanError(error)) return asThrown(error);
  if (!isParseError(error)) return error;
  const { flags, args } = error as ParseFailure;
  const next = [`capstan ${context.command} --help`];
  if (error.constructor.name === 'NonExistentFlagsError' && Array.isArray(flags))
    return unknownFlags(flags, context, next);
  return new CapstanError(CLI_CODES.usage, `capstan ${context.command}: ${summarize(error, args)}`, {
    exit: EXIT.usage,
    next,
  });
}

/** oclif writes around the message of an error that reading a flag's value throws. */
function asThrown({ code, message, hint, exit, next }: CapstanError): CapstanError {
  const own = message.replace(/^Parsing --\S+ \n\s*/, '').replace(/\nSee more help with --help$/, '');
  return new CapstanError(code, own, { exit, next, ...(hint === undefined ? {} : { hint }) });
}

function unknownFlags(flags: readonly string[], context: UsageContext, next: readonly string[]): CapstanError {
  const names = context.flags.map((flag) => `--${flag}`);
  const hints = flags.map((flag) => didYouMean(flag, names)).filter((hint) => hint !== undefined);
  const what = flags.length === 1 ? `has no flag ${flags[0]}` : `has no flags ${flags.join(', ')}`;
  return new CapstanError(CLI_CODES.unknownFlag, `capstan ${context.command} ${what}`, {
    exit: EXIT.usage,
    next,
    ...(hints.length > 0 ? { hint: hints.join(' ') } : {}),
  });
}

function summarize(error: Error, args: unknown): string {
  const names = Array.isArray(args)
    ? args.map((arg) => (typeof arg === 'string' ? arg : String(arg.name).toUpperCase()))
    : [];
  if (error.constructor.name === 'RequiredArgsError') return `${names.join(' and ')} missing`;
  if (error.constructor.name === 'UnexpectedArgsError') return `unexpected ${names.join(' ')}`;
  const [first = ''] = messageOf(error)
    .replace(/\nSee more help with --help$/, '')
    .split(/\n(?!\s)/);
  // oclif lists what is wrong with flags below a heading that says nothing.
  const text = first.replace(/\s+/g, ' ').replace(/^The following errors? occurred: /, '');
  return text.replace(/Missing required flag (\S+)/g, '--$1 is missing,').replace(/,$/, '');
}

function isParseError(error: unknown): error is Error {
  return error instanceof Error && 'oclif' in error;
}
