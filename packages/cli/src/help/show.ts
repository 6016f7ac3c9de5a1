import { EXIT, type ExitCode } from '@capstan/base';
import type { Config } from '@oclif/core/config';
import { commandId, unknownCommand } from '../lib/resolve-command.ts';
import { terminalOf } from '../render/terminal.ts';
import { EXIT_CODES } from './exit-codes.ts';
import { commandHelp, rootHelp, topicHelp } from './render.ts';

/** Prints the help that the words ask for: a command, a topic, `exit-codes`, or everything. Unknown words are exit 127. */
export function showHelp(words: readonly string[], config: Config): ExitCode {
  const terminal = terminalOf(process.stdout, { noColor: process.argv.includes('--no-color') });
  process.stdout.write(`${linesFor(words, config, terminal).join('\n')}\n`);
  return EXIT.done;
}

function linesFor(words: readonly string[], config: Config, terminal: ReturnType<typeof terminalOf>): string[] {
  const commands = config.commands.filter((command) => !command.hidden);
  if (words.length === 0) return rootHelp(commands, config.version, terminal);
  if (words[0] === 'exit-codes') return EXIT_CODES.map(([code, meaning]) => `${String(code).padStart(3)}  ${meaning}`);
  for (let end = Math.min(2, words.length); end > 0; end--) {
    const id = commandId(words.slice(0, end), config.commandIDs);
    const command = id === undefined ? undefined : config.findCommand(id);
    if (command) return commandHelp(command, terminal);
  }
  const topic = words[0] === 'capability' ? 'cap' : (words[0] ?? '');
  const isTopic = words.length === 1 && config.commandIDs.some((one) => one.startsWith(`${topic}:`));
  if (isTopic) return topicHelp(topic, commands, terminal);
  throw unknownCommand(words, config.commandIDs);
}
