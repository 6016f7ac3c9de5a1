import { digestOf, PACKAGE_LABEL, recordName } from '@capstan/capability-model';
import { INSTALLER_CODES } from '../installer/codes.ts';
import { commandLine, type InstallerContext } from '../installer/context.ts';
import { stoppedAt } from '../installer/journal.ts';
import { type InstallerState, readState } from '../installer/state.ts';
import type { AffectedApplication, PackagePlan, PlanBlocker } from '../plan/types.ts';
import { applicationsUsing, definitionNames } from '../plan/usage.ts';
import { installedPackage } from './installed-package.ts';
import { countInstances, describeInstances, findInstances } from './instances.ts';
import { foreignContents } from './namespace-contents.ts';
import type { InstanceCount, UninstallPlan, UninstallRequest } from './types.ts';

/**
 * What removing a package would do and break: applications that use its Definitions, packages that need it, objects of
 * its kinds. It changes nothing and reports what forbids the removal as `blockers`. Throws NOT_INSTALLED with the
 * nearest names.
 */
export async function planUninstall(context: InstallerContext, request: UninstallRequest): Promise<UninstallPlan> {
  const state = await readState(context);
  const { planned, planDigest } = await installedPackage(context, state, request.package);
  const { metadata, name } = planned;
  const deleteCrds = request.deleteCrds ?? metadata.uninstall.crds === 'delete';
  const [applications, found, namespace] = await Promise.all([
    applicationsUsing(context.client, definitionNames(metadata)),
    findInstances(context.client, metadata),
    planNamespace(context, planned),
  ]);
  const instances = countInstances(found);
  const dependents = dependentsOf(state, name);
  const content: Omit<UninstallPlan, 'digest'> = {
    apiVersion: 'capstan.dev/v1alpha1',
    kind: 'UninstallPlan',
    package: name,
    version: planned.version,
    deleteCrds,
    applications,
    dependents,
    instances,
    definitions: metadata.provides.definitions.map((offer) => ({
      name: offer.name,
      shortName: offer.shortName,
      role: offer.role,
    })),
    units: planned.units.map(({ release, namespace: where, objects }) => ({
      release,
      namespace: where,
      objects: objects.length,
    })),
    crds: planned.crds.map((crd) => ({ name: crd.name, action: deleteCrds ? 'delete' : 'keep' })),
    leftovers: metadata.uninstall.leftovers,
    namespace,
    ...(metadata.uninstall.external === undefined ? {} : { external: metadata.uninstall.external }),
    blockers: [
      ...applicationBlockers(context, name, applications),
      ...dependentBlockers(context, name, dependents),
      ...instanceBlockers(planned, instances, deleteCrds),
    ],
    ...resumption(state, name),
    planned,
    planDigest,
  };
  return { ...content, digest: digestOf(content) };
}

function dependentsOf({ lock }: InstallerState, name: string): string[] {
  return Object.entries(lock.packages)
    .filter(([other, { requires }]) => other !== name && requires.includes(name))
    .map(([other]) => other)
    .sort();
}

async function planNamespace(context: InstallerContext, planned: PackagePlan): Promise<UninstallPlan['namespace']> {
  const { name } = planned.namespace;
  const live = await context.client.get({ apiVersion: 'v1', kind: 'Namespace', name });
  if (!live) return { name, action: 'keep', reason: 'it does not exist' };
  if (live.metadata.labels?.[PACKAGE_LABEL] !== planned.name) {
    return { name, action: 'keep', reason: 'Capstan did not create it' };
  }
  const foreign = await foreignContents(context.client, planned);
  if (foreign.length === 0) return { name, action: 'delete' };
  return { name, action: 'keep', reason: `it holds things of others: ${foreign.slice(0, 5).join(', ')}` };
}

function applicationBlockers(
  context: InstallerContext,
  name: string,
  applications: readonly AffectedApplication[],
): PlanBlocker[] {
  if (applications.length === 0) return [];
  const named = applications.map((one) => `${one.namespace}/${one.name} (${one.definitions.join(', ')})`);
  const subject = applications.length === 1 ? 'An application uses' : `${applications.length} applications use`;
  return [
    {
      code: INSTALLER_CODES.inUse,
      message: `${subject} ${name}: ${named.join('; ')}.`,
      hint: 'Without it they would stop working as described. Remove the traits or delete the applications first.',
      next: applications.map((one) => commandLine(context, `delete ${one.name} --namespace ${one.namespace}`)),
    },
  ];
}

function dependentBlockers(context: InstallerContext, name: string, dependents: readonly string[]): PlanBlocker[] {
  if (dependents.length === 0) return [];
  return [
    {
      code: INSTALLER_CODES.inUse,
      message: `${dependents.join(', ')} ${dependents.length === 1 ? 'needs' : 'need'} ${name}.`,
      hint: 'Uninstall what needs it first.',
      next: dependents.map((dependent) => commandLine(context, `cap uninstall ${dependent}`)),
    },
  ];
}

/** Objects that are on their way out anyway block nothing: the removal waits for them. */
function instanceBlockers(
  { name, metadata }: PackagePlan,
  instances: readonly InstanceCount[],
  deleteCrds: boolean,
): PlanBlocker[] {
  const staying = instances.filter(({ total, leaving }) => total > leaving);
  const { instances: policy } = metadata.uninstall;
  const refuse = policy === 'block' || (policy === 'keep' && deleteCrds);
  if (staying.length === 0 || !refuse) return [];
  const kinds = staying.map(({ crd }) => crd).join(',');
  return [
    {
      code: INSTALLER_CODES.instancesExist,
      message: `Objects of ${name}'s kinds exist: ${describeInstances(staying)}.`,
      hint: deleteCrds
        ? 'Deleting the CRDs would delete them too. Delete the objects first, while their controller still runs.'
        : 'Without their controller nothing would act on them, and their finalizers could never run. Delete them first.',
      next: [`kubectl get ${kinds} --all-namespaces`],
    },
  ];
}

function resumption({ journals }: InstallerState, name: string): Pick<UninstallPlan, 'resumes'> {
  const journal = journals.get(name);
  const stopped = journal?.operation === 'uninstall' ? stoppedAt(journal) : undefined;
  if (!stopped) return {};
  return { resumes: { journal: recordName('journal', name), step: stopped.kind, since: stopped.at } };
}
