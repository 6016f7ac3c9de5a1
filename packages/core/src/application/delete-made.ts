import { type KubeClient, type PrunedEntry, pruneInventory } from '@capstan/kube';
import { type ApplicationConfiguration, type InventoryEntry, OAM_LABELS } from '@capstan/oam-model';

/** Options of `deleteMade`. */
export interface DeleteMadeOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (pruned: PrunedEntry) => void;
}

/** Deletes entries of an application's inventory, the last first; what somebody else controls by now stays. */
export async function deleteMade(
  client: KubeClient,
  application: ApplicationConfiguration,
  entries: readonly InventoryEntry[],
  options: DeleteMadeOptions = {},
): Promise<void> {
  await pruneInventory(client, {
    previous: entries,
    desired: [],
    ownerUids: ownerUids(application),
    isOurs: (object) => object.metadata.labels?.[OAM_LABELS.application] === application.metadata.name,
    ...options,
  });
}

/** uids of the controllers of an application's objects: itself, its workloads, its traits and what they made. */
function ownerUids({ metadata, status }: ApplicationConfiguration): string[] {
  const recorded = status?.inventory?.flatMap(({ uid }) => uid ?? []) ?? [];
  return [...(metadata.uid ? [metadata.uid] : []), ...recorded];
}
