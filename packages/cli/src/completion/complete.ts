import type { Command } from '@oclif/core/command';
import { globalFlags } from '../lib/global-flags.ts';
import { commandId } from '../lib/resolve-command.ts';
import { ARGUMENT_SOURCES, flagSource, REPEATING, type Source } from './sources.ts';
import type { TypedWords } from './words.ts';

/** Something that may be typed next. */
export interface Candidate {
  readonly value: string;
  /** One line about it, for shells that show one. */
  readonly text?: string;
}

/** What a command line says so far that values depend on. */
export interface LineContext {
  /** Values of the flags that were typed, by name. */
  readonly flags: ReadonlyMap<string, string>;
  /** Arguments that were typed. */
  readonly words: readonly string[];
}

/** What may follow: candidates that are known at once, or a source to ask. */
export interface Completion {
  readonly candidates: readonly Candidate[];
  readonly source: Source;
  /** What of the word at the cursor stands before the value: `--context=`. */
  readonly lead: string;
  readonly context: LineContext;
}

type Commands = readonly Command.Loadable[];
type Flags = Command.Loadable['flags'];
type FlagShape = Flags[string];

/** What may be typed at the cursor, by the commands there are. Pure: values of a cluster are left to their source. */
export function complete(
  { before, current }: TypedWords,
  commands: Commands,
  topics: Readonly<Record<string, string>>,
): Completion {
  const visible = commands.filter((command) => !command.hidden);
  const line = readLine(before, visible);
  const flags = flagsOf(line.command);
  const context = { flags: line.flags, words: line.words };
  const none = { candidates: [], lead: '', context };
  if (line.open !== undefined) return { ...none, ...valuesOf(line.command, line.open, flags) };
  const equals = /^--([\w-]+)=/.exec(current);
  if (equals) {
    const [lead, name = ''] = equals;
    return { ...none, ...valuesOf(line.command, name, flags), lead };
  }
  if (current.startsWith('-')) return { ...none, candidates: flagCandidates(flags, line.flags), source: 'nothing' };
  const next = line.words.length > 0 ? [] : nextWords(line.path, visible, topics);
  return { ...none, candidates: next, source: argumentSource(line.command?.id, line.words.length) };
}

interface Line {
  readonly command: Command.Loadable | undefined;
  /** Words of commands and topics. */
  readonly path: readonly string[];
  readonly words: readonly string[];
  readonly flags: ReadonlyMap<string, string>;
  /** A flag whose value is at the cursor. */
  readonly open?: string;
}

/** Reads the finished words: which command they name, which flags they give, and whether a value is still to come. */
function readLine(before: readonly string[], commands: Commands): Line {
  const ids = commands.map(({ id }) => id);
  const given = new Map<string, string>();
  const path: string[] = [];
  const words: string[] = [];
  let command: Command.Loadable | undefined;
  let open: string | undefined;
  for (const word of before) {
    if (open !== undefined) {
      given.set(open, word);
      open = undefined;
    } else if (word.startsWith('-')) open = takeFlag(word, flagsOf(command), given);
    else if (words.length === 0 && isPath([...path, word], ids)) {
      path.push(word);
      const id = commandId(path, ids);
      command = commands.find((one) => one.id === id);
    } else words.push(word);
  }
  return { command, path, words, flags: given, ...(open === undefined ? {} : { open }) };
}

/** Notes a flag that was typed; gives its name where its value is the next word. */
function takeFlag(word: string, flags: Flags, given: Map<string, string>): string | undefined {
  const equals = word.indexOf('=');
  const typed = equals < 0 ? word : word.slice(0, equals);
  const name = typed.startsWith('--') ? typed.slice(2) : nameOfLetter(typed.slice(1), flags);
  if (name === undefined) return undefined;
  given.set(name, equals < 0 ? '' : word.slice(equals + 1));
  return equals < 0 && flags[name]?.type === 'option' ? name : undefined;
}

function nameOfLetter(letter: string, flags: Flags): string | undefined {
  return Object.values(flags).find(({ char }) => char === letter)?.name;
}

function flagsOf(command: Command.Loadable | undefined): Flags {
  return { ...(globalFlags as unknown as Flags), ...command?.flags };
}

function isPath(words: readonly string[], ids: readonly string[]): boolean {
  const [first = '', ...rest] = words;
  const prefix = [first === 'capability' ? 'cap' : first, ...rest].join(':');
  return commandId(words, ids) !== undefined || ids.some((id) => id.startsWith(`${prefix}:`));
}

function valuesOf(
  command: Command.Loadable | undefined,
  name: string,
  flags: Flags,
): Pick<Completion, 'candidates' | 'source'> {
  const flag = flags[name];
  const options = flag && 'options' in flag ? flag.options : undefined;
  if (options) return { candidates: options.map((value) => ({ value })), source: 'nothing' };
  return { candidates: [], source: flagSource(command?.id ?? '', name) };
}

/** The flags of the command first, then those of every command; what was given is offered again only where it may be repeated. */
function flagCandidates(flags: Flags, given: ReadonlyMap<string, string>): Candidate[] {
  const own = ({ name }: FlagShape) => !(name in globalFlags);
  return Object.entries(flags)
    .map(([name, flag]) => ({ ...flag, name }))
    .filter((flag) => !flag.hidden && (!given.has(flag.name) || ('multiple' in flag && flag.multiple === true)))
    .toSorted((a, b) => Number(own(b)) - Number(own(a)))
    .map(({ name, summary }) => candidate(`--${name}`, summary));
}

/** Commands and topics that may follow the ones typed. */
function nextWords(path: readonly string[], commands: Commands, topics: Readonly<Record<string, string>>): Candidate[] {
  const prefix = path.map((word) => `${word === 'capability' ? 'cap' : word}:`).join('');
  const found = new Map<string, Candidate>();
  for (const { id, summary } of commands) {
    if (!id.startsWith(prefix)) continue;
    const [word = '', ...below] = id.slice(prefix.length).split(':');
    if (below.length === 0 || !found.has(word))
      found.set(word, candidate(word, below.length === 0 ? summary : topics[word]));
  }
  return [...found.values()].toSorted((a, b) => (a.value < b.value ? -1 : 1));
}

function argumentSource(id: string | undefined, typed: number): Source {
  if (id === undefined || (typed > 0 && !REPEATING.has(id))) return 'nothing';
  return ARGUMENT_SOURCES[id] ?? 'nothing';
}

function candidate(value: string, text: string | undefined): Candidate {
  return text === undefined || text === '' ? { value } : { value, text };
}
