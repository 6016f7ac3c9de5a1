import type { KubernetesObject } from '@capstan/base';
import { type KubeClient, type PrunedEntry, pruneInventory } from '@capstan/kube';
import { type ApplicationConfiguration, type InventoryEntry, OAM_LABELS } from '@capstan/oam-model';
import type { Made } from '../controllers/shared/orphans.ts';

/** Options of `deleteMade`. */
export interface DeleteMadeOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (pruned: PrunedEntry) => void;
}

/**
 * Deletes entries of an application's inventory, the last first; what somebody else controls by now stays. `made` is the
 * whole inventory: what it names controls what the application made.
 */
export async function deleteMade(
  client: KubeClient,
  { metadata }: ApplicationConfiguration,
  made: readonly InventoryEntry[],
  entries: readonly InventoryEntry[],
  options: DeleteMadeOptions = {},
): Promise<void> {
  await pruneInventory(client, {
    previous: entries,
    desired: [],
    // Itself, its workloads, its traits and what they made.
    ownerUids: [metadata, ...made].flatMap(({ uid }) => uid ?? []),
    isOurs: labelledFor(metadata.name),
    ...options,
  });
}

/** What is on record of what an application made. */
export function madeIn({ metadata, status }: ApplicationConfiguration): Made {
  return { entries: status?.inventory ?? [], isOurs: labelledFor(metadata.name) };
}

function labelledFor(application: string): (object: KubernetesObject) => boolean {
  return ({ metadata }) => metadata.labels?.[OAM_LABELS.application] === application;
}
