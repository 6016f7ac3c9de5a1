/** What stands on a command line before the cursor. */
export interface TypedWords {
  /** The words that are finished, without the program itself. */
  readonly before: readonly string[];
  /** The word at the cursor, as far as it is typed; empty after a blank. */
  readonly current: string;
}

/** Of a command line: a text in quotes (possibly still open), an escaped character, blanks, or any other character. */
const PIECES = /"((?:\\.|[^"\\])*)"?|'([^']*)'?|\\(.?)|(\s+)|([^\s"'\\]+)/gs;

/**
 * Splits a command line as a shell does: at blanks, with quotes and backslashes undone. A quote that is still open ends
 * with the line. The first word, the program, is left out.
 */
export function splitCommandLine(line: string): TypedWords {
  const words = [''];
  for (const [, double, single, escaped, blank, plain] of line.trimStart().matchAll(PIECES)) {
    if (blank !== undefined) words.push('');
    else words.push(words.pop() + (double?.replace(/\\(["\\$`])/g, '$1') ?? single ?? escaped ?? plain ?? ''));
  }
  return typedWords(words.slice(1));
}

/** Words as a shell hands them over: the last one is at the cursor. */
export function typedWords(words: readonly string[]): TypedWords {
  return { before: words.slice(0, -1), current: words.at(-1) ?? '' };
}

/** Whether a command line asks for completion. */
export function isCompletion(argv: readonly string[]): boolean {
  return argv[0] === '__complete' || argv[0] === '__complete-line';
}
