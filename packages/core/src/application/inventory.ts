import { type InventoryEntry, OAM_LABELS } from '@capstan/oam-model';
import { controllerOf } from '../controllers/shared/objects.ts';
import type { ObservedApplication } from './model.ts';
import { objectKey } from './names.ts';

/**
 * The inventory of an application with the uids that its objects have by now. The record lags behind where an operator
 * ended, or could not write, between making an object and telling of it: such an entry has no uid, or that of the object
 * before. What somebody else controls keeps the entry as it is recorded.
 */
export function currentInventory({
  application: { metadata, status },
  live,
}: Pick<ObservedApplication, 'application' | 'live'>): readonly InventoryEntry[] {
  const entries = (status?.inventory ?? []).map((entry) => ({ entry, object: live.get(objectKey(entry)) }));
  const ours = new Set(entries.flatMap(({ entry }) => entry.uid ?? []));
  if (metadata.uid) ours.add(metadata.uid);
  for (const { object } of entries) {
    const controller = object && controllerOf(object)?.uid;
    if (controller && controller === metadata.uid && object.metadata.uid) ours.add(object.metadata.uid);
  }
  return entries.map(({ entry, object }) => {
    const { uid, labels } = object?.metadata ?? {};
    if (!object || !uid || uid === entry.uid) return entry;
    const controller = controllerOf(object);
    const isFirst = entry.uid === undefined && labels?.[OAM_LABELS.application] === metadata.name;
    return (controller ? ours.has(controller.uid) : isFirst) ? { ...entry, uid } : entry;
  });
}
