import { CapstanError, EXIT } from '@capstan/base';
import { digestOf, versionLabel } from '@capstan/capability-model';
import { YOU } from '../installer/askers.ts';
import { withKeptRevisions } from '../installer/chart-source.ts';
import { INSTALLER_CODES } from '../installer/codes.ts';
import { commandLine, type InstallerContext } from '../installer/context.ts';
import { stoppedAt } from '../installer/journal.ts';
import type { LockedPackage } from '../installer/lock.ts';
import { notInstalled } from '../installer/not-installed.ts';
import type { RevisionRecord } from '../installer/revision.ts';
import { listRevisions, readLockedPackage, readRevision, revisionContent } from '../installer/revisions.ts';
import { type InstallerState, readState } from '../installer/state.ts';
import { buildPlan } from './build-plan.ts';
import { pausedBlocker } from './paused.ts';
import type { InstallPlan, PackagePlan, PlanBlocker, RollbackRequest } from './types.ts';

/**
 * What going back to an earlier revision would do: a new plan with the content of that revision, taken from the records
 * in the cluster, so that it needs no registry. Whether the present version allows it was written down when it was
 * installed; a version past its point of no return is a blocker with the reasons. Throws CAPSTAN_CAP_NOT_INSTALLED, and
 * CAPSTAN_CAP_NO_REVISION where there is nothing to go back to.
 */
export async function planRollback(context: InstallerContext, request: RollbackRequest): Promise<InstallPlan> {
  const { package: name } = request;
  const state = await readState(context);
  const locked = state.lock.packages[name];
  if (!locked) throw notInstalled(context, state, name);
  const revisions = await listRevisions(context.client, name);
  const unfinished = unfinishedTarget(request, state, locked, revisions);
  const target = unfinished ?? (await findTarget(context, request, locked, revisions));
  const planned = await readRevision(context.client, name, target.number);
  const wish = locked.askedBy[YOU];
  const paused = state.installs.get(name)?.spec.paused === true;
  return buildPlan(withKeptRevisions(context), state, {
    operation: 'rollback',
    goals: [{ package: name, range: (wish ?? '*') === '*' ? '*' : planned.version }],
    borrowed: wish === undefined ? [name] : [],
    policy: { allowDowngrade: true },
    allowStandIns: request.allowStandIns ?? false,
    adopt: false,
    revision: { number: target.number, planned },
    blockers: [
      ...(paused ? [pausedBlocker(context, name)] : []),
      ...(await certificateBlockers(context, name, locked, target)),
    ],
  });
}

/**
 * A rollback that was killed once it was in force: the same command completes it, and does not go back once more to what
 * it came from.
 */
function unfinishedTarget(
  { package: name, to }: RollbackRequest,
  { journals }: InstallerState,
  { revision, planDigest }: LockedPackage,
  revisions: readonly RevisionRecord[],
): RevisionRecord | undefined {
  const journal = journals.get(name);
  if (to !== undefined || journal?.operation !== 'rollback' || journal.planDigest !== planDigest) return undefined;
  return stoppedAt(journal) && revisions.find(({ number }) => number === revision);
}

async function findTarget(
  context: InstallerContext,
  { package: name, to }: RollbackRequest,
  locked: LockedPackage,
  revisions: readonly RevisionRecord[],
): Promise<RevisionRecord> {
  const earlier = revisions.filter(({ phase }) => phase === 'Superseded');
  const found =
    to === undefined ? await lastOther(context, name, locked, earlier) : earlier.find((one) => isMeant(one, to));
  if (found) return found;
  const known = earlier.map((one) => `${one.number} (${versionLabel(one)})`).join(', ');
  const what = to === undefined ? 'no earlier revision' : `no earlier revision ${to}`;
  throw new CapstanError(INSTALLER_CODES.noRevision, `${name} ${versionLabel(locked)} has ${what} to go back to.`, {
    hint: known === '' ? 'The last five are kept; this is the first one.' : `Kept are: ${known}.`,
    next: [commandLine(context, `cap status ${name}`)],
    exit: EXIT.blocked,
    fields: { package: name, revisions: earlier.map(({ number }) => number) },
  });
}

/** The newest revision that is not what is in force: a repair is a revision too, but nothing to go back from. */
async function lastOther(
  { client }: InstallerContext,
  name: string,
  locked: LockedPackage,
  earlier: readonly RevisionRecord[],
): Promise<RevisionRecord | undefined> {
  if (earlier.length === 0) return undefined;
  const now = await readLockedPackage(client, name, locked);
  for (const revision of earlier) {
    const content = await revisionContent(client, name, revision.number);
    if (!content || !sameContent(content, now)) return revision;
  }
  return undefined;
}

/** What decides the content of a package: its metadata, the values, and what its units are made of. */
type Content = Pick<PackagePlan, 'metadataDigest' | 'values'> & {
  readonly units: readonly { readonly digest: string }[];
};

/** Whether two revisions of a package put the same thing in place. */
export function sameContent(one: Content, other: Content): boolean {
  return contentDigest(one) === contentDigest(other);
}

function contentDigest({ metadataDigest, values, units }: Content): string {
  return digestOf([metadataDigest, values, units.map(({ digest }) => digest)]);
}

function isMeant(revision: RevisionRecord, to: string): boolean {
  const wanted = to.replace(/^v(?=\d+\.)/, '');
  return /^\d+$/.test(to)
    ? revision.number === Number(to)
    : [revision.version, versionLabel(revision)].includes(wanted);
}

/** What the certificate of the version in force says about going back; it was computed before that version came. */
async function certificateBlockers(
  { client }: InstallerContext,
  name: string,
  locked: LockedPackage,
  target: RevisionRecord,
): Promise<PlanBlocker[]> {
  if (target.version === locked.version) return [];
  const { certificate } = await readLockedPackage(client, name, locked);
  const ends = certificate.reasons.filter(({ effect }) => effect === 'ends');
  return ends.map(({ text, step }) => ({
    code: INSTALLER_CODES.noReturn,
    message: `${name} ${locked.version} cannot go back to ${target.version}: ${text}`,
    hint:
      step === undefined
        ? 'Go forward to a newer version instead.'
        : `The point of no return was step ${step}. Go forward to a newer version instead.`,
  }));
}
