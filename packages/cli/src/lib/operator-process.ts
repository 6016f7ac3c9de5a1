import { spawn } from 'node:child_process';
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CapstanError, EXIT, identifyProcess, isRunning, type ProcessIdentity, systemClock } from '@capstan/base';
import { CLI_CODES } from '../codes.ts';
import { sandboxDirectory } from '../services/sandbox-state.ts';

/** The operator of the sandbox, as `sandbox start` runs it in the background. */
export interface OperatorProcess {
  readonly state: 'running' | 'stopped' | 'stale';
  readonly pid?: number;
  readonly log: string;
}

/** With webhooks, at any port that is free: what is wrong is refused when it is applied. */
const COMMAND = ['system', 'run', '--use-webhook', '--webhook-port', '0'];

const TERMINATE_MS = 8_000;
const POLL_MS = 50;
/** Signals reach the whole group, which the process leads. */
const KILLED_BY_FORCE_MS = 2_000;

function files() {
  const directory = sandboxDirectory();
  return {
    pid: join(directory, 'operator.pid'),
    logs: join(directory, 'logs'),
    log: join(directory, 'logs', 'operator.log'),
  };
}

/** What is known of the sandbox's operator; `stale` means that the pid file names a process that is gone. */
export async function operatorProcess(): Promise<OperatorProcess> {
  const { log } = files();
  const identity = await readIdentity();
  if (identity === undefined) return { state: 'stopped', log };
  return { state: (await isRunning(identity)) ? 'running' : 'stale', pid: identity.pid, log };
}

/**
 * Starts `capstan system run` for the sandbox in the background, with the same program that runs now. One that runs
 * already is found. The process outlives this one. Gives the process, and a promise of its end.
 */
export async function startOperatorProcess(
  kubeconfig: string,
): Promise<{ process: OperatorProcess; ended: Promise<unknown> }> {
  const found = await operatorProcess();
  if (found.state === 'running') return { process: found, ended: new Promise(() => {}) };
  const { pid: pidFile, logs, log } = files();
  await mkdir(logs, { recursive: true, mode: 0o700 });
  const output = await open(log, 'w', 0o600);
  try {
    const [, program = ''] = process.argv;
    const child = spawn(process.execPath, [...process.execArgv, program, ...COMMAND, '--kubeconfig', kubeconfig], {
      cwd: sandboxDirectory(),
      detached: true,
      stdio: ['ignore', output.fd, output.fd],
    });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    await new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject));
    child.unref();
    const identity = await identifyProcess(child.pid ?? 0);
    if (identity === undefined) throw await operatorEnded(log);
    await writeFile(pidFile, JSON.stringify(identity), { mode: 0o600 });
    return { process: { state: 'running', pid: identity.pid, log }, ended };
  } finally {
    await output.close();
  }
}

/** The error for an operator that ended by itself, with the end of its log. */
export async function operatorEnded(log: string): Promise<CapstanError> {
  const text = await readFile(log, 'utf8').catch(() => '');
  const tail = text.trim().split('\n').slice(-3).join('\n');
  return new CapstanError(CLI_CODES.operatorFailed, 'the operator of the sandbox ended right after its start', {
    hint: tail === '' ? `Its log ${log} is empty.` : `The end of ${log}:\n${tail}`,
    next: ['capstan sandbox start'],
    exit: EXIT.failed,
  });
}

/** Ends the sandbox's operator: SIGTERM, then SIGKILL. True when one ran. A pid that now means another process is left alone. */
export async function stopOperatorProcess(): Promise<boolean> {
  const identity = await readIdentity();
  if (identity === undefined) return false;
  const ran = await isRunning(identity);
  if (ran && !(await endWith(identity, 'SIGTERM', TERMINATE_MS)))
    await endWith(identity, 'SIGKILL', KILLED_BY_FORCE_MS);
  await rm(files().pid, { force: true });
  return ran;
}

async function endWith(identity: ProcessIdentity, signal: NodeJS.Signals, ms: number): Promise<boolean> {
  try {
    process.kill(-identity.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
  for (const end = Date.now() + ms; Date.now() < end; ) {
    if (!(await isRunning(identity))) return true;
    await systemClock.sleep(POLL_MS);
  }
  return false;
}

async function readIdentity(): Promise<ProcessIdentity | undefined> {
  try {
    const { pid, started } = JSON.parse(await readFile(files().pid, 'utf8')) as ProcessIdentity;
    // Never a group of other processes: 0 and 1 would mean our own group and everything.
    return Number.isInteger(pid) && pid > 1 && typeof started === 'string' ? { pid, started } : undefined;
  } catch {
    // Absent or half written: nothing is known to run.
    return undefined;
  }
}
