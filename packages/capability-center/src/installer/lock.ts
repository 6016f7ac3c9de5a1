import { CapstanError, EXIT, isCapstanError, type KubernetesObject } from '@capstan/base';
import { recordLabels, recordName, SYSTEM_NAMESPACE } from '@capstan/capability-model';
import { KUBE_CODES, type KubeClient } from '@capstan/kube';
import { type Askers, asAskers } from './askers.ts';
import { INSTALLER_CODES } from './codes.ts';
import { INSTALLER } from './labels.ts';
import { readRecord, recordSecret } from './secrets.ts';

/** One package in force. */
export interface LockedPackage {
  readonly version: string;
  readonly release: number;
  readonly center: string;
  readonly packageDigest: string;
  /** The recorded plan that installed it. */
  readonly planDigest: string;
  /** Asked for by somebody, rather than needed by another package. */
  readonly goal: boolean;
  /** Who asks for it, and in which range; empty without `goal`. */
  readonly askedBy: Askers;
  readonly requires: readonly string[];
  /** Of them those that it needs only once it works. */
  readonly onlyToRun?: readonly string[];
  readonly at: string;
  /** Number of the revision in force; absent in locks of early versions. */
  readonly revision?: number;
  /** Revisions that were in force before, newest first, as far as they are kept. */
  readonly superseded?: readonly number[];
}

/** What was removed last, and what stayed. */
export interface Tombstone {
  readonly version: string;
  readonly at: string;
  readonly left: readonly string[];
}

/** The content of the lock. */
export interface ClusterLock {
  readonly packages: Readonly<Record<string, LockedPackage>>;
  readonly removed: Readonly<Record<string, Tombstone>>;
  /** Fencing number of the run that wrote it last; absent in locks of early versions. */
  readonly fence?: number;
}

const NAME = recordName('lock', 'cluster');
const KEY = 'lock.json';
const EMPTY: ClusterLock = { packages: {}, removed: {} };

/** What is in force in the cluster; empty when nothing was ever installed. */
export async function readLock(client: KubeClient): Promise<ClusterLock> {
  const secret = await readSecret(client);
  return secret ? lockIn(secret) : EMPTY;
}

/** The lock that a record holds, also one of an early version. Throws as `readRecord`. */
export function lockIn(secret: KubernetesObject): ClusterLock {
  const lock = readRecord<ClusterLock>(secret, KEY);
  const packages = Object.entries(lock.packages).map(([name, locked]) => [name, upToDate(locked)] as const);
  return { ...lock, packages: Object.fromEntries(packages) };
}

/** Locks of early versions have one range for all who ask, and the first ones only knew people. */
function upToDate(record: LockedPackage & { readonly range?: string }): LockedPackage {
  const { range = '*', ...locked } = record;
  return { ...locked, askedBy: locked.goal ? asAskers(locked.askedBy ?? ['you'], range) : {} };
}

/**
 * Changes the lock in one guarded write: the commit point of every operation. `change` gets the present lock and may
 * run again when somebody else wrote in between; answering the same object writes nothing. Throws FENCED when a run with
 * a higher fencing number has written.
 */
export async function writeLock(
  client: KubeClient,
  fence: number,
  change: (lock: ClusterLock) => ClusterLock,
): Promise<void> {
  for (;;) {
    const secret = await readSecret(client);
    const before = secret ? lockIn(secret) : EMPTY;
    if ((before.fence ?? 0) > fence) throw overtaken();
    const after = change(before);
    if (after === before) return;
    try {
      await put(client, { ...after, fence }, secret);
      return;
    } catch (error) {
      if (!isCapstanError(error, KUBE_CODES.conflict)) throw error;
    }
  }
}

function overtaken(): CapstanError {
  return new CapstanError(INSTALLER_CODES.fenced, 'A later run has changed what is in force.', {
    hint: 'This process lost the install Lease and stopped at once.',
    exit: EXIT.blocked,
  });
}

function readSecret(client: KubeClient): Promise<KubernetesObject | undefined> {
  return client.get({ apiVersion: 'v1', kind: 'Secret', namespace: SYSTEM_NAMESPACE, name: NAME });
}

async function put(client: KubeClient, value: ClusterLock, before: KubernetesObject | undefined): Promise<void> {
  const { resourceVersion } = before?.metadata ?? {};
  const secret = recordSecret({
    name: NAME,
    namespace: SYSTEM_NAMESPACE,
    labels: recordLabels('lock'),
    key: KEY,
    value,
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  });
  const options = { fieldManager: INSTALLER };
  await (before ? client.replace(secret, options) : client.create(secret, options));
}
