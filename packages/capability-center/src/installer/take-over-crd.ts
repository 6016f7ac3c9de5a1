import { CapstanError, EXIT, isCapstanError, type KubernetesObject, type ObjectReference } from '@capstan/base';
import { KUBE_CODES } from '@capstan/kube';
import { INSTALLER_CODES } from './codes.ts';
import { helmOwnerOf, INSTALLER } from './labels.ts';
import type { Run } from './run.ts';

const KEEP = { 'helm.sh/resource-policy': 'keep' } as const;

/** Field managers under which Helm writes: its own name by server-side apply, and `Update` entries of Helm 3. */
const HELM_MANAGER = /^helm$/i;

/**
 * Makes a CRD that Helm owns ours, without a moment in which Helm could delete it: first the live object says that it is
 * to be kept, then Helm's entries in its managed fields get our name, so that our apply owns the fields and can leave out
 * what marks Helm's release. Its content does not change. Throws CRD_CONFLICT where another release has it.
 */
export async function takeOverCrd(run: Run, reference: ObjectReference, releases: readonly string[]): Promise<void> {
  const { client } = run.context;
  for (;;) {
    const live = await client.get(reference);
    const owner = live && helmOwnerOf(live);
    if (!live || owner === undefined) return;
    if (!releases.includes(owner)) throw otherOwner(reference, owner);
    const { resourceVersion } = live.metadata;
    const managedFields = ourFields(live);
    const metadata = { resourceVersion, annotations: KEEP, managedFields };
    try {
      await client.patch(reference, { metadata }, { fieldManager: INSTALLER, signal: run.signal });
      return;
    } catch (error) {
      if (!isCapstanError(error, KUBE_CODES.conflict)) throw error;
    }
  }
}

/** The managed fields with Helm's entries in our name. A second entry of ours for the same version is left out. */
function ourFields({ metadata }: KubernetesObject): readonly Record<string, unknown>[] {
  const seen = new Set<string>();
  return (metadata.managedFields ?? []).flatMap((entry) => {
    const { manager, operation, subresource } = entry as Record<string, string | undefined>;
    const ours = subresource === undefined && (HELM_MANAGER.test(manager ?? '') || manager === INSTALLER);
    if (!ours) return [entry];
    const key = String(entry['apiVersion']);
    if (seen.has(key)) return operation === 'Apply' ? [] : [entry];
    seen.add(key);
    return [{ ...entry, manager: INSTALLER, operation: 'Apply' }];
  });
}

function otherOwner(reference: ObjectReference, owner: string): CapstanError {
  return new CapstanError(INSTALLER_CODES.crdConflict, `The CRD ${reference.name} belongs to Helm release ${owner}.`, {
    hint: 'It is not the release that is taken over.',
    exit: EXIT.blocked,
    fields: { object: reference, owner },
  });
}
