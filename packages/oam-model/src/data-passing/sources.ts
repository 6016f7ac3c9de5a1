import type { KubernetesObject, ObjectReference } from '@capstan/base';
import { isJsonObject } from '../json.ts';
import type { ConditionRequirement, DataOutput, DataStore, TypedReference } from '../kinds/index.ts';
import { OAM_ANNOTATIONS, OAM_LABELS } from '../names.ts';
import type { DataComponent, DataSlot } from './model.ts';

/** A data output and the object that it is read from. */
export interface DataSource {
  readonly slot: DataSlot;
  readonly output: DataOutput;
}

/** The outputs of an application by name. Of two with one name the later wins; a workload comes after its traits. */
export function sourcesOf(components: readonly DataComponent[]): Map<string, DataSource> {
  const slots = components.flatMap(({ workload, traits }) => [...traits, workload]);
  return new Map(
    slots.flatMap((slot) =>
      (slot.dataOutputs ?? []).flatMap((output) => (output.name ? [[output.name, { slot, output }] as const] : [])),
    ),
  );
}

/** The slots of an application in the order in which their data is looked at. */
export function slotsOf(components: readonly DataComponent[]): DataSlot[] {
  return components.flatMap(({ workload, traits }) => [workload, ...traits]);
}

/** Whether a store is meant: Go clients write an empty one for none. */
export function isStore(store: DataStore | undefined): store is DataStore {
  return Boolean(store?.kind || store?.name);
}

/** A store as an object of the application's namespace. */
export function storeReference({ apiVersion, kind, name }: TypedReference, namespace?: string): ObjectReference {
  return { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) };
}

/**
 * Why the status of a live source says nothing about what the source is to be now: its controller has not looked at it
 * yet, or this pass is about to change it. Undefined when it does, or when no status is read.
 */
export function staleStatus(
  live: KubernetesObject | undefined,
  slot: DataSlot | undefined,
  fieldPath: string,
  conditions: readonly ConditionRequirement[],
): string | undefined {
  const paths = [fieldPath, ...conditions.map((condition) => condition.fieldPath ?? '')];
  if (!live || !paths.some((path) => path === 'status' || path.startsWith('status.'))) return undefined;
  const status = live['status'];
  const observed = isJsonObject(status) ? status['observedGeneration'] : undefined;
  const { generation } = live.metadata;
  if (typeof observed === 'number' && generation !== undefined && observed < generation) {
    return `status is of generation ${observed}, the object is at ${generation}`;
  }
  return slot && isAboutToChange(live, slot) ? 'status is of an earlier version of the application' : undefined;
}

/** An object that waits itself may stay as it is for long: its status is then the newest there is. */
function isAboutToChange(live: KubernetesObject, { object, held, dataInputs = [] }: DataSlot): boolean {
  if (held || dataInputs.length > 0) return false;
  const generation = object.metadata.annotations?.[OAM_ANNOTATIONS.generation];
  const revision = object.metadata.labels?.[OAM_LABELS.revision];
  return (
    (generation !== undefined && live.metadata.annotations?.[OAM_ANNOTATIONS.generation] !== generation) ||
    (revision !== undefined && live.metadata.labels?.[OAM_LABELS.revision] !== revision)
  );
}
