import { CapstanError, EXIT, type KubernetesObject } from '@capstan/base';
import { waitFor } from '@capstan/kube';
import { INSTALLER_CODES } from '../installer/codes.ts';
import { helmOwnerOf, packageOf } from '../installer/labels.ts';
import type { Run } from '../installer/run.ts';
import { helmUnitPlans } from '../plan/types.ts';
import { countInstances, describeInstances, findInstances } from './instances.ts';
import type { PackageRemoval } from './types.ts';

const GONE_WITHIN_MS = 60_000;

/**
 * Deletes the CRDs of a package and waits until they are gone; answers those that are. Counts their objects once more
 * right before: throws INSTANCES_EXIST, with nothing deleted, when there is one. CRDs that are not ours any more are left
 * alone.
 */
export async function removeCrds(run: Run, { name, crds, planned }: PackageRemoval): Promise<string[]> {
  const { client } = run.context;
  const { metadata } = planned;
  const instances = countInstances(await findInstances(client, metadata), metadata);
  if (instances.length > 0) {
    throw new CapstanError(
      INSTALLER_CODES.instancesExist,
      `The CRDs of ${name} stay, because objects of them exist: ${describeInstances(instances)}.`,
      { hint: 'Delete the objects and run the command again, or leave the CRDs where they are.', exit: EXIT.blocked },
    );
  }
  const references = crds.map((crd) => ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    name: crd.name,
  }));
  const releases = helmUnitPlans(planned.units).map((unit) => `${unit.namespace}/${unit.release}`);
  const isOurs = (crd: KubernetesObject) => belongsTo(crd, name, releases);
  const removed: string[] = [];
  for (const reference of references) {
    const live = await client.get(reference, { signal: run.signal });
    if (live && !isOurs(live)) {
      run.note('crd', `CRD ${reference.name} belongs to somebody else by now and stays`, name);
      continue;
    }
    if (live) await client.delete(reference);
    removed.push(reference.name);
  }
  for (const reference of references) {
    await waitFor(client, reference, (live) => live === undefined || !isOurs(live), {
      timeoutMs: Math.min(GONE_WITHIN_MS, run.remainingMs()),
      signal: run.signal,
      goal: 'gone',
    });
  }
  client.discovery.invalidate();
  return removed;
}

/** Applied for the package, brought by one of its releases, or made by its programs: then nobody else claims it. */
function belongsTo(crd: KubernetesObject, name: string, releases: readonly string[]): boolean {
  const release = helmOwnerOf(crd);
  if (release !== undefined) return releases.includes(release);
  const owner = packageOf(crd);
  return owner === undefined ? crd.metadata.labels?.['app.kubernetes.io/managed-by'] === undefined : owner === name;
}
