import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { repository } from '../support/capstan.ts';

/** An operator that can be killed and comes back, as under a supervisor. */
export interface SupervisedOperator {
  /** SIGKILL; another one is started at once. */
  kill(): void;
  /** How often it was killed. */
  readonly kills: number;
  /** The end of its log, for a failed test. */
  log(): string;
  /** Resolves once the one that runs now has said that it works, webhooks included. */
  working(): Promise<void>;
  /** Ends it as a supervisor does that means well. Resolves with the exit code. */
  stop(): Promise<number | null>;
}

const KEPT_OF_LOG = 60_000;

/** Starts `capstan system run` for a kubeconfig and starts it again whenever it ends. */
export function superviseOperator(
  kubeconfig: string,
  env: Readonly<Record<string, string>>,
  flags: readonly string[] = [],
): SupervisedOperator {
  let stopping = false;
  let kills = 0;
  let log = '';
  let started = Promise.withResolvers<void>();
  let child = start();
  function start(): ChildProcess {
    const one = spawn(`${repository}/capstan`, ['system', 'run', '--kubeconfig', kubeconfig, ...flags], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const { resolve } = started;
    createInterface({ input: one.stderr }).on('line', (line) => {
      log += `${line}\n`;
      // Whole lines: half of one is no JSON.
      if (log.length > KEPT_OF_LOG) log = log.slice(log.indexOf('\n', log.length - KEPT_OF_LOG) + 1);
      if (line.includes('"operator is running"')) resolve();
    });
    one.once('exit', () => {
      if (!stopping) child = start();
    });
    return one;
  }
  return {
    kill() {
      kills += 1;
      started = Promise.withResolvers();
      child.kill('SIGKILL');
    },
    get kills() {
      return kills;
    },
    log: () => log,
    working: () => started.promise,
    async stop() {
      stopping = true;
      if (child.exitCode === null && child.signalCode === null) {
        const ended = new Promise((resolve) => child.once('exit', resolve));
        child.kill('SIGTERM');
        await ended;
      }
      return child.exitCode;
    },
  };
}
