import { systemClock } from '@capstan/base';
import { CAPSTAN_KINDS, type CapabilityInstall, type ProbeStatus, recordName } from '@capstan/capability-model';
import type { KubeClient } from '@capstan/kube';
import { publishCapabilities } from '../discovery/publish.ts';
import { summarizeProbes } from '../health/probes.ts';
import type { InstallPlan, PackagePlan } from '../plan/types.ts';
import type { UninstallPlan } from '../uninstall/types.ts';
import { writeStatus } from './install-status.ts';
import { stoppedAt } from './journal.ts';
import { type LockedPackage, writeLock } from './lock.ts';
import { pruneRecordedPlans } from './plan-record.ts';
import type { Run } from './run.ts';
import { readState } from './state.ts';
import { statusOf } from './status-of.ts';

/**
 * Puts a plan into force: one guarded write of the lock, then the statuses and the projection that follow from it.
 * Repeating it changes nothing.
 */
export async function commitInstall(
  run: Run,
  plan: InstallPlan,
  changing: readonly PackagePlan[],
  probes: ReadonlyMap<string, readonly ProbeStatus[]>,
): Promise<void> {
  const { client, clock = systemClock } = run.context;
  const at = new Date(clock.now()).toISOString();
  await writeLock(client, (lock) => ({
    packages: { ...lock.packages, ...Object.fromEntries(changing.map((one) => [one.name, locked(one, plan, at)])) },
    removed: without(
      lock.removed,
      changing.map(({ name }) => name),
    ),
  }));
  for (const planned of changing) {
    const found = probes.get(planned.name) ?? [];
    const failed = found.some(({ result }) => result === 'failed');
    const standing = {
      phase: failed ? 'Degraded' : 'Ready',
      reason: failed ? 'ChecksFail' : 'Installed',
      message: summarizeProbes(found),
    } as const;
    const journal = { name: recordName('journal', run.journal.current.subject) };
    await writeStatus(client, planned.name, standing, { ...statusOf(planned, plan.digest, true, found), journal });
  }
  await publishCapabilities(client);
  await prunePlans(client);
}

/** Takes a package out of force, leaves a tombstone in the lock, and removes its goal and projection. */
export async function commitUninstall(run: Run, plan: UninstallPlan, left: readonly string[]): Promise<void> {
  const { client, clock = systemClock } = run.context;
  const tombstone = { version: plan.version, at: new Date(clock.now()).toISOString(), left };
  await writeLock(client, (lock) => ({
    packages: without(lock.packages, [plan.package]),
    removed: { ...lock.removed, [plan.package]: tombstone },
  }));
  await client.delete({ ...CAPSTAN_KINDS.install, name: plan.package });
  await publishCapabilities(client);
  await prunePlans(client);
}

function locked(planned: PackagePlan, plan: InstallPlan, at: string): LockedPackage {
  const { version, release, center, metadataDigest, goal, range, requires } = planned;
  return {
    version,
    release,
    center,
    packageDigest: metadataDigest,
    planDigest: plan.digest,
    goal,
    range,
    requires,
    at,
  };
}

/** Keeps the plans that the lock, a goal or an unfinished journal refers to. */
async function prunePlans(client: KubeClient): Promise<void> {
  const { lock, installs, journals } = await readState({ client });
  const inForce = Object.values(lock.packages).map(({ planDigest }) => planDigest);
  const wanted = [...installs.values()].map((install: CapabilityInstall) => install.status?.planDigest ?? '');
  const open = [...journals.values()].filter((journal) => stoppedAt(journal)).map(({ planDigest }) => planDigest);
  await pruneRecordedPlans(client, [...inForce, ...wanted, ...open]);
}

function without<T>(record: Readonly<Record<string, T>>, names: readonly string[]): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)));
}
