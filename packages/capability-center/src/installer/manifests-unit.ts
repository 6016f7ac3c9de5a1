import { CapstanError, EXIT, isCapstanError, type KubernetesObject, referenceTo } from '@capstan/base';
import { healthOf, KUBE_CODES, waitFor } from '@capstan/kube';
import { inNamespace } from '../plan/objects.ts';
import { mapLimit } from '../plan/parallel.ts';
import type { PreparedManifests } from '../plan/render.ts';
import type { ManifestsUnitPlan, PackagePlan } from '../plan/types.ts';
import { INSTALLER_CODES } from './codes.ts';
import { INSTALLER, markAsOurs } from './labels.ts';
import type { Run } from './run.ts';

/**
 * Applies the objects that a package itself carries, in their order, under our field manager, and waits until each is
 * current by kstatus. Conflicts are errors that name the other manager. Throws NOT_READY with the first object that is
 * not current in time. What an earlier version had and this one lacks goes after the commit.
 */
export async function applyManifests(
  run: Run,
  { name, version }: Pick<PackagePlan, 'name' | 'version'>,
  prepared: PreparedManifests,
  planned: ManifestsUnitPlan,
): Promise<void> {
  const { client } = run.context;
  const limitMs = Math.min(planned.timeoutSeconds * 1000, run.remainingMs());
  const applied: KubernetesObject[] = [];
  for (const object of prepared.objects) {
    run.signal.throwIfAborted();
    const served = await client.discovery.find(object);
    const placed = inNamespace(object, served?.namespaced === true, prepared.namespace);
    const marked = markAsOurs(placed, name, version);
    applied.push(await client.apply(marked, { fieldManager: INSTALLER, signal: run.signal }));
  }
  await mapLimit(applied, 8, (object) => waitUntilCurrent(run, object, limitMs));
}

async function waitUntilCurrent(run: Run, object: KubernetesObject, limitMs: number): Promise<void> {
  try {
    const isCurrent = (live: KubernetesObject | undefined) => live !== undefined && healthOf(live).status === 'ready';
    await waitFor(run.context.client, referenceTo(object), isCurrent, {
      timeoutMs: Math.min(limitMs, run.remainingMs()),
      signal: run.signal,
      goal: 'current',
    });
  } catch (error) {
    if (!isCapstanError(error, KUBE_CODES.waitTimeout)) throw error;
    throw new CapstanError(INSTALLER_CODES.notReady, error.message, {
      exit: EXIT.timedOut,
      fields: error.fields,
      cause: error,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    });
  }
}
