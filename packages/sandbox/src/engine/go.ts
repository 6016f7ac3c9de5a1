import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { CapstanError } from '@capstan/base';
import { SANDBOX_CODES } from '../codes.ts';

/** The control plane's modules say `go 1.26`. */
const OLDEST_MINOR = 26;
const HINT =
  'Install Go 1.26 or later (https://go.dev/doc/install), or name a directory with the built programs in ' +
  'CAPSTAN_CONTROL_PLANE_BIN or KUBEBUILDER_ASSETS.';
const KILL_MS = 5_000;
const TAIL_LINES = 15;

/** One run of the go command. */
export interface GoRun {
  readonly cwd: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  readonly onLine?: (line: string) => void;
}

/** Fails with CAPSTAN_SANDBOX_GO_MISSING or CAPSTAN_SANDBOX_GO_TOO_OLD, which say what to install. */
export async function checkGo(): Promise<void> {
  const version = await promisify(execFile)('go', ['env', 'GOVERSION'], { env: goEnvironment() }).then(
    ({ stdout }) => stdout.trim(),
    (cause: unknown) => {
      const message = 'The control plane is not built yet, and Go, which builds it, cannot be run';
      throw new CapstanError(SANDBOX_CODES.goMissing, message, { hint: HINT, cause });
    },
  );
  if (isRecentGo(version)) return;
  throw new CapstanError(SANDBOX_CODES.goTooOld, `${version} is too old to build the control plane`, {
    hint: HINT,
    fields: { version },
  });
}

/** Whether Go's own version (`go1.26.8`) can build the control plane; development versions count as recent. */
export function isRecentGo(version: string): boolean {
  const [, major, minor] = /^go(\d+)\.(\d+)/.exec(version) ?? [];
  if (major === undefined) return version.startsWith('devel');
  return Number(major) > 1 || Number(minor) >= OLDEST_MINOR;
}

/**
 * Runs go to its end and returns its standard output. Fails with CAPSTAN_SANDBOX_BUILD_FAILED, which has the last lines,
 * or with the signal's reason; then nothing of it runs any more. Go's build cache keeps what was done.
 */
export async function runGo({ cwd, args, env, signal, onLine }: GoRun): Promise<string> {
  signal?.throwIfAborted();
  // A group of its own, because go leaves its compilers running when only it is ended.
  const child = spawn('go', args, { cwd, detached: true, env: goEnvironment(env), stdio: ['ignore', 'pipe', 'pipe'] });
  const output: string[] = [];
  const tail: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => output.push(line));
  createInterface({ input: child.stderr }).on('line', (line) => {
    tail.push(line);
    if (tail.length > TAIL_LINES) tail.shift();
    onLine?.(line);
  });
  const onAbort = () => endGroup(child);
  signal?.addEventListener('abort', onAbort, { once: true });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  }).finally(() => signal?.removeEventListener('abort', onAbort));
  signal?.throwIfAborted();
  if (code === 0) return output.join('\n');
  throw new CapstanError(SANDBOX_CODES.buildFailed, `go ${args[0]} failed with exit code ${code}`, {
    hint: `Its last lines:\n${tail.join('\n')}\nWhat was compiled is kept: running the same command again goes on from there.`,
    fields: { cwd },
  });
}

function endGroup(child: ChildProcess): void {
  const { pid } = child;
  if (pid === undefined) return;
  const end = (signal: NodeJS.Signals) => {
    try {
      process.kill(-pid, signal);
    } catch {
      // The group is gone already.
    }
  };
  end('SIGTERM');
  const timer = setTimeout(() => end('SIGKILL'), KILL_MS);
  child.once('close', () => clearTimeout(timer));
}

/** A go.work above the checkout must not change what is built, and C compilers must not be needed. */
function goEnvironment(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  return { ...process.env, GOWORK: 'off', CGO_ENABLED: '0', ...more };
}
