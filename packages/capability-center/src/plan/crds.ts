import { CapstanError, EXIT, isCapstanError, type KubernetesObject, messageOf, referenceTo } from '@capstan/base';
import { type CapabilityPackage, helmUnits } from '@capstan/capability-model';
import { KUBE_CODES } from '@capstan/kube';
import { INSTALLER_CODES } from '../installer/codes.ts';
import type { InstallerContext } from '../installer/context.ts';
import { INSTALLER, markAsOurs } from '../installer/labels.ts';
import { type CrdVerdict, crdVerdict } from './crd-verdict.ts';
import { mapLimit } from './parallel.ts';
import type { RenderedUnit } from './render.ts';

/**
 * The CRDs that the installer applies for a package, with our marks: those of the package itself and those that its
 * charts render. Throws RECORD_INVALID when a chart lacks one that the metadata promises.
 */
export function crdsOf(
  metadata: CapabilityPackage,
  rendered: ReadonlyMap<string, RenderedUnit>,
): { readonly object: KubernetesObject; readonly from: 'package' | 'chart' }[] {
  const { crds } = metadata.install;
  const own = crds
    .filter(({ from }) => from === 'package')
    .map(({ name, object }) => {
      if (object) return { object, from: 'package' as const };
      throw missingCrd(metadata, name, 'The package does not carry it.');
    });
  const charts = helmUnits(metadata)
    .filter((unit) => unit.crds?.owner === 'capstan')
    .flatMap((unit) => rendered.get(unit.id)?.crds ?? [])
    .map((object) => ({ object, from: 'chart' as const }));
  const found = new Set(charts.map(({ object }) => object.metadata.name));
  const promised = crds.filter(({ from, unit }) => from === 'chart' && unitOwnsCrds(metadata, unit));
  for (const { name } of promised) {
    if (!found.has(name)) throw missingCrd(metadata, name, 'The chart does not render it.');
  }
  return [...charts, ...own].map(({ object, from }) => ({
    object: markAsOurs(object, metadata.name, metadata.version),
    from,
  }));
}

/** What happens to each CRD of a package, by a server-side dry run under our field manager. */
export async function planCrds(
  context: InstallerContext,
  metadata: CapabilityPackage,
  rendered: ReadonlyMap<string, RenderedUnit>,
): Promise<CrdVerdict[]> {
  return mapLimit(crdsOf(metadata, rendered), 4, async ({ object, from }) => {
    const live = await context.client.get(referenceTo(object));
    const question = { package: metadata.name, version: metadata.version, from, wanted: object };
    if (!live) return crdVerdict(question);
    const first = crdVerdict({ ...question, live });
    if (first.blocker || first.plan.action === 'keep-newer') return first;
    try {
      const applied = await context.client.apply(object, { fieldManager: INSTALLER, dryRun: true });
      return crdVerdict({ ...question, live, applied });
    } catch (error) {
      if (!isCapstanError(error, KUBE_CODES.fieldConflict) && !isCapstanError(error, KUBE_CODES.invalid)) throw error;
      const hint = 'Somebody changed the CRD by hand, or the API server does not accept the new one.';
      const blocker = {
        code: INSTALLER_CODES.crdConflict,
        message: messageOf(error),
        hint,
        object: referenceTo(object),
      };
      return { plan: first.plan, blocker };
    }
  });
}

function unitOwnsCrds(metadata: CapabilityPackage, id: string | undefined): boolean {
  const owners = helmUnits(metadata).filter((unit) => id === undefined || unit.id === id);
  return owners.some((unit) => unit.crds?.owner === 'capstan');
}

function missingCrd(metadata: CapabilityPackage, name: string, why: string): CapstanError {
  return new CapstanError(
    INSTALLER_CODES.recordInvalid,
    `The CRD ${name} of ${metadata.name} ${metadata.version} is missing.`,
    { hint: `${why} The package's metadata and its chart do not fit together.`, exit: EXIT.failed },
  );
}
