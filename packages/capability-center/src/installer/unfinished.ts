import { CapstanError, EXIT, isCapstanError } from '@capstan/base';
import { LEASES, recordName, SYSTEM_NAMESPACE } from '@capstan/capability-model';
import { KUBE_CODES, type KubeClient, leaseHolder, waitFor } from '@capstan/kube';
import { INSTALLER_CODES } from './codes.ts';
import { type Journal, stoppedAt } from './journal.ts';

const LOOK_MS = 3000;

/** The journals of operations that were begun and have not ended, of one package or of all, by subject. */
export function unfinishedJournals(journals: ReadonlyMap<string, Journal>, packageName?: string): Journal[] {
  return [...journals.values()]
    .filter((journal) => stoppedAt(journal) !== undefined)
    .filter((journal) => packageName === undefined || concerns(journal, packageName))
    .sort((a, b) => (a.subject < b.subject ? -1 : 1));
}

/** Whether an operation is about a package, or changes it on the way. */
function concerns({ subject, entries }: Journal, packageName: string): boolean {
  if (subject === packageName) return true;
  return entries.some(({ package: name, detail }) => {
    const all = detail?.['packages'];
    return name === packageName || (Array.isArray(all) && all.includes(packageName));
  });
}

/** Whether the last run was going back to the state before the operation. */
export function isGoingBack({ entries }: Journal): boolean {
  return entries.findLast(({ kind }) => kind === 'begin' || kind === 'revert')?.kind === 'revert';
}

/** The fencing number of the living run that carries an operation out, or undefined when nobody does. */
export async function runningFence(client: KubeClient, journal: Journal): Promise<number | undefined> {
  const holder = await leaseHolder(client, LEASES.install);
  return holder?.alive && holder.fencing === journal.entries.at(-1)?.fence ? holder.fencing : undefined;
}

/** Resolves once the run of a fencing number has given the install Lease up, or its process is dead. */
export async function waitUntilStopped(client: KubeClient, fence: number, signal?: AbortSignal): Promise<void> {
  const lease = {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    name: LEASES.install,
    namespace: SYSTEM_NAMESPACE,
  };
  for (;;) {
    try {
      const wait = { timeoutMs: LOOK_MS, ...(signal ? { signal } : {}) };
      await waitFor(client, lease, (live) => !isHeld(live?.['spec'], fence), wait);
      return;
    } catch (error) {
      if (!isCapstanError(error, KUBE_CODES.waitTimeout)) throw error;
    }
    const holder = await leaseHolder(client, LEASES.install);
    if (!holder?.alive || holder.fencing !== fence) return;
  }
}

function isHeld(spec: unknown, fence: number): boolean {
  const { holderIdentity, leaseTransitions } = (spec ?? {}) as { holderIdentity?: string; leaseTransitions?: number };
  return Boolean(holderIdentity) && leaseTransitions === fence;
}

/** RECORD_INVALID: the plan of an unfinished operation is gone. */
export function planGone({ subject, planDigest }: Journal): CapstanError {
  return new CapstanError(INSTALLER_CODES.recordInvalid, `The recorded plan of the work on ${subject} is missing.`, {
    hint: `The Secret ${recordName('plan', planDigest)} in ${SYSTEM_NAMESPACE} was deleted. Run the command that began the work again.`,
    exit: EXIT.failed,
    fields: { package: subject, planDigest },
  });
}
