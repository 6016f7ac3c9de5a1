import type { Command } from '@oclif/core/command';
import { globalFlags } from '../lib/global-flags.ts';
import { paint, type Terminal, wrap } from '../render/terminal.ts';
import { HELP_GROUPS, ROOT_EXAMPLES, TOPIC_EXAMPLES, TOPICS } from './groups.ts';

type Cached = Command.Cached;
type Row = readonly [head: string, text: string];

const GLOBAL = new Set(Object.keys(globalFlags));
const WIDEST_HEAD = 44;

/** Help of the whole program: what it is, examples, commands in groups. */
export function rootHelp(commands: readonly Cached[], version: string, terminal: Terminal): string[] {
  const groups = HELP_GROUPS.flatMap(({ title, entries }) => [
    '',
    ...section(
      title,
      entries.map((entry) => entryRow(entry, commands)),
      terminal,
    ),
  ]);
  return [
    `capstan ${version}: capabilities on demand, and applications that use them`,
    '',
    ...section('Examples', ROOT_EXAMPLES, terminal),
    ...groups,
    '',
    'capstan COMMAND --help     help on one command',
    'capstan help exit-codes    what the exit codes mean',
  ];
}

/** Help of a topic: its commands. */
export function topicHelp(topic: string, commands: readonly Cached[], terminal: Terminal): string[] {
  const below = commands.filter((command) => command.id.startsWith(`${topic}:`));
  const first = TOPIC_EXAMPLES[topic] ?? below.map(({ id }) => id);
  const shown = first.flatMap((id) => below.find((command) => command.id === id) ?? []);
  const examples = shown.flatMap((command) => exampleRows(command).slice(0, 1)).slice(0, 3);
  return [
    `capstan ${topic}: ${TOPICS[topic] ?? ''}`.trimEnd(),
    '',
    ...(examples.length > 0 ? [...section('Examples', examples, terminal), ''] : []),
    ...section(
      'Commands',
      below.map((command) => [spelled(command.id), summaryOf(command)] as const),
      terminal,
    ),
    '',
    `capstan ${topic} COMMAND --help     help on one command`,
  ];
}

/** Help of a command: what it does, examples, usage, arguments, its flags, then the global ones. */
export function commandHelp(command: Cached, terminal: Terminal): string[] {
  const width = terminal.columns ?? 100;
  const flags = Object.values(command.flags).filter((flag) => !flag.hidden);
  const own = flags.filter((flag) => !GLOBAL.has(flag.name));
  const global = flags.filter((flag) => GLOBAL.has(flag.name));
  const args = Object.values(command.args).filter((arg) => !arg.hidden);
  const parts: string[][] = [
    [
      `${spelled(command.id)}: ${summaryOf(command)}`,
      ...(command.description ? ['', ...wrap(command.description, width)] : []),
    ],
    section('Examples', exampleRows(command), terminal),
    [paint('Usage', 'bold', terminal), `  ${usage(command, args, own.length > 0)}`],
    section(
      'Arguments',
      args.map((arg) => [arg.name.toUpperCase(), arg.description ?? ''] as const),
      terminal,
    ),
    section('Flags', own.map(flagRow), terminal),
    section('Flags of every command', global.map(flagRow), terminal),
  ];
  return parts.filter((part) => part.length > 0).flatMap((part, index) => (index === 0 ? part : ['', ...part]));
}

/** `capstan cap install` for `cap:install`. */
export function spelled(id: string): string {
  return `capstan ${id.replaceAll(':', ' ')}`;
}

function entryRow(entry: string, commands: readonly Cached[]): Row {
  const command = commands.find(({ id }) => id === entry);
  if (command) return [spelled(entry), summaryOf(command)];
  const verbs = commands.filter(({ id }) => id.startsWith(`${entry}:`)).map(({ id }) => id.slice(entry.length + 1));
  return [spelled(entry), `${TOPICS[entry] ?? ''} (${verbs.join(', ')})`];
}

function summaryOf(command: Cached): string {
  return command.summary ?? command.description?.split('\n')[0] ?? '';
}

function exampleRows(command: Cached): Row[] {
  return (command.examples ?? []).map((example) =>
    typeof example === 'string' ? [example, ''] : [example.command, example.description],
  );
}

function usage(command: Cached, args: readonly { name: string; required?: boolean }[], hasFlags: boolean): string {
  if (typeof command.usage === 'string') return command.usage;
  const words = args.map(({ name, required }) => (required ? name.toUpperCase() : `[${name.toUpperCase()}]`));
  return [spelled(command.id), ...words, ...(hasFlags ? ['[flags]'] : [])].join(' ');
}

function flagRow(flag: Command.Flag.Cached): Row {
  const { name, char, type } = flag;
  const value =
    type === 'option'
      ? ` ${'options' in flag && flag.options ? flag.options.join('|') : (flag.helpValue ?? 'VALUE')}`
      : '';
  const spelledName = 'allowNo' in flag && flag.allowNo ? `[no-]${name}` : name;
  return [`${char ? `-${char}, ` : '    '}--${spelledName}${value}`, flag.summary ?? flag.description ?? ''];
}

function section(title: string, rows: readonly Row[], terminal: Terminal): string[] {
  if (rows.length === 0) return [];
  const width = terminal.columns ?? 100;
  const indent = Math.min(WIDEST_HEAD, Math.max(...rows.map(([head]) => head.length))) + 4;
  const lines = rows.flatMap(([head, text]) => {
    const [first = '', ...rest] = wrap(text, Math.max(24, width - indent));
    const more = rest.map((line) => ' '.repeat(indent) + line);
    if (text === '') return [`  ${head}`];
    if (head.length + 4 > indent) return [`  ${head}`, ' '.repeat(indent) + first, ...more];
    return [`  ${head.padEnd(indent - 2)}${first}`, ...more];
  });
  return [paint(title, 'bold', terminal), ...lines];
}
