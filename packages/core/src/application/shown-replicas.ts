import { isCapstanError, type KubernetesObject, referenceTo } from '@capstan/base';
import { KUBE_CODES, type KubeClient } from '@capstan/kube';
import { replicasToShow } from './field-owners.ts';
import { podOwnerOf } from './health.ts';
import { objectKey, REPLICAS_MANAGER } from './names.ts';
import type { LiveState } from './object-health.ts';
import { statusOf } from './plain.ts';
import type { RenderedComponent } from './render.ts';

/** A number that a workload's `spec.replicas` is to show. */
export interface ShownReplicas {
  readonly workload: KubernetesObject;
  readonly replicas: number;
}

/**
 * The scalable workloads whose `spec.replicas` does not show what their Deployment is asked for although nobody states
 * another number. The API server answers a read of `scale` with an error while the field is absent, and an autoscaler
 * reads it first.
 */
export function replicasToWrite(state: LiveState, components: readonly RenderedComponent[]): ShownReplicas[] {
  return components.flatMap((component) => {
    const { composed, workload: stated } = component;
    const { apiVersion, kind, metadata } = stated;
    if (!composed.served.subresources.includes('scale')) return [];
    const { name, namespace } = metadata;
    const key = objectKey({ apiVersion, kind, name, ...(namespace ? { namespace } : {}) });
    const workload = state.live.get(key);
    const child = podOwnerOf(state, component);
    if (!workload || workload.metadata.deletionTimestamp || !child || !isObserved(child)) return [];
    const replicas = replicasToShow(workload, child, composed.replicasOwned);
    return replicas === undefined ? [] : [{ workload, replicas }];
  });
}

/** Writes the number under a field manager of its own. Undefined when the workload is gone meanwhile. */
export async function showReplicas(
  client: KubeClient,
  { workload, replicas }: ShownReplicas,
  signal: AbortSignal,
): Promise<KubernetesObject | undefined> {
  const { apiVersion, kind, name, namespace } = referenceTo(workload);
  const { uid } = workload.metadata;
  const metadata = { name, ...(namespace ? { namespace } : {}), ...(uid ? { uid } : {}) };
  // Forced: where a trait decides the replicas, what somebody wrote here by hand means nothing.
  const options = { fieldManager: REPLICAS_MANAGER, force: true, signal };
  try {
    return await client.apply({ apiVersion, kind, metadata, spec: { replicas } }, options);
  } catch (error) {
    const passing = [KUBE_CODES.notFound, KUBE_CODES.invalid];
    if (passing.some((code) => isCapstanError(error, code))) return undefined;
    throw error;
  }
}

/** While its controller has not looked at the child, somebody may be about to scale it. */
function isObserved(child: KubernetesObject): boolean {
  return statusOf(child)['observedGeneration'] === child.metadata.generation;
}
