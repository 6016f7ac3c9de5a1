import { type ChildProcess, spawn } from 'node:child_process';
import { repository } from '../support/capstan.ts';

/** An operator that can be killed and comes back, as under a supervisor. */
export interface SupervisedOperator {
  /** SIGKILL; another one is started at once. */
  kill(): void;
  /** How often it was killed. */
  readonly kills: number;
  /** The end of its log, for a failed test. */
  log(): string;
  /** Resolves once one of them has said that it works, webhooks included. */
  readonly working: Promise<void>;
  stop(): Promise<void>;
}

/** Starts `capstan system run` for a kubeconfig and starts it again whenever it ends. */
export function superviseOperator(
  kubeconfig: string,
  env: Readonly<Record<string, string>>,
  flags: readonly string[] = [],
): SupervisedOperator {
  let stopping = false;
  let kills = 0;
  let log = '';
  const { promise: working, resolve: markWorking } = Promise.withResolvers<void>();
  let child = start();
  function start(): ChildProcess {
    const one = spawn(`${repository}/capstan`, ['system', 'run', '--kubeconfig', kubeconfig, ...flags], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    one.stderr?.setEncoding('utf8').on('data', (text: string) => {
      log = `${log}${text}`.slice(-20_000);
      if (log.includes('operator is running')) markWorking();
    });
    one.once('exit', () => {
      if (!stopping) child = start();
    });
    return one;
  }
  return {
    kill() {
      kills += 1;
      child.kill('SIGKILL');
    },
    get kills() {
      return kills;
    },
    log: () => log,
    working,
    async stop() {
      stopping = true;
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    },
  };
}
