import { systemClock } from '@capstan/base';
import { CAPSTAN_KINDS } from '@capstan/capability-model';
import { publishCapabilities } from '../discovery/publish.ts';
import type { InstallPlan, PackagePlan } from '../plan/types.ts';
import { collectGarbage } from './garbage.ts';
import { type LockedPackage, writeLock } from './lock.ts';
import { KEPT_REVISIONS } from './revisions.ts';
import type { Run } from './run.ts';

/**
 * Puts a plan into force: one guarded write of the lock, which names the new revision of every package. Repeating it
 * changes nothing.
 */
export async function commitLock(
  run: Run,
  plan: InstallPlan,
  changing: readonly PackagePlan[],
  revisions: ReadonlyMap<string, number>,
): Promise<void> {
  const { client, clock = systemClock } = run.context;
  const at = new Date(clock.now()).toISOString();
  await writeLock(client, run.fence, (lock) => {
    const moving = changing.filter(({ name }) => lock.packages[name]?.revision !== revisions.get(name));
    if (moving.length === 0) return lock;
    const written = moving.map((planned) => {
      const { name } = planned;
      const number = revisions.get(name) ?? 1;
      return [name, { ...locked(planned, plan, at), revision: number, ...superseded(lock.packages[name], number) }];
    });
    const names = moving.map(({ name }) => name);
    return {
      ...lock,
      packages: { ...lock.packages, ...Object.fromEntries(written) },
      removed: without(lock.removed, names),
    };
  });
}

/** Takes a package out of force, leaves a tombstone in the lock, and removes its goal, projection and records. */
export async function commitUninstall(
  run: Run,
  { name, version }: { readonly name: string; readonly version: string },
  left: readonly string[],
): Promise<void> {
  const { client, clock = systemClock } = run.context;
  const tombstone = { version, at: new Date(clock.now()).toISOString(), left };
  await writeLock(client, run.fence, (lock) => ({
    ...lock,
    packages: without(lock.packages, [name]),
    removed: { ...lock.removed, [name]: tombstone },
  }));
  await client.delete({ ...CAPSTAN_KINDS.install, name });
  await publishCapabilities(client);
  await collectGarbage(client);
}

function locked(planned: PackagePlan, plan: InstallPlan, at: string): LockedPackage {
  const { version, release, center, metadataDigest, goal, askedBy, requires, onlyToRun } = planned;
  return {
    version,
    release,
    center,
    packageDigest: metadataDigest,
    planDigest: plan.digest,
    goal,
    askedBy,
    requires,
    ...(onlyToRun ? { onlyToRun } : {}),
    at,
  };
}

/** The revision in force becomes the newest of the former ones; only those are named that are kept. */
function superseded(before: LockedPackage | undefined, number: number): Pick<LockedPackage, 'superseded'> {
  const former = [...(before?.revision === undefined ? [] : [before.revision]), ...(before?.superseded ?? [])];
  const kept = former.filter((one) => one > number - KEPT_REVISIONS);
  return kept.length > 0 ? { superseded: kept } : {};
}

function without<T>(record: Readonly<Record<string, T>>, names: readonly string[]): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)));
}
