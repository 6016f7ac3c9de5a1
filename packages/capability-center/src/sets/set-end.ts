import { type KubernetesObject, referenceTo } from '@capstan/base';
import { CAPSTAN_KINDS, type CapabilitySet } from '@capstan/capability-model';
import type { KubeClient } from '@capstan/kube';
import type { InstallerContext } from '../installer/context.ts';
import { type ClusterLock, readLock } from '../installer/lock.ts';
import { ownerOf } from './goals.ts';
import { ownedBy, releaseGoals, unneededOf } from './release.ts';
import type { SetRemark } from './set-status.ts';
import { prune } from './set-work.ts';
import type { SetWriter } from './set-writer.ts';

/** Holds a set that removes its packages until that is done. */
const FINALIZER = 'capstan.dev/prune';

/** What ending a set works with. */
export interface SetEnd {
  readonly context: InstallerContext;
  readonly lock: ClusterLock;
  readonly writer: SetWriter;
  readonly command: (words: string) => string;
  readonly signal: AbortSignal;
}

/** Keeps the finalizer of a set as its `prune` says; true when that was changed, and the set will come again. */
export async function holdForPruning(client: KubeClient, set: CapabilitySet, signal: AbortSignal): Promise<boolean> {
  const held = isHeld(set);
  if (held === (set.spec.prune === true)) return false;
  await setHold(client, set, !held, signal);
  return true;
}

/** Whether a set waits for its packages to be removed. */
export function isHeld(set: KubernetesObject): boolean {
  return finalizersOf(set).includes(FINALIZER);
}

/** What a set asked for that is gone: it stays installed, and nobody asks for it. Throws BUSY. */
export async function endOfGone({ context, lock, writer, command, signal }: SetEnd, name: string): Promise<void> {
  const owner = ownerOf(name);
  const names = ownedBy(lock, owner);
  if (names.length === 0) return;
  await releaseGoals(context, owner, names, signal);
  for (const each of names) {
    const remove = command(`cap uninstall ${each}`);
    const message = `${owner} was deleted; ${each} stays installed. To remove it: ${remove}`;
    const install = { ...CAPSTAN_KINDS.install, metadata: { name: each } };
    await writer.tell(install, { type: 'Normal', reason: 'NoLongerWanted', message }, signal);
  }
}

/**
 * Removes the packages of a set that is being deleted and prunes, and lets it go then. Answers what keeps one of them;
 * undefined when the set may go. Throws BUSY.
 */
export async function endOfPruning(end: SetEnd, set: CapabilitySet): Promise<SetRemark | undefined> {
  const { context, lock, writer, signal } = end;
  const owner = ownerOf(set.metadata.name);
  const names = [...ownedBy(lock, owner), ...(set.status?.unneeded ?? [])];
  if (names.length > 0) await releaseGoals(context, owner, names, signal);
  if (set.spec.prune) {
    const announce = (work: SetRemark) => writer.write(set, { ...writer.outcome(set), work }, signal);
    const failures = new Map<string, SetRemark>();
    const unneeded = unneededOf(await readLock(context.client), names);
    await prune({ context, signal, announce }, unneeded, failures);
    const [kept] = failures.values();
    if (kept) return kept;
  }
  await setHold(context.client, set, false, signal);
  return undefined;
}

async function setHold(client: KubeClient, set: CapabilitySet, hold: boolean, signal: AbortSignal): Promise<void> {
  const others = finalizersOf(set).filter((one) => one !== FINALIZER);
  const finalizers = hold ? [...others, FINALIZER] : others;
  const { resourceVersion } = set.metadata;
  const options = { fieldManager: 'capstan-operator', signal };
  await client.patch(referenceTo(set), { metadata: { finalizers, resourceVersion } }, options);
}

function finalizersOf({ metadata }: KubernetesObject): readonly string[] {
  return (metadata as { finalizers?: string[] }).finalizers ?? [];
}
