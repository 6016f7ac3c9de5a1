import { shellQuote } from './words.ts';

/** Commands that need no cluster, or always mean the sandbox: they get no target. */
const WITHOUT_TARGET = new Set(['sandbox', 'help', 'version']);

/** How a printed command reaches the same cluster as the one that printed it. */
export class Reach {
  readonly #flags: readonly string[];

  constructor(flags: readonly string[] = []) {
    this.#flags = flags;
  }

  /** The command with the flags of this target, unless it names one already or needs none. */
  command(line: string): string {
    const [binary, first] = line.split(' ');
    if (this.#flags.length === 0 || binary !== 'capstan' || first === undefined || WITHOUT_TARGET.has(first))
      return line;
    if (/ --(?:context|kubeconfig)\b/.test(line)) return line;
    return `${line} ${this.#flags.map(shellQuote).join(' ')}`;
  }
}
