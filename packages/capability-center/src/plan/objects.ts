import { CapstanError, isCapstanError, type KubernetesObject, type ObjectReference, referenceTo } from '@capstan/base';
import { KUBE_CODES } from '@capstan/kube';
import { INSTALLER_CODES } from '../installer/codes.ts';
import type { InstallerContext } from '../installer/context.ts';
import { asHelmApplies, describeOwner, helmOwnerOf, INSTALLER, markAsOurs, packageOf } from '../installer/labels.ts';
import { diffObjects } from './object-diff.ts';
import { mapLimit } from './parallel.ts';
import type { ObjectPlan, PlanBlocker } from './types.ts';

/** How many requests go out at the same time. */
const PARALLEL = 8;

/** Where rendered objects go. */
export interface ObjectTarget {
  /** Whose the objects become: those of a Helm release, or of the package itself. */
  readonly owner: { readonly release: string } | { readonly package: string };
  readonly namespace: string;
  readonly packageName: string;
  readonly version: string;
  /** Whether the package's namespace exists. */
  readonly namespaceExists: boolean;
}

/** What applying rendered objects would change, and what forbids it. */
export interface ObjectsVerdict {
  readonly objects: readonly ObjectPlan[];
  readonly blockers: readonly PlanBlocker[];
}

/**
 * Compares rendered objects with the cluster by a server-side dry run under the field manager that will write them,
 * Helm's or ours: the answer is exactly what becomes of them. Objects in a namespace that does not exist yet are new by definition.
 */
export async function planObjects(
  context: InstallerContext,
  rendered: readonly KubernetesObject[],
  target: ObjectTarget,
): Promise<ObjectsVerdict> {
  const verdicts = await mapLimit(rendered, PARALLEL, (object) => planObject(context, object, target));
  return {
    objects: verdicts.map(({ plan }) => plan),
    blockers: verdicts.flatMap(({ blocker }) => (blocker ? [blocker] : [])),
  };
}

interface ObjectVerdict {
  readonly plan: ObjectPlan;
  readonly blocker?: PlanBlocker;
}

async function planObject(
  context: InstallerContext,
  rendered: KubernetesObject,
  target: ObjectTarget,
): Promise<ObjectVerdict> {
  const served = await context.client.discovery.find(rendered);
  const object = inNamespace(rendered, served?.namespaced === true, target.namespace);
  const reference = referenceTo(object);
  const created: ObjectVerdict = { plan: { object: reference, action: 'create' } };
  if (!served || (object.metadata.namespace === target.namespace && !target.namespaceExists)) return created;
  const live = await context.client.get(reference);
  if (live) {
    const foreign = ownerBlocker(live, reference, target);
    if (foreign) return { plan: { object: reference, action: 'change' }, blocker: foreign };
  }
  const dryRun = await dryRunApply(context, object, target);
  if (dryRun instanceof CapstanError) {
    return { plan: { object: reference, action: live ? 'change' : 'create' }, blocker: blockerOf(dryRun, reference) };
  }
  if (!live || !dryRun) return created;
  const changes = diffObjects(live, dryRun);
  if (changes.length === 0) return { plan: { object: reference, action: 'unchanged' } };
  return { plan: { object: reference, action: 'change', changes } };
}

/** The applied object, undefined where its namespace is missing, or the refusal. */
async function dryRunApply(
  { client }: InstallerContext,
  object: KubernetesObject,
  { owner, namespace, packageName, version }: ObjectTarget,
): Promise<KubernetesObject | CapstanError | undefined> {
  const helm = 'release' in owner;
  const wanted = helm ? asHelmApplies(object, owner.release, namespace) : markAsOurs(object, packageName, version);
  try {
    return await client.apply(wanted, { fieldManager: helm ? 'helm' : INSTALLER, dryRun: true });
  } catch (error) {
    if (isCapstanError(error, KUBE_CODES.notFound)) return undefined;
    if (isCapstanError(error, KUBE_CODES.fieldConflict) || isCapstanError(error, KUBE_CODES.invalid)) return error;
    throw error;
  }
}

/** The object with the release's namespace, where its kind lives in one and it names none. */
export function inNamespace(object: KubernetesObject, namespaced: boolean, namespace: string): KubernetesObject {
  if (!namespaced || object.metadata.namespace !== undefined) return object;
  return { ...object, metadata: { ...object.metadata, namespace } };
}

function ownerBlocker(
  live: KubernetesObject,
  reference: ObjectReference,
  target: ObjectTarget,
): PlanBlocker | undefined {
  if (isOwner(live, target)) return undefined;
  const owner = describeOwner(live);
  return {
    code: INSTALLER_CODES.objectConflict,
    message: `${reference.kind} ${reference.name} belongs to ${owner}, and ${target.packageName} needs it too.`,
    hint: `Only one of them can be in this cluster. Remove the other, or do without ${target.packageName}.`,
    object: reference,
    owner,
  };
}

function isOwner(live: KubernetesObject, { owner, namespace }: ObjectTarget): boolean {
  if ('release' in owner) return helmOwnerOf(live) === `${namespace}/${owner.release}`;
  return packageOf(live) === owner.package;
}

function blockerOf(error: CapstanError, object: ObjectReference): PlanBlocker {
  const { message, hint } = error;
  const managers = error.fields['managers'];
  return {
    code: INSTALLER_CODES.objectConflict,
    message,
    ...(hint === undefined ? {} : { hint }),
    object,
    ...(Array.isArray(managers) ? { owner: managers.join(', ') } : {}),
  };
}
