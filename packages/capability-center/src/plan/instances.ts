import type { JsonObject, KubernetesObject } from '@capstan/base';
import type { KubeClient } from '@capstan/kube';

/** Objects per request: the memory that a check needs does not grow with the cluster. */
const PAGE = 500;

/** A resource in one of its versions. */
export interface InstanceResource {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
}

/**
 * Calls `visit` for every object of a resource in all namespaces, page by page, so that at most 500 are held at a time.
 * Rejects as the client does; a list that expired on the way rejects too, for then some objects were not seen.
 */
export async function eachInstance(
  client: Pick<KubeClient, 'raw'>,
  { group, version, plural }: InstanceResource,
  visit: (object: KubernetesObject) => void,
): Promise<void> {
  let next = '';
  do {
    const query = new URLSearchParams({ limit: String(PAGE), ...(next === '' ? {} : { continue: next }) });
    const page = (await client.raw(`/apis/${group}/${version}/${plural}?${query}`)) as JsonObject;
    for (const object of listOf(page['items'])) visit(object);
    const { continue: more } = (page['metadata'] ?? {}) as { continue?: unknown };
    next = typeof more === 'string' ? more : '';
  } while (next !== '');
}

function listOf(value: unknown): readonly KubernetesObject[] {
  return Array.isArray(value) ? (value as KubernetesObject[]) : [];
}
