import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The repository. */
export const repository = fileURLToPath(new URL('../..', import.meta.url));

/** What a command printed and how it ended. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Options of a run. */
export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly cwd?: string;
  /** Sends this signal once, as soon as the text was seen on stderr or stdout: a second one ends `capstan` at once. */
  readonly interrupt?: { readonly on: RegExp; readonly signal: NodeJS.Signals };
}

/** Runs `capstan` as a person would, in a process of its own with closed stdin, and collects both streams. */
export function capstan(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const child = spawn(`${repository}/capstan`, args, {
    cwd: options.cwd ?? repository,
    env: { ...process.env, NO_COLOR: '1', ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  let { interrupt } = options;
  const watchFor = (text: string) => {
    if (!interrupt?.on.test(text)) return;
    child.kill(interrupt.signal);
    interrupt = undefined;
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    watchFor(stdout);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    watchFor(stderr);
  });
  child.stdin.end(options.input ?? '');
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code: code ?? (signal === 'SIGINT' ? 130 : 137), stdout, stderr }));
  });
}
