import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { OutputLine } from './call-types.ts';

const KILL_AFTER_MS = 10_000;

const MESSAGE_LINES = 400;

/** What `runProcess` is given. */
export interface ProcessRequest {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** Written to standard input, which is then closed. */
  readonly input?: string;
  /** SIGTERM after this time. */
  readonly limitMs: number;
  /** SIGKILL this long after SIGTERM; 10 s by default. */
  readonly killAfterMs?: number;
  readonly signal?: AbortSignal | undefined;
  /** How many bytes of standard output are kept; more than that stops the process. */
  readonly maxOutputBytes: number;
  readonly onLine?: ((line: OutputLine) => void) | undefined;
}

/** How a process ended. */
export interface ProcessResult {
  /** Absent when a signal ended it. */
  readonly code: number | undefined;
  readonly stdout: string;
  /** The last 400 lines of standard error. */
  readonly stderr: string;
  /** Why we stopped it, when we did. */
  readonly stopped: 'cancelled' | 'timed-out' | 'too-much-output' | undefined;
}

/**
 * Runs a program without a shell in a process group of its own and waits for its end. Stopping it (abort, time limit,
 * too much output) sends SIGTERM to the group and SIGKILL later. Rejects only when the program cannot be started.
 */
export async function runProcess(request: ProcessRequest): Promise<ProcessResult> {
  if (request.signal?.aborted) return { code: undefined, stdout: '', stderr: '', stopped: 'cancelled' };
  // A group of its own also keeps a Ctrl-C of the terminal away from it: the caller decides, through the signal.
  const { file, args, env, cwd } = request;
  const child = spawn(file, args, { env: { ...env }, cwd, stdio: 'pipe', detached: true });
  const ended = new Promise<number | undefined>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? undefined));
  });
  let stopped: ProcessResult['stopped'];
  let killTimer: NodeJS.Timeout | undefined;
  const stop = (why: NonNullable<ProcessResult['stopped']>): void => {
    if (stopped) return;
    stopped = why;
    signalGroup(child, 'SIGTERM');
    killTimer = setTimeout(() => signalGroup(child, 'SIGKILL'), request.killAfterMs ?? KILL_AFTER_MS);
  };
  const onAbort = () => stop('cancelled');
  request.signal?.addEventListener('abort', onAbort, { once: true });
  const limitTimer = setTimeout(() => stop('timed-out'), request.limitMs);
  const stdout = collect(child.stdout, request.maxOutputBytes, () => stop('too-much-output'));
  const stderr = followLines(child.stderr, request.onLine);
  // A program that ends without reading its input closes the pipe: its exit code tells, not the EPIPE.
  child.stdin.on('error', () => {});
  child.stdin.end(request.input ?? '');
  try {
    const code = await ended;
    return { code, stdout: stdout(), stderr: await stderr, stopped };
  } finally {
    clearTimeout(limitTimer);
    clearTimeout(killTimer);
    request.signal?.removeEventListener('abort', onAbort);
  }
}

function signalGroup(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function collect(stream: Readable, limit: number, onTooMuch: () => void): () => string {
  const chunks: Buffer[] = [];
  let size = 0;
  stream.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= limit) chunks.push(chunk);
    else onTooMuch();
  });
  return () => Buffer.concat(chunks).toString('utf8');
}

async function followLines(stream: Readable, onLine: ProcessRequest['onLine']): Promise<string> {
  const tail: string[] = [];
  for await (const text of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
    tail.push(text);
    if (tail.length > MESSAGE_LINES) tail.shift();
    onLine?.({ text });
  }
  return tail.join('\n');
}
