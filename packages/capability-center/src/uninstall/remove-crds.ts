import { CapstanError, EXIT } from '@capstan/base';
import { waitFor } from '@capstan/kube';
import { INSTALLER_CODES } from '../installer/codes.ts';
import { packageOf } from '../installer/labels.ts';
import type { Run } from '../installer/run.ts';
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
  const removed: string[] = [];
  for (const reference of references) {
    const live = await client.get(reference, { signal: run.signal });
    if (live && packageOf(live) !== name) {
      run.note('crd', `CRD ${reference.name} belongs to somebody else by now and stays`, name);
      continue;
    }
    if (live) await client.delete(reference);
    removed.push(reference.name);
  }
  for (const reference of references) {
    await waitFor(client, reference, (live) => live === undefined || packageOf(live) !== name, {
      timeoutMs: Math.min(GONE_WITHIN_MS, run.remainingMs()),
      signal: run.signal,
      goal: 'gone',
    });
  }
  client.discovery.invalidate();
  return removed;
}
