import { readdir, readFile } from 'node:fs/promises';
import { type Clock, systemClock } from '@capstan/base';
import { RUN_LABEL } from './labels.ts';

const POLL_MS = 50;
const TERMINATE_MS = 10_000;

/** Value of the run label: this cluster's runs, then the fencing number. */
export function runName(cluster: string, fence: number): string {
  return `${cluster.slice(0, 8)}-${fence}`;
}

/**
 * Ends the Helm processes of this machine that outlived an earlier run on the cluster, and waits until they are gone:
 * first asked to stop, after ten seconds killed. Answers how many there were; none where the system has no /proc.
 */
export async function endOrphans(
  cluster: string,
  fence: number,
  options: { readonly clock?: Clock; readonly signal?: AbortSignal } = {},
): Promise<number> {
  const { clock = systemClock, signal } = options;
  const orphans = await findOrphans(cluster, fence);
  for (const pid of orphans) send(pid, 'SIGTERM');
  const deadline = clock.now() + TERMINATE_MS;
  for (let left = orphans; left.length > 0; left = left.filter(exists)) {
    signal?.throwIfAborted();
    if (clock.now() >= deadline) for (const pid of left) send(pid, 'SIGKILL');
    await clock.sleep(POLL_MS, signal);
  }
  return orphans.length;
}

/** Processes whose arguments carry the label of an earlier run on the cluster. */
async function findOrphans(cluster: string, fence: number): Promise<number[]> {
  const prefix = `${RUN_LABEL}=${cluster.slice(0, 8)}-`;
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      const at = line.indexOf(prefix);
      const run = at < 0 ? Number.NaN : Number.parseInt(line.slice(at + prefix.length), 10);
      return run < fence ? pid : undefined;
    }),
  );
  return found.filter((pid) => pid !== undefined && pid !== process.pid) as number[];
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself.
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
