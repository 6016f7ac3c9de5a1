import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { capstan } from '../lib/cluster.ts';

/** Clock ticks of /proc per second on Linux. */
const TICKS = 100;

/** An operator in a process of its own, as users run it. */
export interface MeasuredOperator {
  /** Requests that it sent to the API server so far, watches and leases included. */
  requests(): Promise<number>;
  /** Resident memory in MB. */
  memory(): number;
  /** Processor seconds that it used so far. */
  cpu(): number;
  stop(): Promise<void>;
}

/** Starts `capstan system run` and waits until it works. */
export async function startOperator(kubeconfig: string, env: Record<string, string>): Promise<MeasuredOperator> {
  const address = `127.0.0.1:${await freePort()}`;
  const child = spawn(capstan, ['system', 'run', '--kubeconfig', kubeconfig, '--metrics-addr', address], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await running(child);
  const pid = child.pid ?? 0;
  return {
    async requests() {
      const metrics = await (await fetch(`http://${address}/metrics`)).text();
      const counts = metrics.matchAll(/^rest_client_requests_total\{[^}]*\} (\d+)/gm);
      return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
    },
    memory: () => Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024,
    cpu() {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
      return (Number(fields[11]) + Number(fields[12])) / TICKS;
    },
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** Resolves when the log says that the operator works. */
async function running(child: ChildProcess): Promise<void> {
  let log = '';
  const ready = new Promise<void>((resolve, reject) => {
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      log = `${log}${text}`.slice(-10_000);
      if (log.includes('operator is running')) resolve();
    });
    child.once('exit', (code) => reject(new Error(`the operator ended with exit ${code}\n${log}`)));
  });
  const timeOut = sleep(60_000, undefined, { ref: false }).then(() => {
    throw new Error(`the operator did not start within a minute\n${log}`);
  });
  await Promise.race([ready, timeOut]);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port is free');
  return address.port;
}
