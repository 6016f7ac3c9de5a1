import { CapstanError, EXIT } from '@capstan/base';
import { recordName } from '@capstan/capability-model';
import { type Askers, YOU } from '../installer/askers.ts';
import { INSTALLER_CODES } from '../installer/codes.ts';
import { commandLine, type ExecuteOptions, type InstallerContext } from '../installer/context.ts';
import { writeStatus } from '../installer/install-status.ts';
import { recordPlan } from '../installer/plan-record.ts';
import { type Run, runOperation } from '../installer/run.ts';
import { statusOf } from '../installer/status-of.ts';
import { assertExecutable } from '../plan/assert-executable.ts';
import { releaseGoals } from '../sets/release.ts';
import { type Archive, openArchive } from './archive.ts';
import { instancesToSave } from './drain.ts';
import { keepInstancesOut } from './guard.ts';
import { type IsOwn, ownedBy } from './instances.ts';
import { planUninstall } from './plan-uninstall.ts';
import { removePackage } from './remove-package.ts';
import { switchOff, withdrawDefinitions } from './switch-off.ts';
import type { PackageRemoval, UninstallPlan, UninstallRequest, UninstallResult } from './types.ts';

const OVERHEAD_MS = 300_000;

/**
 * Removes packages in the order that breaks nothing: plugins are switched off, Definitions are withdrawn, new objects of
 * their kinds are kept out, the present ones are saved where an archive is wanted; then of each package, dependents
 * first, the objects are drained while their controller runs, the units go in reverse order, (if wanted and empty) the
 * CRDs, and the namespaces if they were made for the package and hold nothing else. Throws the plan's first blocker
 * (exit 5) before anything is changed; what blocks is checked again once the install Lease is held. After a kill the same
 * plan, which is recorded, completes the removal; it needs no registry.
 */
export async function executeUninstall(
  context: InstallerContext,
  plan: UninstallPlan,
  options: ExecuteOptions = {},
): Promise<UninstallResult> {
  assertExecutable(plan);
  if (plan.staysFor) return giveUpWish(context, plan, plan.staysFor, options);
  const limits = plan.packages.map(({ planned }) => {
    const units = planned.units.reduce((sum, { timeoutSeconds }) => sum + timeoutSeconds * 1000, 0);
    return units + planned.metadata.uninstall.timeoutSeconds * 1000;
  });
  return runOperation(
    {
      context,
      header: {
        operation: 'uninstall',
        subject: plan.package,
        planDigest: plan.digest,
        command: commandLine(context, wordsOf(plan)),
      },
      options,
      defaultTimeoutMs: OVERHEAD_MS + limits.reduce((sum, limit) => sum + limit, 0),
      prepare: () => checkAgain(context, plan),
      onStop: async (error) => {
        const next = error.next[0] === undefined ? '' : ` Go on with: ${error.next[0]}`;
        const standing = { phase: 'Stalled', reason: 'RemovalStopped', message: `${error.message}${next}` } as const;
        for (const removal of plan.packages) {
          await writeStatus(context.client, removal.name, standing, statusFor(plan, removal));
        }
      },
    },
    (run) => uninstall(run, plan),
  );
}

/** The package stays as it is; the lock forgets that people asked for it. */
async function giveUpWish(
  context: InstallerContext,
  { package: name, version }: UninstallPlan,
  staysFor: Askers,
  { signal = new AbortController().signal }: ExecuteOptions,
): Promise<UninstallResult> {
  await releaseGoals(context, YOU, [name], signal);
  return { package: name, version, packages: [], removed: [], kept: [], left: [], unneeded: [], staysFor };
}

/** What the plan was asked, for asking it again. */
function requestOf({ package: name, deleteCrds, cascade, prune, archive }: UninstallPlan): UninstallRequest {
  return {
    package: name,
    deleteCrds,
    cascade,
    prune,
    ...(archive === undefined ? {} : { archive }),
  };
}

function wordsOf({ package: name, deleteCrds, cascade, prune, archive }: UninstallPlan): string {
  const flags = [deleteCrds && '--delete-crds', cascade && '--cascade', prune && '--prune'];
  const where = archive === undefined ? [] : ['--archive', quoted(archive)];
  return ['cap uninstall', name, ...flags.filter((flag) => flag !== false), ...where].join(' ');
}

/** A word as a shell takes it. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** What blocks may have come up since the plan was made, and nothing may be removed that it does not show. */
async function checkAgain(context: InstallerContext, plan: UninstallPlan): Promise<void> {
  const now = await planUninstall(context, requestOf(plan));
  assertExecutable(now);
  const shown = new Set(plan.packages.map(({ name, version }) => `${name} ${version}`));
  const added = now.packages.map(({ name, version }) => `${name} ${version}`).filter((one) => !shown.has(one));
  if (added.length > 0 || now.cluster.uid !== plan.cluster.uid) {
    const why = added.length > 0 ? `By now it would also remove ${added.join(', ')}.` : 'It is another cluster.';
    throw new CapstanError(INSTALLER_CODES.planStale, 'The plan does not fit any more.', {
      hint: `${why} Make a new plan and look at it.`,
      next: [commandLine(context, `${wordsOf(plan)} --plan`)],
      exit: EXIT.blocked,
    });
  }
  await recordPlan(context.client, plan);
}

async function uninstall(run: Run, plan: UninstallPlan): Promise<UninstallResult> {
  const removals = await remaining(run, plan);
  const names = removals.map(({ name }) => name);
  const isOwn = ownedBy(plan.packages.map(({ planned }) => planned));
  await run.step({ kind: 'begin', text: `switch ${names.join(', ')} off`, detail: { packages: names } }, () =>
    switchOff(run, removals, (removal) => statusFor(plan, removal)),
  );
  const withdrawn = await withdraw(run, removals);
  await run.step({ kind: 'guard', text: 'keep new objects of their kinds out' }, () => keepInstancesOut(run, removals));
  const archive = plan.archive === undefined ? undefined : await save(run, plan, removals, isOwn);
  const parts = [];
  for (const removal of removals) {
    parts.push(await removePackage(run, removal, { isOwn, ...(archive ? { archive } : {}) }));
  }
  const kept = parts.flatMap((part) => part.kept);
  return {
    package: plan.package,
    version: plan.version,
    packages: plan.packages.map(({ name, version, release }) => ({ name, version, release })),
    removed: [...withdrawn, ...parts.flatMap((part) => part.removed)],
    kept,
    left: kept.map(({ what, why }) => `${what}: ${why}`),
    ...(archive ? { archive: archive.summary() } : {}),
    unneeded: plan.prune ? [] : plan.unneeded,
  };
}

/** What an earlier run has not removed yet. */
async function remaining(run: Run, plan: UninstallPlan): Promise<readonly PackageRemoval[]> {
  const now = await planUninstall(run.context, requestOf(plan));
  const present = new Set(now.packages.map(({ name }) => name));
  return plan.packages.filter(({ name }) => present.has(name));
}

async function withdraw(run: Run, removals: readonly PackageRemoval[]): Promise<string[]> {
  const withdrawn: string[] = [];
  for (const removal of removals) {
    const names = removal.definitions.map(({ name }) => name).reverse();
    const text = names.length > 0 ? `withdraw ${names.join(', ')}` : 'no Definitions to withdraw';
    await run.step({ kind: 'withdraw', package: removal.name, text, detail: { definitions: names } }, () =>
      withdrawDefinitions(run, removal),
    );
    withdrawn.push(...names.map((name) => `Definition ${name}`));
  }
  return withdrawn;
}

async function save(
  run: Run,
  plan: UninstallPlan,
  removals: readonly PackageRemoval[],
  isOwn: IsOwn,
): Promise<Archive> {
  const directory = plan.archive ?? '';
  return run.step({ kind: 'archive', text: `save the objects in ${directory}`, detail: { directory } }, async () => {
    const archive = await openArchive(directory, plan.resumes?.planDigest ?? plan.digest);
    const kinds = await Promise.all(removals.map((removal) => instancesToSave(run, removal, isOwn)));
    // What others need comes back first.
    await archive.add(kinds.toReversed().flat());
    return archive;
  });
}

function statusFor(plan: UninstallPlan, { planned, planDigest }: PackageRemoval) {
  return { ...statusOf(planned, planDigest, false), journal: { name: recordName('journal', plan.package) } };
}
