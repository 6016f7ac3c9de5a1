import { isCapstanError, type KubernetesObject, messageOf, referenceTo } from '@capstan/base';
import type { CapabilityPackage, DefinitionOffer } from '@capstan/capability-model';
import { KUBE_CODES } from '@capstan/kube';
import { INSTALLER_CODES } from '../installer/codes.ts';
import type { InstallerContext } from '../installer/context.ts';
import { describeOwner, INSTALLER, markAsOurs, packageOf } from '../installer/labels.ts';
import { diffObjects } from './object-diff.ts';
import { mapLimit } from './parallel.ts';
import type { DefinitionPlan, ObjectAction, PlanBlocker } from './types.ts';

/** The plan for a Definition, and what forbids it. */
export interface DefinitionVerdict {
  readonly plan: DefinitionPlan;
  readonly blocker?: PlanBlocker;
}

/** The Definitions of a package as they are published, with our marks. */
export function definitionsOf(metadata: CapabilityPackage): KubernetesObject[] {
  return metadata.provides.definitions.map(({ object }) => markAsOurs(object, metadata.name, metadata.version));
}

/**
 * What publishing each Definition would change; those that the version in force has and this one lacks go. One that
 * somebody else wrote forbids the plan.
 */
export async function planDefinitions(
  context: InstallerContext,
  metadata: CapabilityPackage,
  earlier: CapabilityPackage | undefined,
): Promise<DefinitionVerdict[]> {
  const kept = new Set(metadata.provides.definitions.map(({ role, name }) => `${role}/${name}`));
  const gone = (earlier?.provides.definitions ?? []).filter(({ role, name }) => !kept.has(`${role}/${name}`));
  const present = await mapLimit(metadata.provides.definitions, 4, async (offer) => {
    const wanted = markAsOurs(offer.object, metadata.name, metadata.version);
    const live = await context.client.get(referenceTo(wanted));
    if (!live) return { plan: planOf(offer, 'create') };
    if (packageOf(live) !== metadata.name) return { plan: planOf(offer, 'change'), blocker: foreign(live, metadata) };
    return dryRun(context, offer, wanted, live);
  });
  return [...present, ...gone.map((offer) => ({ plan: planOf(offer, 'remove') }))];
}

async function dryRun(
  context: InstallerContext,
  offer: DefinitionOffer,
  wanted: KubernetesObject,
  live: KubernetesObject,
): Promise<DefinitionVerdict> {
  try {
    const applied = await context.client.apply(wanted, { fieldManager: INSTALLER, dryRun: true });
    return { plan: planOf(offer, diffObjects(live, applied).length > 0 ? 'change' : 'unchanged') };
  } catch (error) {
    if (!isCapstanError(error, KUBE_CODES.fieldConflict)) throw error;
    const blocker = { code: INSTALLER_CODES.objectConflict, message: messageOf(error), object: referenceTo(wanted) };
    return { plan: planOf(offer, 'change'), blocker };
  }
}

function planOf(offer: DefinitionOffer, action: ObjectAction): DefinitionPlan {
  const { name, role, shortName, kind, summary } = offer;
  return { name, role, shortName, kind, action, ...(summary === undefined ? {} : { summary }) };
}

function foreign(live: KubernetesObject, metadata: CapabilityPackage): PlanBlocker {
  const owner = describeOwner(live);
  return {
    code: INSTALLER_CODES.objectConflict,
    message: `The ${live.kind} ${live.metadata.name} belongs to ${owner}, and ${metadata.name} brings one of that name.`,
    hint: 'Two packages cannot register the same kind. Remove the other Definition first.',
    next: [`kubectl get ${live.kind.toLowerCase()} ${live.metadata.name} -o yaml`],
    object: referenceTo(live),
    owner,
  };
}
