import type { CapabilityInstall, InstallPhase } from '@capstan/capability-model';
import { INSTALL_CONDITIONS, LEASES } from '@capstan/capability-model';
import { conditionsOf, findCondition, type KubeClient, leaseHolder } from '@capstan/kube';
import { type Journal, stoppedAt } from '../installer/journal.ts';
import type { LockedPackage } from '../installer/lock.ts';
import { readState } from '../installer/state.ts';
import { RECORD_MISSING } from './record-missing.ts';

/** An installed package in one line. */
export interface InstalledCapability {
  readonly name: string;
  readonly version: string;
  readonly release: number;
  readonly phase: InstallPhase;
  /** CamelCase and stable. */
  readonly reason: string;
  /** `Ready (2 checks not verifiable here)`, or why it is not ready. */
  readonly message: string;
  /** Absent where what tells it was deleted. */
  readonly standIn?: boolean;
  /** Asked for by a user, rather than needed by another package. */
  readonly goal: boolean;
  /** The command that completes an operation that stopped half way. */
  readonly next?: string;
}

/**
 * Every package that is in force or has a record, or whose installation or removal stopped half way, by name. The states are those
 * that were recorded last; `capabilityStatus` looks at the objects themselves.
 */
export async function listInstalled(context: { readonly client: KubeClient }): Promise<InstalledCapability[]> {
  const { lock, installs, journals } = await readState(context);
  const holder = await leaseHolder(context.client, LEASES.install);
  const fence = holder?.alive ? holder.fencing : undefined;
  // A run that was killed may have recorded its journal before the goal, or removed the goal before the end.
  const open = [...journals.values()].filter((journal) => stoppedAt(journal)).map(({ subject }) => subject);
  return [...new Set([...installs.keys(), ...open, ...Object.keys(lock.packages)])].sort().map((name) => {
    const locked = lock.packages[name];
    const install = installs.get(name);
    const known = locked && !install && !open.includes(name) ? unrecorded(locked) : recorded(install);
    return { name, ...known, goal: locked?.goal ?? true, ...interrupted(journals.get(name), fence) };
  });
}

type Recorded = Omit<InstalledCapability, 'name' | 'goal' | 'next'>;

/** In force, but its record was deleted. */
function unrecorded({ version, release }: LockedPackage): Recorded {
  return { version, release, phase: 'Degraded', ...RECORD_MISSING };
}

function recorded(install: CapabilityInstall | undefined): Recorded {
  const status = install?.status;
  const ready = install && findCondition(conditionsOf(install), INSTALL_CONDITIONS.ready);
  return {
    version: status?.version ?? '',
    release: status?.release ?? 0,
    phase: status?.phase ?? 'Pending',
    reason: ready?.reason ?? 'Pending',
    message: ready?.message ?? '',
    standIn: status?.standIn ?? false,
  };
}

/** What to show instead when the journal says that a run did not end and nobody is at work. */
function interrupted(
  journal: Journal | undefined,
  fence: number | undefined,
): Partial<Pick<InstalledCapability, 'phase' | 'reason' | 'message' | 'next'>> {
  const stopped = journal && stoppedAt(journal);
  if (!journal || !stopped || stopped.fence === fence) return {};
  const message = `interrupted at step ${stopped.kind}; run: ${journal.command}`;
  return { phase: 'Stalled', reason: 'Interrupted', message, next: journal.command };
}
