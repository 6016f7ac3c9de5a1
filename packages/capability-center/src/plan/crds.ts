import { CapstanError, EXIT, isCapstanError, type KubernetesObject, messageOf, referenceTo } from '@capstan/base';
import { type CapabilityPackage, helmUnits } from '@capstan/capability-model';
import { KUBE_CODES, type KubeClient } from '@capstan/kube';
import { INSTALLER_CODES } from '../installer/codes.ts';
import type { InstallerContext } from '../installer/context.ts';
import { helmOwnerOf, INSTALLER, markAsOurs } from '../installer/labels.ts';
import { judgeCrdChange } from './crd-change.ts';
import { storedVersionsOf, versionsOf } from './crd-diff/diff-crds.ts';
import { type CrdQuestion, crdVerdict } from './crd-verdict.ts';
import { mapLimit } from './parallel.ts';
import type { RenderedUnit } from './render.ts';
import type { CrdPlan, PlanBlocker } from './types.ts';

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
    // Some charts bring a CRD both in crds/ and among their templates.
    .filter((object, index, all) => all.findIndex(({ metadata: { name } }) => name === object.metadata.name) === index)
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

/** What becomes of a CRD, and what forbids it. */
export interface CrdOutcome {
  readonly plan: CrdPlan;
  readonly blocker?: PlanBlocker;
}

/** How CRDs of a package are planned. */
export interface CrdOptions {
  /** Helm releases `namespace/name` that are taken over: what is theirs becomes ours. */
  readonly adopts: ReadonlySet<string>;
  /** A rollback: CRDs of the later version go back with it where that is safe by every rule. */
  readonly goesBack: boolean;
}

/** What happens to each CRD of a package: by ownership, by a server-side dry run, and by what is stored. */
export async function planCrds(
  context: InstallerContext,
  metadata: CapabilityPackage,
  rendered: ReadonlyMap<string, RenderedUnit>,
  { adopts, goesBack }: CrdOptions,
): Promise<CrdOutcome[]> {
  const plannedServices = servicesOf(metadata, rendered);
  return mapLimit(crdsOf(metadata, rendered), 4, async ({ object, from }) => {
    const question = { package: metadata.name, version: metadata.version, from, wanted: object, adopts };
    const live = await context.client.get(referenceTo(object));
    if (!live) return crdVerdict(question);
    const first = crdVerdict({ ...question, live });
    if (first.blocker) return first;
    if (first.plan.action !== 'keep-newer') return planChange(context, question, live, plannedServices);
    if (!goesBack) return first;
    const back = await planChange(context, { ...question, goesBack }, live, plannedServices);
    return isSafe(back) ? back : first;
  });
}

/** No rule finds anything that an object could lose, whatever is stored by the time that it is done. */
function isSafe({ plan, blocker }: CrdOutcome): boolean {
  const review = plan.verdict;
  return !blocker && !plan.migrate && (review === undefined || review.verdict === 'safe');
}

async function planChange(
  { client }: InstallerContext,
  question: CrdQuestion,
  live: KubernetesObject,
  plannedServices: ReadonlySet<string>,
): Promise<CrdOutcome> {
  const { wanted } = question;
  const adopted = question.adopts?.has(helmOwnerOf(live) ?? '') === true;
  const applied = losesStored(live, wanted) ? wanted : await dryRun(client, wanted, adopted);
  if (!('metadata' in applied)) return { plan: crdVerdict({ ...question, live }).plan, blocker: applied };
  const verdict = crdVerdict({ ...question, live, applied: adopted ? withMarksOf(applied, live) : applied });
  if (verdict.plan.action !== 'change') return verdict;
  // The server's answer is judged, not our text: it has the defaults, and fields that others manage.
  const { review, migrate, blocker } = await judgeCrdChange(client, {
    live,
    wanted: applied,
    plannedServices,
  });
  const plan = { ...verdict.plan, verdict: review, ...(migrate ? { migrate } : {}) };
  return { plan, ...(blocker ? { blocker } : {}) };
}

/** The CRD without the change of its marks: who owns it is told as the adoption, not as a change of the object. */
function withMarksOf(applied: KubernetesObject, { metadata }: KubernetesObject): KubernetesObject {
  return { ...applied, metadata };
}

/** Whether objects are stored in a version that goes: the server refuses even to try that until they are rewritten. */
function losesStored(live: KubernetesObject, wanted: KubernetesObject): boolean {
  const names = versionsOf(wanted).map(({ name }) => name);
  return storedVersionsOf(live).some((version) => !names.includes(version));
}

/** The CRD as the server would have it, or its refusal. */
async function dryRun(
  client: KubeClient,
  wanted: KubernetesObject,
  adopted: boolean,
): Promise<KubernetesObject | PlanBlocker> {
  try {
    // What is taken over gets our name in the managed fields before: Helm's own are no conflict then.
    return await client.apply(wanted, { fieldManager: INSTALLER, dryRun: true, force: adopted });
  } catch (error) {
    if (!isCapstanError(error, KUBE_CODES.fieldConflict) && !isCapstanError(error, KUBE_CODES.invalid)) throw error;
    return {
      code: INSTALLER_CODES.crdConflict,
      message: messageOf(error),
      hint: 'Somebody changed the CRD by hand, or the API server does not accept the new one.',
      object: referenceTo(wanted),
    };
  }
}

function servicesOf(metadata: CapabilityPackage, rendered: ReadonlyMap<string, RenderedUnit>): ReadonlySet<string> {
  const objects = [...rendered.values()].flatMap((unit) => unit.objects).filter(({ kind }) => kind === 'Service');
  return new Set(
    objects.map(({ metadata: { namespace, name } }) => `${namespace ?? metadata.install.namespace}/${name}`),
  );
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
