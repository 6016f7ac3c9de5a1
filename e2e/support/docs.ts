/** One command that a document shows, with the exit code that it announces. */
export interface ShownCommand {
  readonly command: string;
  readonly exit: number;
  readonly line: number;
}

const BLOCK = /^```console[^\S\n]*(.*)\n([\s\S]*?)^```/gm;

/**
 * The commands of a Markdown text: lines that begin with `$ ` in fenced `console` blocks. A block may say which exit
 * code its last command has (` ```console exit=5 `), or that it is only for show (` ```console elsewhere `), for
 * commands that need another machine. Lines that end in a backslash, and here-documents, go on.
 */
export function commandsOf(markdown: string): ShownCommand[] {
  return [...markdown.matchAll(BLOCK)].flatMap((block) => {
    const [, info = '', body = ''] = block;
    if (info.includes('elsewhere')) return [];
    const firstLine = markdown.slice(0, block.index).split('\n').length + 1;
    const commands = commandsOfBlock(body, firstLine);
    const exit = Number(/exit=(\d+)/.exec(info)?.[1] ?? 0);
    return commands.map((one, index) => ({ ...one, exit: index === commands.length - 1 ? exit : 0 }));
  });
}

/** A here-document reaches to its end mark; a line that ends in a backslash goes on. */
const COMMAND = /^\$ (.*<<\s*'(\w+)'.*\n[\s\S]*?^\2$|(?:.*\\\n)*.*)/gm;

function commandsOfBlock(body: string, firstLine: number): { command: string; line: number }[] {
  return [...body.matchAll(COMMAND)].map((match) => ({
    command: match[1] ?? '',
    line: firstLine + body.slice(0, match.index).split('\n').length - 1,
  }));
}
