import { resolve } from 'node:path';
import { recordName } from '@capstan/capability-model';
import type { InstallerContext } from '../installer/context.ts';
import { type Journal, stoppedAt } from '../installer/journal.ts';
import { readRecordedPlan } from '../installer/plan-record.ts';
import { type InstallerState, readState } from '../installer/state.ts';
import { readFacts } from '../plan/facts.ts';
import { planDigest } from '../plan/plan-digest.ts';
import { applicationsUsing, definitionNames } from '../plan/usage.ts';
import { archiveBlockers } from './archive-directory.ts';
import { askedBlockers, setsAsking, wishToGiveUp } from './asking-sets.ts';
import { applicationBlockers, dependentBlockers, finalizerWarnings, instanceBlockers } from './blockers.ts';
import { type InstalledPackagePlan, installedPackage } from './installed-package.ts';
import { ownedBy } from './instances.ts';
import { planPackage } from './plan-package.ts';
import { removalInputs } from './removal-inputs.ts';
import { type RemovalMember, removalSet } from './removal-set.ts';
import type { UninstallPlan, UninstallRequest } from './types.ts';

/**
 * What removing a package would do and break: applications that use its Definitions, packages that need it, objects of
 * its kinds with their finalizers, dependencies that nobody would need any more. It changes nothing and reports what
 * forbids the removal as `blockers`. It needs no registry. Throws NOT_INSTALLED with the nearest names.
 */
export async function planUninstall(context: InstallerContext, request: UninstallRequest): Promise<UninstallPlan> {
  const state = await readState(context);
  const found = await membersOf(context, state, request);
  const { name, version, begun } = found;
  const asking = await setsAsking(context, state.lock);
  const staysFor = begun ? undefined : wishToGiveUp(state.lock, name, asking);
  const { members, dependents, unneeded } = staysFor ? NOTHING : found;
  const archive = request.archive === undefined ? {} : { archive: resolve(request.archive) };
  const facts = await readFacts(context.client);
  const { simulated, uid } = facts.cluster;
  const isOwn = ownedBy(members.map(({ installed }) => installed.planned));
  const packages = await Promise.all(
    members.map((member) => planPackage(context, member, member.installed, { request, isOwn, simulated })),
  );
  const definitions = packages.flatMap(({ planned }) => definitionNames(planned.metadata));
  const applications = await applicationsUsing(context.client, definitions);
  const cascade = request.cascade === true;
  const { deleteCrds = false, prune = false } = request;
  const wishes = { package: name, deleteCrds, cascade, prune, ...(staysFor ? {} : archive) };
  const decided = { cluster: { uid }, packages, ...(staysFor ? { staysFor } : {}) };
  const inputs = removalInputs(wishes, decided);
  return {
    apiVersion: 'capstan.dev/v1alpha1',
    kind: 'UninstallPlan',
    digest: planDigest(inputs),
    version,
    ...wishes,
    ...decided,
    applications,
    dependents,
    unneeded,
    blockers: [
      ...applicationBlockers(context, name, applications),
      ...askedBlockers(context, packages, asking),
      ...dependentBlockers(context, name, { dependents, cascade }),
      ...packages.flatMap((removal) => instanceBlockers(context, removal, request)),
      ...(staysFor ? [] : await archiveBlockers(archive.archive, begun && firstPlanOf(begun))),
    ],
    warnings: finalizerWarnings(packages),
    inputs,
    ...resumption(state, name, begun),
  };
}

/** Who only takes a wish away touches no package. */
const NOTHING: Pick<Members, 'members' | 'dependents' | 'unneeded'> = { members: [], dependents: [], unneeded: [] };

interface Members extends Pick<UninstallPlan, 'dependents' | 'unneeded'> {
  /** The removal that goes on. */
  readonly begun?: UninstallPlan;
  readonly name: string;
  readonly version: string;
  readonly members: readonly (RemovalMember & { readonly installed: InstalledPackagePlan })[];
}

/**
 * What goes. A removal that was stopped has taken packages out of the lock already: those that it announced and that
 * still leave a trace go on being removed, with what its recorded plan says of them.
 */
async function membersOf(
  context: InstallerContext,
  state: InstallerState,
  request: UninstallRequest,
): Promise<Members> {
  const { package: name, cascade = false, prune = false } = request;
  const { members, ...set } = removalSet(state.lock.packages, name, { cascade, prune });
  const earlier = await begunRemoval(context, state, name);
  const begun = (earlier?.packages ?? []).filter((one) => isPresent(state, one.name));
  const others = earlier ? members.filter(({ name: one }) => isPresent(state, one)) : members;
  const fresh = others.filter((member) => !begun.some((one) => one.name === member.name));
  const read = await Promise.all(
    fresh.map(async (member) => ({ ...member, installed: await installedPackage(context, state, member.name) })),
  );
  const all = [...begun.map(({ name: one, why, ...installed }) => ({ name: one, why, installed })), ...read];
  const asked = all.find((member) => member.name === name)?.installed.planned.version;
  return {
    ...set,
    name,
    version: earlier?.version ?? asked ?? '',
    members: all,
    ...(earlier ? { begun: earlier } : {}),
  };
}

function isPresent({ lock, installs }: InstallerState, name: string): boolean {
  return lock.packages[name] !== undefined || installs.has(name);
}

/** The recorded plan of a removal that has begun and has not ended. */
async function begunRemoval(
  context: InstallerContext,
  state: InstallerState,
  name: string,
): Promise<UninstallPlan | undefined> {
  const open = openRemoval(state, name);
  const plan = open ? await readRecordedPlan(context.client, open.planDigest) : undefined;
  return plan?.kind === 'UninstallPlan' ? plan : undefined;
}

function openRemoval({ journals }: InstallerState, name: string): Journal | undefined {
  const journal = journals.get(name);
  return journal?.operation === 'uninstall' && stoppedAt(journal) ? journal : undefined;
}

/** The digest of the plan with which a removal began that was stopped once or more often. */
function firstPlanOf({ digest, resumes }: UninstallPlan): string {
  return resumes?.planDigest ?? digest;
}

function resumption(state: InstallerState, name: string, begun?: UninstallPlan): Pick<UninstallPlan, 'resumes'> {
  const journal = openRemoval(state, name);
  const stopped = journal && stoppedAt(journal);
  if (!stopped) return {};
  const planDigest = begun ? firstPlanOf(begun) : journal.planDigest;
  return { resumes: { journal: recordName('journal', name), step: stopped.kind, since: stopped.at, planDigest } };
}
