import { withoutSetValues } from './hidden-values.ts';
import { shellQuote } from './words.ts';

/** The command line that carries out exactly a plan that was printed. */
export interface ApprovedPlan {
  readonly digest: string;
  /** A value that was given is secret: values of `--set` are left out. */
  readonly secrets: boolean;
}

/** Flags that the command with a digest does not need, and whether a value follows them as a word of its own. */
const DROPPED: Readonly<Record<string, boolean>> = {
  '--plan': false,
  '--yes': false,
  '-y': false,
  '-o': true,
  '--output': true,
  '--approve': true,
};

/** The words of a command that printed a plan, with the plan's digest in place of `--plan`. */
export function approvingCommand(id: string, argv: readonly string[], { digest, secrets }: ApprovedPlan): string {
  const given = secrets ? withoutSetValues(argv) : argv;
  const words: string[] = [];
  for (let at = 0; at < given.length; at++) {
    const word = given[at] ?? '';
    const takesNext = DROPPED[word];
    if (takesNext) at++;
    if (takesNext !== undefined || /^(?:-o.+|--output=.*|--approve=.*)$/.test(word)) continue;
    words.push(word);
  }
  return ['capstan', ...id.split(':'), ...words, '--approve', digest].map(shellQuote).join(' ');
}
