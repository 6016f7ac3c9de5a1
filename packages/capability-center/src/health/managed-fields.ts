import type { JsonObject, KubernetesObject } from '@capstan/base';

/** One entry of metadata.managedFields. */
export interface ManagedFields {
  readonly manager?: string;
  readonly subresource?: string;
  readonly fieldsV1?: JsonObject;
}

/** Who has written what of an object, without its status. */
export function entriesOf(live: KubernetesObject): ManagedFields[] {
  return ((live.metadata.managedFields ?? []) as ManagedFields[]).filter(({ subresource }) => subresource !== 'status');
}

/** Fields that identify an object, belong to the server, or are stored under another name. */
const UNTOLD = new Set(['apiVersion', 'kind', 'status', 'stringData', 'metadata.name', 'metadata.namespace']);

/**
 * Whether a manager still owns every field of an object that it has applied. Who changes or removes one of them takes it
 * away from the manager, so that this tells from the metadata alone whether a closer look is worth it.
 */
export function ownsAllOf(live: KubernetesObject, wanted: KubernetesObject, manager: string): boolean {
  const own = entriesOf(live).filter((entry) => entry.manager === manager);
  return (
    own.length > 0 &&
    owns(
      own.map(({ fieldsV1 = {} }) => fieldsV1),
      wanted,
      '',
    )
  );
}

function owns(nodes: readonly JsonObject[], wanted: unknown, path: string): boolean {
  if (Array.isArray(wanted)) return wanted.every((item) => ownsItem(nodes, item));
  // A leaf: it is there, or its whole parent is owned as one.
  if (!isMap(wanted) || nodes.every((node) => Object.keys(node).length === 0)) return true;
  return Object.entries(wanted).every(([key, value]) => {
    const at = path === '' ? key : `${path}.${key}`;
    if (UNTOLD.has(at) || isNothing(value)) return true;
    const below = nodes.flatMap((node) => (isMap(node[`f:${key}`]) ? [node[`f:${key}`] as JsonObject] : []));
    return below.length > 0 && owns(below, value, at);
  });
}

/** An item of a list with keys; lists without are owned as one, and sets are compared by the dry run if need be. */
function ownsItem(nodes: readonly JsonObject[], item: unknown): boolean {
  const keyed = nodes.flatMap((node) => Object.entries(node).filter(([key]) => key.startsWith('k:')));
  if (keyed.length === 0 || !isMap(item)) return true;
  const same = keyed.filter(([key]) => isKeyOf(key, item)).map(([, node]) => node as JsonObject);
  return same.length > 0 && owns(same, item, 'item');
}

/** Whether the keys of an item are these; one that the item leaves to its default does not count. */
function isKeyOf(key: string, item: JsonObject): boolean {
  const keys = JSON.parse(key.slice('k:'.length)) as JsonObject;
  return Object.entries(keys).every(([name, value]) => item[name] === undefined || item[name] === value);
}

/** The API server leaves out what is empty. */
function isNothing(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

function isMap(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
