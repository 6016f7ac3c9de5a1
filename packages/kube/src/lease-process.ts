import { readlink } from 'node:fs/promises';
import { identifyProcess, isRunning, type KubernetesObject } from '@capstan/base';

/** Annotation of a Lease: which process of which machine holds it. */
export const HOLDER_ANNOTATION = 'capstan.dev/holder-process';

interface HolderProcess {
  readonly pid: number;
  /** With the boot's id in it, which no two machines share. */
  readonly started: string;
  /** The pid namespace: another container of this machine has other processes of the same pids. */
  readonly namespace: string;
}

/**
 * What this process writes into a Lease that it takes, so that a successor on the same machine can tell that it is dead.
 * Undefined where that could not be told for certain: only Linux names boots and pid namespaces.
 */
export async function ownProcess(): Promise<string | undefined> {
  const namespace = await pidNamespace();
  const identity = namespace === undefined ? undefined : await identifyProcess(process.pid);
  if (namespace === undefined || identity === undefined) return undefined;
  return JSON.stringify({ ...identity, namespace } satisfies HolderProcess);
}

/** Whether this very process wrote itself into a Lease. */
export async function isOfThisProcess(lease: KubernetesObject): Promise<boolean> {
  const holder = lease.metadata.annotations?.[HOLDER_ANNOTATION];
  return holder !== undefined && holder === (await ownProcess());
}

/** Whether the process that holds a Lease is known to have ended. False when it runs elsewhere or nothing is known. */
export async function holderHasEnded(lease: KubernetesObject): Promise<boolean> {
  const holder = parse(lease.metadata.annotations?.[HOLDER_ANNOTATION]);
  if (!holder || holder.namespace !== (await pidNamespace())) return false;
  const self = await identifyProcess(process.pid);
  if (self === undefined || bootOf(self.started) !== bootOf(holder.started)) return false;
  return !(await isRunning(holder));
}

async function pidNamespace(): Promise<string | undefined> {
  if (process.platform !== 'linux') return undefined;
  return readlink('/proc/self/ns/pid').catch(() => undefined);
}

function bootOf(started: string): string {
  return started.slice(0, started.indexOf(':'));
}

function parse(text: string | undefined): HolderProcess | undefined {
  try {
    const { pid, started, namespace } = JSON.parse(text ?? '') as HolderProcess;
    const sound = Number.isInteger(pid) && pid > 0 && typeof started === 'string' && started.includes(':');
    return sound && typeof namespace === 'string' ? { pid, started, namespace } : undefined;
  } catch {
    // Absent, or not written by us: nothing is known.
    return undefined;
  }
}
