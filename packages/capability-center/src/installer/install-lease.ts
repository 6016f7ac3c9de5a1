import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { CapstanError, EXIT, isCapstanError, type KubernetesObject } from '@capstan/base';
import { LEASES, SYSTEM_NAMESPACE } from '@capstan/capability-model';
import { acquireLease, type HeldLease, KUBE_CODES, type KubeClient } from '@capstan/kube';
import { INSTALLER_CODES } from './codes.ts';
import type { InstallerContext } from './context.ts';

const LEASE = {
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  name: LEASES.install,
  namespace: SYSTEM_NAMESPACE,
} as const;

/**
 * Takes the install Lease. A holder that was killed on this very machine is seen to be dead at once; any other silent
 * holder is waited for until its Lease has run out. Throws BUSY, which names the holder, while a living one has it.
 */
export async function takeInstallLease(context: InstallerContext, signal?: AbortSignal): Promise<HeldLease> {
  const { client, leaseMs = 15_000, clock } = context;
  await freeFromTheDead(client);
  try {
    return await acquireLease(client, {
      name: LEASE.name,
      namespace: LEASE.namespace,
      holder: processIdentity(),
      durationMs: leaseMs,
      ...(signal ? { signal } : {}),
      ...(clock ? { clock } : {}),
    });
  } catch (error) {
    if (!isCapstanError(error, KUBE_CODES.leaseHeld)) throw error;
    const holder = String(error.fields['holder'] ?? 'another process');
    throw new CapstanError(INSTALLER_CODES.busy, `Capabilities are being installed or removed by ${inWords(holder)}.`, {
      hint: 'One process at a time changes capabilities. Wait until it has ended; if it was killed on another machine, its claim runs out after 15 seconds.',
      exit: EXIT.blocked,
      fields: { holder },
      cause: error,
    });
  }
}

/** Gives up the Lease of a process of this machine that does not exist any more. */
async function freeFromTheDead(client: KubeClient): Promise<void> {
  const lease = await client.get(LEASE);
  const spec = lease?.['spec'] as { holderIdentity?: string } | undefined;
  if (!lease || !spec?.holderIdentity || !isDeadHere(spec.holderIdentity)) return;
  const freed: KubernetesObject = { ...lease, spec: { ...spec, holderIdentity: '' } };
  try {
    await client.replace(freed);
  } catch (error) {
    if (!isCapstanError(error, KUBE_CODES.conflict)) throw error;
  }
}

/**
 * `HOST/PID.START.MACHINE`: START is the process's start time and MACHINE this boot of this machine (and its process
 * namespace), so that another process of the same number, or a container of the same name, is not taken for it. Both
 * are empty where the system does not tell them; such a holder is never presumed dead.
 */
export function processIdentity(pid = process.pid): string {
  return `${hostname()}/${pid}.${startOf(pid) ?? ''}.${machine()}`;
}

/** Whether a holder is a process of this machine that has ended. */
export function isDeadHere(holder: string): boolean {
  const match = HOLDER.exec(holder);
  return match !== null && isHere(holder) && startOf(Number(match[2])) !== match[3];
}

/** Whether a holder is or was a process of this machine, in this process namespace, since it was started. */
export function isHere(holder: string): boolean {
  const match = HOLDER.exec(holder);
  return match !== null && match[1] === hostname() && match[4] === machine();
}

const HOLDER = /^(.*)\/(\d+)\.(\d+)\.([0-9a-f]+)$/;

function inWords(holder: string): string {
  const match = /^(.*)\/(\d+)\./.exec(holder);
  return match ? `process ${match[2]} on ${match[1]}` : holder;
}

/** Start time of a process in clock ticks since boot: field 22 of proc(5) stat; a zombie counts as ended. */
function startOf(pid: number): string | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

function machine(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return createHash('sha256')
      .update(`${boot} ${readlinkSync('/proc/self/ns/pid')}`)
      .digest('hex')
      .slice(0, 12);
  } catch {
    return '';
  }
}
