import { type KubeClient, type PrunedEntry, pruneInventory } from '@capstan/kube';
import { type ApplicationConfiguration, type InventoryEntry, OAM_LABELS } from '@capstan/oam-model';

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
    isOurs: (object) => object.metadata.labels?.[OAM_LABELS.application] === metadata.name,
    ...options,
  });
}
