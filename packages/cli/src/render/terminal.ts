/** What a stream can show. */
export interface Terminal {
  readonly isTTY: boolean;
  /** Columns to fit in; undefined where nothing must be cut, as in a pipe. */
  readonly columns: number | undefined;
  readonly color: boolean;
  /** The sign that something was cut off. */
  readonly ellipsis: string;
}

/** What decides about a terminal beside the stream itself. */
export interface TerminalOptions {
  readonly noColor?: boolean;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Looks at a stream: colour follows `--no-color`, NO_COLOR, FORCE_COLOR and TERM=dumb, for each stream by itself. */
export function terminalOf(
  stream: { readonly isTTY?: boolean; readonly columns?: number },
  { noColor = false, env = process.env }: TerminalOptions = {},
): Terminal {
  const isTTY = stream.isTTY === true;
  const columns = isTTY ? Math.max(40, stream.columns || 80) : undefined;
  return { isTTY, columns, color: colored(isTTY, noColor, env), ellipsis: isUtf8(env) ? '…' : '~' };
}

function colored(isTTY: boolean, noColor: boolean, env: Readonly<Record<string, string | undefined>>): boolean {
  if (noColor || env['NO_COLOR']) return false;
  if (env['FORCE_COLOR']) return env['FORCE_COLOR'] !== '0';
  return isTTY && env['TERM'] !== 'dumb';
}

function isUtf8(env: Readonly<Record<string, string | undefined>>): boolean {
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'];
  return locale === undefined || /utf-?8/i.test(locale);
}

/** Names for the few colours in use. */
export type Tone = 'good' | 'bad' | 'warn' | 'dim' | 'bold';

const CODES: Record<Tone, readonly [number, number]> = {
  good: [32, 39],
  bad: [31, 39],
  warn: [33, 39],
  dim: [2, 22],
  bold: [1, 22],
};

/** The text in a colour, where the terminal has colours; nothing ever depends on colour alone. */
export function paint(text: string, tone: Tone | undefined, terminal: Pick<Terminal, 'color'>): string {
  if (tone === undefined || !terminal.color || text === '') return text;
  const [on, off] = CODES[tone];
  return `\u001b[${on}m${text}\u001b[${off}m`;
}

const TONES: Readonly<Record<string, Tone>> = {
  Ready: 'good',
  ok: 'good',
  yes: 'good',
  Degraded: 'bad',
  Stalled: 'bad',
  failed: 'bad',
  fail: 'bad',
  no: 'bad',
  Applying: 'warn',
  Pending: 'warn',
  Removing: 'warn',
};

/** The colour of a state word. */
export function toneOf(state: string): Tone | undefined {
  return TONES[state.split(/[ (]/)[0] ?? ''];
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f]+/g;

/** Text of foreign origin on one line and without control characters: a cluster must not steer the terminal. */
export function plain(text: string): string {
  return text.replace(CONTROL, ' ');
}

/** Shortens text to `width` characters, ending with the ellipsis where something was cut. */
export function cut(text: string, width: number, ellipsis: string): string {
  const characters = [...text];
  if (characters.length <= width) return text;
  return width < 1 ? '' : characters.slice(0, width - 1).join('') + ellipsis;
}

/** Breaks text into lines of at most `width` characters at blanks; longer words stand alone. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = '';
    for (const word of paragraph.split(' ')) {
      if (line !== '' && line.length + 1 + word.length > width) {
        lines.push(line);
        line = word;
      } else line = line === '' ? word : `${line} ${word}`;
    }
    lines.push(line);
  }
  return lines;
}
