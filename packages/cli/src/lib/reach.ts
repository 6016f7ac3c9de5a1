import { shellQuote } from './words.ts';

/** Commands that need no cluster, or always mean the sandbox: they get no target. */
const WITHOUT_TARGET = new Set(['sandbox', 'help', 'version']);

/** Commands about applications: these mean the same namespace. */
const IN_NAMESPACE = new Set([
  'up',
  'diff',
  'status',
  'list',
  'events',
  'logs',
  'history',
  'rollback',
  'delete',
  'validate',
  'render',
]);

/** How a printed command reaches the same cluster, and the same namespace, as the one that printed it. */
export class Reach {
  readonly #flags: readonly string[];
  readonly #namespace: string | undefined;

  constructor(flags: readonly string[] = [], namespace?: string) {
    this.#flags = flags;
    this.#namespace = namespace;
  }

  /** The same cluster, with a namespace that the user gave. */
  in(namespace: string | undefined): Reach {
    return new Reach(this.#flags, namespace);
  }

  /** The cluster is the sandbox of this machine. */
  get isSandbox(): boolean {
    return this.#flags.join(' ') === '--context sandbox';
  }

  /** The command with the flags of this target, unless it names them already or needs none. */
  command(line: string): string {
    const [binary, first = ''] = line.split(' ');
    if (binary !== 'capstan' || first === '' || WITHOUT_TARGET.has(first)) return line;
    const placed = IN_NAMESPACE.has(first) && !/ (?:-n|-A|--namespace|--all-namespaces)\b/.test(line);
    const namespace = placed && this.#namespace !== undefined ? ['-n', this.#namespace] : [];
    const target = / --(?:context|kubeconfig)\b/.test(line) ? [] : this.#flags;
    return [line, ...[...namespace, ...target].map(shellQuote)].join(' ');
  }
}
