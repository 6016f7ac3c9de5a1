import { recordName } from '@capstan/capability-model';
import type { DetectedInstall } from '../adopt/types.ts';
import { withKeptRevisions } from '../installer/chart-source.ts';
import type { InstallerContext } from '../installer/context.ts';
import { stoppedAt } from '../installer/journal.ts';
import type { InstallerState } from '../installer/state.ts';
import type { ResolverPolicy } from '../resolver/types.ts';
import { adoptionBlocker, findAdoptable, readAdoption } from './adoption.ts';
import { planCertificate } from './certificate.ts';
import { readFacts } from './facts.ts';
import { planPackage } from './package-plan.ts';
import { type PackageQuestion, packageQuestion, withAdoption } from './package-question.ts';
import { mapLimit } from './parallel.ts';
import { planDigest } from './plan-digest.ts';
import { planInputs } from './plan-inputs.ts';
import { resolveGoals } from './resolution.ts';
import type { RecordedContent } from './resolver-question.ts';
import type {
  AffectedApplication,
  BesideWish,
  InstallGoal,
  InstallPlan,
  PackagePlan,
  PlanBlocker,
  PlanOperation,
} from './types.ts';
import { applicationsUsing } from './usage.ts';

/** Packages that are planned at the same time: Helm renders each in a process of its own. */
const PARALLEL_PACKAGES = 4;

/** A question after the command's own rules were applied to it. */
export interface PlanOrder {
  readonly operation: PlanOperation;
  readonly goals: readonly InstallGoal[];
  readonly besides?: readonly BesideWish[];
  readonly policy: ResolverPolicy;
  readonly allowStandIns: boolean;
  readonly adopt: boolean;
  /** Goals that do not make a package wanted for itself: lifting what others need. */
  readonly borrowed?: readonly string[];
  /** Content that comes back from a revision instead of a catalog. */
  readonly revision?: RecordedContent;
  /** What forbids the operation whatever is planned. */
  readonly blockers?: readonly PlanBlocker[];
  readonly warnings?: readonly string[];
}

/**
 * Resolves and plans. It reads the cluster, renders charts and makes server-side dry runs, but changes nothing. What
 * forbids the operation is reported as `blockers`, so that a plan can show all of it.
 */
export async function buildPlan(
  centers: InstallerContext,
  state: InstallerState,
  order: PlanOrder,
): Promise<InstallPlan> {
  const context = withKeptRevisions(centers, 'center');
  const [facts, detected] = await Promise.all([
    readFacts(context.client),
    order.adopt ? findAdoptable(context, state.lock) : new Map<string, DetectedInstall>(),
  ]);
  const resolution = await resolveGoals(context, state, facts, { ...order, detected });
  const verdicts = await mapLimit(resolution.packages, PARALLEL_PACKAGES, async (chosen) => {
    const question = packageQuestion(chosen, { state, facts, order, resolution });
    return planPackage(context, await adopted(context, question, detected.get(chosen.metadata.name)));
  });
  const packages = verdicts.map(({ plan }) => plan);
  const inputs = planInputs({ order, packages, state, facts });
  const changes = packages.some(({ action }) => action !== 'none');
  return {
    apiVersion: 'capstan.dev/v1alpha1',
    kind: 'InstallPlan',
    operation: order.operation,
    digest: planDigest(inputs),
    cluster: facts.cluster,
    goals: order.goals,
    allowStandIns: order.allowStandIns,
    resolution: { changes: resolution.changes },
    packages,
    applications: await affectedApplications(context, packages),
    certificate: planCertificate(packages),
    blockers: [...(order.blockers ?? []), ...verdicts.flatMap(({ blockers }) => blockers)],
    warnings: warningsOf(context, order, [
      ...resolution.warnings,
      ...packages.flatMap(hopWarnings),
      ...verdicts.flatMap(({ warnings }) => warnings),
    ]),
    inputs,
    ...resumption(state, packages),
    changes,
    ...(changes ? {} : { carriedOut: plansInForce(state, packages) }),
  };
}

async function adopted(
  context: InstallerContext,
  question: PackageQuestion,
  detected: DetectedInstall | undefined,
): Promise<PackageQuestion> {
  if (!detected) return question;
  const blocker = adoptionBlocker(question.metadata, detected);
  if (blocker) return { ...question, adoptionBlocker: blocker };
  return withAdoption(question, await readAdoption(context, question.metadata, detected));
}

/** Applications that use a Definition which the plan changes or takes away. A new Definition has no users yet. */
async function affectedApplications(
  { client }: InstallerContext,
  packages: readonly PackagePlan[],
): Promise<AffectedApplication[]> {
  const changed = packages
    .filter(({ action }) => action !== 'none')
    .flatMap(({ definitions }) => definitions)
    .filter(({ action }) => action === 'change' || action === 'remove');
  return applicationsUsing(client, changed);
}

/** A version that cannot be reached in one step is reached by several plans. */
function hopWarnings({ name, version, hops = [] }: PackagePlan): string[] {
  if (hops.length === 0) return [];
  return [`${name} goes to ${version} first: ${hops.join(', then ')} comes with the next upgrade.`];
}

function warningsOf({ catalog }: InstallerContext, order: PlanOrder, found: readonly string[]): string[] {
  const centers = catalog.warnings.map(
    ({ center, message, hides }) => `center ${center}: ${message} Hidden: ${hides}.`,
  );
  return [...new Set([...centers, ...(order.warnings ?? []), ...found])];
}

function plansInForce({ lock }: InstallerState, packages: readonly PackagePlan[]): string[] {
  return [...new Set(packages.flatMap(({ name }) => lock.packages[name]?.planDigest ?? []))].sort();
}

function resumption({ journals }: InstallerState, packages: readonly PackagePlan[]): Pick<InstallPlan, 'resumes'> {
  for (const { name } of packages) {
    const journal = journals.get(name);
    const stopped = journal && journal.operation !== 'uninstall' ? stoppedAt(journal) : undefined;
    if (!journal || !stopped) continue;
    const { kind: step, at: since } = stopped;
    return { resumes: { journal: recordName('journal', name), step, since, planDigest: journal.planDigest } };
  }
  return {};
}
