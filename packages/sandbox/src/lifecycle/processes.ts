import { type ChildProcess, spawn } from 'node:child_process';
import { open, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CapstanError, type Clock, identifyProcess, isRunning, type ProcessIdentity, systemClock } from '@capstan/base';
import { SANDBOX_CODES } from '../codes.ts';
import { ALL_PROCESSES, type EngineName, PROCESSES, type ProcessName, STORES } from '../engine/names.ts';
import type { SandboxPaths } from './paths.ts';

/** What is found of a process: `stale` means that its pid file names a process that is gone. */
export interface ProcessStatus {
  readonly name: ProcessName;
  readonly state: 'running' | 'stopped' | 'stale';
  readonly pid?: number;
  readonly log: string;
}

/** What to run in the background. */
export interface BackgroundProgram {
  readonly name: ProcessName;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly cwd?: string | undefined;
}

/** A program that was started by this process; `exited` resolves when it ends. */
export interface StartedProgram {
  readonly name: ProcessName;
  readonly identity: ProcessIdentity;
  readonly exited: Promise<{ readonly code: number | null; readonly signal: string | null }>;
}

/** The environment that programs get: nothing of the user's own settings (proxies, KUBECONFIG) reaches them. */
const PASSED_ON = ['PATH', 'HOME', 'TMPDIR', 'LANG'];
/** The API server waits for clients that watch; nothing is lost when it is killed. */
const TERMINATE_MS = 3_000;
const KILL_MS = 5_000;
const POLL_MS = 20;
/** A log that is larger is begun anew at the next start. */
const MAX_LOG_BYTES = 20 * 1024 * 1024;
const TAIL_BYTES = 64 * 1024;

/** The log file of a process. */
export function logFile(paths: SandboxPaths, name: ProcessName): string {
  return join(paths.logs, `${name}.log`);
}

/**
 * Starts a program that outlives this process, with its output in its log file, and writes its pid file.
 * Fails with CAPSTAN_SANDBOX_START_FAILED when the program cannot be executed.
 */
export async function startInBackground(paths: SandboxPaths, program: BackgroundProgram): Promise<StartedProgram> {
  const log = await open(logFile(paths, program.name), 'a', 0o600);
  try {
    if ((await log.stat()).size > MAX_LOG_BYTES) await log.truncate(0);
    const child = spawn(program.command, program.args, {
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      cwd: program.cwd ?? paths.directory,
      env: { ...commonEnvironment(), ...program.env },
    });
    const exited = endOf(child);
    const identity = await identityOf(child, program);
    await writeFile(pidFile(paths, program.name), `${identity.pid}\n${identity.started}\n`, { mode: 0o600 });
    child.unref();
    return { name: program.name, identity, exited };
  } finally {
    await log.close();
  }
}

/** What the pid files say and whether it still holds: the processes of this engine, and any other that has a pid file. */
export async function processStatuses(paths: SandboxPaths, engine?: EngineName): Promise<ProcessStatus[]> {
  const expected: readonly ProcessName[] = engine === undefined ? [] : PROCESSES[engine];
  const statuses = await Promise.all(
    ALL_PROCESSES.map(async (name): Promise<ProcessStatus> => {
      const log = logFile(paths, name);
      const identity = await readPidFile(paths, name);
      if (identity === undefined) return { name, state: 'stopped', log };
      return { name, state: (await isRunning(identity)) ? 'running' : 'stale', pid: identity.pid, log };
    }),
  );
  return statuses.filter(({ name, pid }) => expected.includes(name) || pid !== undefined);
}

/**
 * Ends every process of the sandbox, last started first: SIGTERM, then SIGKILL after 3 s; resolves when all are gone
 * and their pid files removed. A pid that belongs to another program by now is left alone.
 * Fails with CAPSTAN_SANDBOX_STOP_FAILED when a process survives SIGKILL.
 */
export async function stopProcesses(paths: SandboxPaths, clock: Clock = systemClock): Promise<ProcessName[]> {
  const stopped: ProcessName[] = [];
  // Beside the stores, which go last, no order is needed.
  for (const group of [ALL_PROCESSES.filter((name) => !STORES.includes(name)), STORES]) {
    const ended = await Promise.all(group.map((name) => stopProcess(paths, name, clock)));
    stopped.push(...group.filter((_name, index) => ended[index]));
  }
  return stopped;
}

async function stopProcess(paths: SandboxPaths, name: ProcessName, clock: Clock): Promise<boolean> {
  const identity = await readPidFile(paths, name);
  if (identity === undefined) return false;
  const running = await isRunning(identity);
  if (running) {
    signalProcess(identity.pid, 'SIGTERM');
    if (!(await goneWithin(identity, TERMINATE_MS, clock))) {
      signalProcess(identity.pid, 'SIGKILL');
      if (!(await goneWithin(identity, KILL_MS, clock))) {
        throw new CapstanError(SANDBOX_CODES.stopFailed, `Process ${identity.pid} (${name}) does not end`, {
          fields: { process: name, pid: identity.pid },
        });
      }
    }
  }
  await forgetProcess(paths, name);
  return running;
}

/** Removes a process's pid file: nobody will stop it. */
export async function forgetProcess(paths: SandboxPaths, name: ProcessName): Promise<void> {
  await rm(pidFile(paths, name), { force: true });
}

/** The last lines of a process's log, for error messages. */
export async function logTail(paths: SandboxPaths, name: ProcessName, lines = 10): Promise<string> {
  const file = await open(logFile(paths, name), 'r').catch(() => undefined);
  if (file === undefined) return '';
  try {
    const { size } = await file.stat();
    const length = Math.min(size, TAIL_BYTES);
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString('utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } finally {
    await file.close();
  }
}

async function goneWithin(identity: ProcessIdentity, ms: number, clock: Clock): Promise<boolean> {
  const deadline = clock.now() + ms;
  while (await isRunning(identity)) {
    if (clock.now() > deadline) return false;
    await clock.sleep(POLL_MS);
  }
  return true;
}

function signalProcess(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function endOf(child: ChildProcess): StartedProgram['exited'] {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.once('error', () => resolve({ code: null, signal: null }));
  });
}

async function identityOf(child: ChildProcess, program: BackgroundProgram): Promise<ProcessIdentity> {
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (cause) =>
      reject(
        new CapstanError(SANDBOX_CODES.startFailed, `${program.name} cannot be executed: ${cause.message}`, {
          cause,
          fields: { process: program.name, command: program.command },
        }),
      ),
    );
  });
  const pid = child.pid as number;
  // One that ended at once has no start time any more; its exit is reported by whoever waits on `exited`.
  return (await identifyProcess(pid)) ?? { pid, started: 'ended' };
}

function pidFile(paths: SandboxPaths, name: ProcessName): string {
  return join(paths.pids, `${name}.pid`);
}

async function readPidFile(paths: SandboxPaths, name: ProcessName): Promise<ProcessIdentity | undefined> {
  const text = await readFile(pidFile(paths, name), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  const [pid, started] = text?.split('\n') ?? [];
  return pid && started ? { pid: Number(pid), started } : undefined;
}

function commonEnvironment(): Record<string, string> {
  const values = PASSED_ON.map((name) => [name, process.env[name]] as const);
  return Object.fromEntries(values.filter((entry): entry is [string, string] => entry[1] !== undefined));
}
