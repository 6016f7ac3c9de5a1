import { type KindReference, type KubernetesObject, referenceTo } from '@capstan/base';
import { healthOf, type KubeClient, waitFor, waitUntilServed } from '@capstan/kube';
import { mapLimit } from '../plan/parallel.ts';
import type { PackagePlan } from '../plan/types.ts';
import { INSTALLER } from './labels.ts';
import type { Run } from './run.ts';
import { takeOverCrd } from './take-over-crd.ts';

const SERVED_WITHIN_MS = 30_000;

/** What is planned for the CRDs of a package; with an adoption they are taken over from Helm first. */
export type PlannedCrds = Pick<PackagePlan, 'crds' | 'adopts'>;

/**
 * Applies CRDs with our field manager and waits until each is Established and its kinds are served. Those that the plan
 * leaves alone are only checked. Repeating it changes nothing.
 */
export async function applyCrds(run: Run, crds: readonly KubernetesObject[], planned: PlannedCrds): Promise<void> {
  const { client } = run.context;
  const { crds: plans, adopts } = planned;
  const releases = (adopts?.releases ?? []).map(({ namespace, release }) => `${namespace}/${release}`);
  const kept = new Set(plans.filter(({ action }) => action === 'keep-newer').map(({ name }) => name));
  await mapLimit(crds, 8, async (crd) => {
    run.signal.throwIfAborted();
    if (releases.length > 0) await takeOverCrd(run, referenceTo(crd), releases);
    if (!kept.has(crd.metadata.name)) await client.apply(crd, { fieldManager: INSTALLER, signal: run.signal });
    await waitFor(client, referenceTo(crd), isEstablished, {
      timeoutMs: Math.min(SERVED_WITHIN_MS, run.remainingMs()),
      signal: run.signal,
      goal: 'established',
    });
  });
  await waitServed(client, crds.flatMap(servedKinds), run);
}

async function waitServed(client: KubeClient, kinds: readonly KindReference[], run: Run): Promise<void> {
  // One after the other: the first refresh of discovery usually shows them all.
  for (const kind of kinds) {
    if (await client.discovery.find(kind)) continue;
    await waitUntilServed(client, kind, { timeoutMs: SERVED_WITHIN_MS, signal: run.signal });
  }
}

/** The kinds that a CRD makes the API server serve. */
export function servedKinds(crd: KubernetesObject): KindReference[] {
  const spec = crd['spec'] as
    | { group: string; names: { kind: string }; versions: { name: string; served: boolean }[] }
    | undefined;
  if (!spec) return [];
  return spec.versions
    .filter(({ served }) => served)
    .map(({ name }) => ({ apiVersion: `${spec.group}/${name}`, kind: spec.names.kind }));
}

function isEstablished(crd: KubernetesObject | undefined): boolean {
  return crd !== undefined && healthOf(crd).status === 'ready';
}

/** Whether a webhook, which the package itself serves, converts objects of a CRD between its versions. */
export function usesWebhook(crd: KubernetesObject): boolean {
  const spec = crd['spec'] as { conversion?: { strategy?: string } } | undefined;
  return spec?.conversion?.strategy === 'Webhook';
}
