import { digestOf, recordName } from '@capstan/capability-model';
import type { InstallerContext } from '../installer/context.ts';
import { stoppedAt } from '../installer/journal.ts';
import { type InstallerState, readState } from '../installer/state.ts';
import { readFacts } from './facts.ts';
import { type PackageVerdict, planPackage } from './package-plan.ts';
import { resolveGoals } from './resolution.ts';
import type { AffectedApplication, InstallPlan, PackagePlan, PlanRequest } from './types.ts';
import { applicationsUsing, definitionNames } from './usage.ts';

/**
 * What an installation would do. It reads the cluster, renders charts and makes server-side dry runs, but changes
 * nothing. What forbids the installation is reported as `blockers`, so that a plan can show all of it. Throws
 * CAPSTAN_CAP_UNKNOWN (nearest names), CAPSTAN_CAP_UNSATISFIABLE (who asked for what), CAPSTAN_CAP_VALUES_INVALID and
 * CAPSTAN_CAP_SYSTEM_MISSING, for there is no plan then.
 */
export async function planInstall(context: InstallerContext, request: PlanRequest): Promise<InstallPlan> {
  const [state, facts] = await Promise.all([readState(context), readFacts(context.client)]);
  const resolution = resolveGoals(context, state, facts, request.goals);
  const allowStandIns = request.allowStandIns ?? false;
  const verdicts: PackageVerdict[] = [];
  // One after the other: charts of dependencies decide what later ones see.
  for (const chosen of resolution.packages) {
    const { name } = chosen.metadata;
    const spec = state.installs.get(name)?.spec;
    const goal = request.goals.find(({ package: wanted }) => wanted === name);
    const locked = state.lock.packages[name];
    const journal = state.journals.get(name);
    const question = {
      ...chosen,
      values: goal?.values ?? spec?.values ?? {},
      allowStandIns: allowStandIns || spec?.allowStandIns === true,
      facts,
      ...(locked ? { locked } : {}),
      ...(journal ? { journal } : {}),
    };
    verdicts.push(await planPackage(context, question));
  }
  const packages = verdicts.map(({ plan }) => plan);
  const content: Omit<InstallPlan, 'digest'> = {
    apiVersion: 'capstan.dev/v1alpha1',
    kind: 'InstallPlan',
    cluster: facts.cluster,
    goals: request.goals,
    allowStandIns,
    packages,
    applications: await affectedApplications(context, packages),
    blockers: verdicts.flatMap(({ blockers }) => blockers),
    warnings: [...catalogWarnings(context), ...verdicts.flatMap(({ warnings }) => warnings)],
    ...resumption(state, packages),
    changes: packages.some(({ action }) => action !== 'none'),
  };
  return { ...content, digest: digestOf(content) };
}

/** Applications that use a Definition which an upgrade changes. A new Definition has no users yet. */
async function affectedApplications(
  { client }: InstallerContext,
  packages: readonly PackagePlan[],
): Promise<AffectedApplication[]> {
  const changed = packages
    .filter(({ action }) => action !== 'none')
    .flatMap(({ metadata, definitions }) => {
      const names = definitions.filter(({ action }) => action === 'change').map(({ name }) => name);
      return definitionNames(metadata).filter(({ name }) => names.includes(name));
    });
  return applicationsUsing(client, changed);
}

function catalogWarnings({ catalog }: InstallerContext): string[] {
  return catalog.warnings.map(({ center, message, hides }) => `center ${center}: ${message} Hidden: ${hides}.`);
}

function resumption({ journals }: InstallerState, packages: readonly PackagePlan[]): Pick<InstallPlan, 'resumes'> {
  for (const { name } of packages) {
    const journal = journals.get(name);
    const stopped = journal?.operation === 'install' ? stoppedAt(journal) : undefined;
    if (stopped) return { resumes: { journal: recordName('journal', name), step: stopped.kind, since: stopped.at } };
  }
  return {};
}
