import { INSTALLER_CODES } from '../installer/codes.ts';
import { commandLine, type InstallerContext } from '../installer/context.ts';
import type { AffectedApplication, PlanBlocker } from '../plan/types.ts';
import { describeInstances } from './instances.ts';
import type { FinalizerReport, PackageRemoval, UninstallRequest } from './types.ts';

type CommandContext = Pick<InstallerContext, 'client' | 'command'>;

/** Applications that would stop working as described. */
export function applicationBlockers(
  context: CommandContext,
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

/** Packages that need it, unless they are removed too. */
export function dependentBlockers(
  context: CommandContext,
  name: string,
  { dependents, cascade }: { readonly dependents: readonly string[]; readonly cascade: boolean },
): PlanBlocker[] {
  if (dependents.length === 0 || cascade) return [];
  const one = dependents.length === 1;
  return [
    {
      code: INSTALLER_CODES.inUse,
      message: `${dependents.join(', ')} ${one ? 'needs' : 'need'} ${name}.`,
      hint: `Uninstall what needs it first, or remove ${one ? 'both' : 'all of them'} with --cascade.`,
      next: [
        ...dependents.map((dependent) => commandLine(context, `cap uninstall ${dependent}`)),
        commandLine(context, `cap uninstall ${name} --cascade`),
      ],
    },
  ];
}

/** Objects that would be left without their controller. Those on their way out block nothing: they are waited for. */
export function instanceBlockers(
  context: CommandContext,
  { name, planned, instances, drain, crds }: PackageRemoval,
  { package: asked }: UninstallRequest,
): PlanBlocker[] {
  const staying = instances.filter(({ total, leaving, own }) => total > leaving + own);
  const { instances: policy } = planned.metadata.uninstall;
  if (staying.length === 0 || drain !== 'leaving') return [];
  const kinds = staying.map(({ crd }) => crd).join(',');
  const deleting = crds.some(({ action }) => action === 'delete');
  const why = deleting
    ? 'Deleting the CRDs would delete them too.'
    : 'Without their controller nothing would act on them, and their finalizers could never run.';
  const way =
    policy === 'archive'
      ? 'Name a directory in which to save them first.'
      : 'Delete them first, or save them in a directory and have them removed with --archive.';
  return [
    {
      code: INSTALLER_CODES.instancesExist,
      message: `Objects of ${name}'s kinds exist: ${describeInstances(staying)}.`,
      hint: `${why} ${way}`,
      next: [
        `kubectl get ${kinds} --all-namespaces`,
        commandLine(context, `cap uninstall ${asked} --archive ./${asked}-archive`),
      ],
    },
  ];
}

/** What may keep the drain from ending: finalizers that nobody is known to serve, or whose server is not ready. */
export function finalizerWarnings(removals: readonly PackageRemoval[]): string[] {
  return removals
    .filter(({ drain }) => drain !== 'keep')
    .flatMap(({ instances }) => instances.flatMap(({ kind, finalizers }) => warningsOf(kind, finalizers)));
}

function warningsOf(kind: string, finalizers: readonly FinalizerReport[]): string[] {
  return finalizers.flatMap(({ name, objects, servedBy, serving }) => {
    const subject = `The finalizer ${name} of ${objects} ${kind}`;
    if (servedBy === undefined) return [`${subject} is served by nobody known here: their deletion may wait for ever.`];
    return serving === false ? [`${subject} is served by ${servedBy}, which is not ready: their deletion waits.`] : [];
  });
}
