import type { KubernetesObject } from '@capstan/base';
import type { KubeClient } from '@capstan/kube';
import { CONTROLLER_MANAGER } from './names.ts';

/**
 * Writes fields of a status by merge patch; what it does not name stays. The uid guards against writing about an object
 * of the same name that was made in the meantime, the version against taking back what others wrote into lists.
 */
export async function patchStatus<T extends KubernetesObject>(
  client: KubeClient,
  object: T,
  status: Record<string, unknown>,
  signal: AbortSignal,
): Promise<T> {
  const { apiVersion, kind, metadata } = object;
  const { name, namespace, uid, resourceVersion } = metadata;
  const reference = { apiVersion, kind, name, ...(namespace ? { namespace } : {}) };
  const options = { type: 'merge', subresource: 'status', fieldManager: CONTROLLER_MANAGER, signal } as const;
  return (await client.patch(reference, { metadata: { uid, resourceVersion }, status }, options)) as T;
}
