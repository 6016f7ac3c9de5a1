import { CapstanError, EXIT } from '@capstan/base';
import { didYouMean, nearest } from '@capstan/oam-model';
import { CLI_CODES } from '../codes.ts';

/** What a command line asks for. */
export type Resolved =
  | { readonly kind: 'command'; readonly id: string; readonly args: string[] }
  | { readonly kind: 'help'; readonly words: string[] };

const HELP = new Set(['--help', '-h']);
/** Shorter to type, never printed. */
const ALIASES: Readonly<Record<string, string>> = { capability: 'cap', ls: 'list' };
/** Global flags with a value that people write before the command. */
const WITH_VALUE = new Set([
  '-n',
  '--namespace',
  '--context',
  '--kubeconfig',
  '--as',
  '--as-group',
  '--as-uid',
  '-o',
  '--output',
  '--timeout',
]);

/**
 * Finds the command that the arguments mean. Ids are oclif's: `cap:install`. Global flags may stand before the command.
 * Fails with exit 127 and the nearest name when there is no such command.
 */
export function resolveCommand(argv: readonly string[], ids: readonly string[]): Resolved {
  const { leading, rest } = splitLeadingFlags(argv);
  if (leading.some((flag) => HELP.has(flag))) return { kind: 'help', words: commandWords(rest) };
  if (rest[0] === '--version') return { kind: 'command', id: 'version', args: ['--client', ...rest.slice(1)] };
  const words = commandWords(rest);
  const id = longest(words, ids);
  const separator = rest.indexOf('--');
  const asksForHelp = (separator < 0 ? rest : rest.slice(0, separator)).some((word) => HELP.has(word));
  if (words.length === 0 || asksForHelp || id === 'help')
    return { kind: 'help', words: id === 'help' ? commandWords(rest.slice(1)) : words };
  if (id !== undefined) return { kind: 'command', id, args: [...rest.slice(id.split(':').length), ...leading] };
  if (isTopic(words, ids)) return { kind: 'help', words };
  throw unknownCommand(words, ids);
}

/** The id that words name exactly, aliases resolved; undefined when they name none. */
export function commandId(words: readonly string[], ids: readonly string[]): string | undefined {
  const id = words.map((word) => ALIASES[word] ?? word).join(':');
  return ids.includes(id) ? id : undefined;
}

/** The error for words that name neither a command nor a group of commands. */
export function unknownCommand(words: readonly string[], ids: readonly string[]): CapstanError {
  const { group, typed } = unknownPart(words, ids);
  const candidates = [...names(group, ids)];
  const [meant] = nearest(typed, candidates);
  const prefix = ['capstan', ...group].join(' ');
  const next = meant === undefined ? [`${prefix} --help`] : [`${prefix} ${meant}`];
  const hint = didYouMean(typed, candidates) ?? `There are: ${candidates.join(', ')}.`;
  return new CapstanError(CLI_CODES.unknownCommand, `there is no command "${prefix} ${typed}"`, {
    hint,
    next,
    exit: EXIT.unknownCommand,
  });
}

function splitLeadingFlags(argv: readonly string[]): { leading: string[]; rest: string[] } {
  let end = 0;
  while (end < argv.length && argv[end]?.startsWith('-') && argv[end] !== '--' && argv[end] !== '--version') {
    end += WITH_VALUE.has(argv[end] ?? '') ? 2 : 1;
  }
  return { leading: argv.slice(0, end), rest: argv.slice(end) };
}

function commandWords(args: readonly string[]): string[] {
  const end = args.findIndex((word) => word.startsWith('-'));
  return (end < 0 ? [...args] : args.slice(0, end)).map((word) => word);
}

function longest(words: readonly string[], ids: readonly string[]): string | undefined {
  for (let end = Math.min(words.length, 3); end > 0; end--) {
    const id = commandId(words.slice(0, end), ids);
    if (id !== undefined) return id;
  }
  return undefined;
}

function isTopic(words: readonly string[], ids: readonly string[]): boolean {
  const prefix = `${words.map((word) => ALIASES[word] ?? word).join(':')}:`;
  return ids.some((id) => id.startsWith(prefix));
}

function unknownPart(words: readonly string[], ids: readonly string[]): { group: string[]; typed: string } {
  const first = words[0] ?? '';
  return words.length > 1 && isTopic([first], ids)
    ? { group: [ALIASES[first] ?? first], typed: words[1] ?? '' }
    : { group: [], typed: first };
}

function names(group: readonly string[], ids: readonly string[]): Set<string> {
  const prefix = group.length === 0 ? '' : `${group.join(':')}:`;
  return new Set(ids.filter((id) => id.startsWith(prefix)).map((id) => id.slice(prefix.length).split(':')[0] ?? ''));
}
