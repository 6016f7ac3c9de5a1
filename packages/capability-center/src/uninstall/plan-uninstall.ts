import { resolve } from 'node:path';
import { digestOf, recordName } from '@capstan/capability-model';
import type { InstallerContext } from '../installer/context.ts';
import { type Journal, stoppedAt } from '../installer/journal.ts';
import { readRecordedPlan } from '../installer/plan-record.ts';
import { type InstallerState, readState } from '../installer/state.ts';
import { readFacts } from '../plan/facts.ts';
import { applicationsUsing, definitionNames } from '../plan/usage.ts';
import { archiveBlockers } from './archive-directory.ts';
import { askedBlockers, setsAsking, wishToGiveUp } from './asking-sets.ts';
import { applicationBlockers, dependentBlockers, finalizerWarnings, instanceBlockers } from './blockers.ts';
import { type InstalledPackagePlan, installedPackage } from './installed-package.ts';
import { ownedBy } from './instances.ts';
import { planPackage } from './plan-package.ts';
import { type RemovalMember, removalSet } from './removal-set.ts';
import type { PackageRemoval, UninstallPlan, UninstallRequest } from './types.ts';

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
  const decisions = {
    apiVersion: 'capstan.dev/v1alpha1',
    kind: 'UninstallPlan',
    cluster: { uid },
    package: name,
    version,
    deleteCrds: request.deleteCrds === true,
    cascade,
    prune: request.prune === true,
    ...(staysFor ? { staysFor } : archive),
  } as const;
  return {
    ...decisions,
    digest: digestOf({ ...decisions, packages: packages.map(decided) }),
    packages,
    applications,
    dependents,
    unneeded,
    blockers: [
      ...applicationBlockers(context, name, applications),
      ...askedBlockers(context, packages, asking),
      ...dependentBlockers(context, name, { dependents, cascade }),
      ...packages.flatMap((removal) => instanceBlockers(context, removal, request)),
      ...(staysFor ? [] : await archiveBlockers(archive.archive, begun?.digest)),
    ],
    warnings: finalizerWarnings(packages),
    ...resumption(state, name),
  };
}

/** Who only takes a wish away touches no package. */
const NOTHING: Pick<Members, 'members' | 'dependents' | 'unneeded'> = { members: [], dependents: [], unneeded: [] };

/** Of a package's removal, what the digest binds: not counts, which change while one looks at the plan. */
function decided({ name, version, why, drain, units, crds, planDigest }: PackageRemoval) {
  return { name, version, why, drain, units, crds, planDigest };
}

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

function resumption(state: InstallerState, name: string): Pick<UninstallPlan, 'resumes'> {
  const journal = openRemoval(state, name);
  const stopped = journal && stoppedAt(journal);
  if (!stopped) return {};
  return { resumes: { journal: recordName('journal', name), step: stopped.kind, since: stopped.at } };
}
