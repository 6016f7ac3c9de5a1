import { describeObject, groupOf, isCapstanError, type KubernetesObject, type ObjectReference } from '@capstan/base';
import type { KubeClient } from './client.ts';
import { KUBE_CODES } from './codes.ts';
import { waitFor } from './wait.ts';

/** One object of an inventory. The uid is absent when it was written before the object was created. */
export interface InventoryEntry extends ObjectReference {
  readonly uid?: string;
}

/** What became of one entry. */
export interface PrunedEntry {
  readonly entry: InventoryEntry;
  /** `deleted`: by us; `gone`: it did not exist any more; `kept`: it is not ours, for the reason given. */
  readonly outcome: 'deleted' | 'gone' | 'kept';
  readonly reason?: string;
}

/** Options of `pruneInventory`. */
export interface PruneOptions {
  /** What was applied before, in creation order. */
  readonly previous: readonly InventoryEntry[];
  /** What is to stay. */
  readonly desired: readonly ObjectReference[];
  /** uids of controllers whose objects may be deleted; an object controlled by anyone else is kept. */
  readonly ownerUids?: readonly string[];
  /** Whether an object is ours when its entry has no uid. Default: a field manager named capstan or capstan-* applied it. */
  readonly isOurs?: (object: KubernetesObject) => boolean;
  /** Waits for each object to be gone before the next one, at most this long. Default: does not wait. */
  readonly waitMs?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (pruned: PrunedEntry) => void;
}

/**
 * Deletes what is in `previous` but not in `desired`, one by one, last created first, in the background, with the uid as
 * precondition. Keeps objects that belong to another controller, and those that were replaced by others of the same name
 * which none of `ownerUids` controls. Kinds that are not served any more count as gone. Rejects at the first failure; what it did before that stands, and a repetition goes on.
 */
export async function pruneInventory(client: KubeClient, options: PruneOptions): Promise<PrunedEntry[]> {
  const { previous, desired, signal, onProgress } = options;
  const wanted = new Set(desired.map(identityOf));
  const results: PrunedEntry[] = [];
  for (const entry of previous.toReversed()) {
    signal?.throwIfAborted();
    if (wanted.has(identityOf(entry))) continue;
    const pruned = await prune(client, entry, options);
    results.push(pruned);
    onProgress?.(pruned);
  }
  return results;
}

/** The version is left out: an object that moved to another version of its group is the same object. */
function identityOf({ apiVersion, kind, namespace = '', name }: ObjectReference): string {
  return [groupOf(apiVersion), kind, namespace, name].join('|');
}

async function prune(client: KubeClient, entry: InventoryEntry, options: PruneOptions): Promise<PrunedEntry> {
  const { signal, waitMs } = options;
  const live = await client.get(entry, signal ? { signal } : {});
  if (!live) return { entry, outcome: 'gone' };
  const foreign = whyForeign(entry, live, options);
  if (foreign) return { entry, outcome: 'kept', reason: foreign };
  const { uid } = live.metadata;
  try {
    await client.delete(entry, {
      propagationPolicy: 'Background',
      ...(uid ? { uid } : {}),
      ...(signal ? { signal } : {}),
    });
  } catch (error) {
    if (!isCapstanError(error, KUBE_CODES.conflict)) throw error;
    // The precondition failed if in the meantime it became another object; else this one is still to be deleted.
    const now = await client.get(entry, signal ? { signal } : {});
    if (now !== undefined && now.metadata.uid === uid) throw error;
    return { entry, outcome: 'kept', reason: 'it was replaced by another object of this name' };
  }
  if (waitMs !== undefined) {
    const isGone = (now: KubernetesObject | undefined) => now === undefined || now.metadata.uid !== uid;
    await waitFor(client, entry, isGone, { timeoutMs: waitMs, goal: 'gone', ...(signal ? { signal } : {}) });
  }
  return { entry, outcome: 'deleted' };
}

function whyForeign(entry: InventoryEntry, live: KubernetesObject, options: PruneOptions): string | undefined {
  const { ownerUids = [], isOurs = appliedByCapstan } = options;
  const { uid, ownerReferences = [] } = live.metadata;
  const controller = ownerReferences.find((owner) => owner.controller);
  const isControlled = controller !== undefined && ownerUids.includes(controller.uid);
  // Who made an object anew and ended before the new uid was on record is its controller all the same.
  if (entry.uid !== undefined && entry.uid !== uid && !isControlled) {
    return 'it was replaced by another object of this name';
  }
  if (controller && !isControlled) return `it is controlled by ${describeObject(controller)}`;
  if (entry.uid === undefined && !isOurs(live)) return 'Capstan did not create it';
  return undefined;
}

function appliedByCapstan({ metadata: { managedFields = [] } }: KubernetesObject): boolean {
  return managedFields.some(
    ({ manager, operation }) => operation === 'Apply' && typeof manager === 'string' && /^capstan(-|$)/.test(manager),
  );
}
