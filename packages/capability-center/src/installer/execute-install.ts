import type { CapstanError } from '@capstan/base';
import type { ProbeStatus } from '@capstan/capability-model';
import { publishCapabilities } from '../discovery/publish.ts';
import { summarizeProbes } from '../health/probes.ts';
import { assertExecutable } from '../plan/assert-executable.ts';
import { mapLimit } from '../plan/parallel.ts';
import type { InstallPlan, PackageAction, PackagePlan } from '../plan/types.ts';
import { endGuards } from '../uninstall/guard.ts';
import { storeChart } from './chart-payload.ts';
import { commitLock } from './commit.ts';
import { commandLine, type ExecuteOptions, type InstallerContext } from './context.ts';
import { failWithPolicy } from './failure-policy.ts';
import { collectGarbage } from './garbage.ts';
import { type PackageInForce, packagesInForce } from './in-force.ts';
import { readLock } from './lock.ts';
import { putInPlace } from './package-steps.ts';
import { recordPlan } from './plan-record.ts';
import { checkFacts, checkRights } from './preflight.ts';
import { type PreparedPackage, preparePackages } from './prepared.ts';
import { removeFormer } from './prune.ts';
import { publishDefinitions } from './publish-definitions.ts';
import { chartsOf, writeRevision } from './revisions.ts';
import { type Run, runOperation } from './run.ts';
import { Standings } from './standings.ts';

/** What became of each package of a plan. */
export interface InstallResult {
  /** False when there was nothing to do; then nothing was written either. */
  readonly changed: boolean;
  readonly packages: readonly InstalledResult[];
}

/** What became of one package. */
export interface InstalledResult {
  readonly name: string;
  readonly version: string;
  readonly release: number;
  readonly action: PackageAction;
  readonly probes: readonly ProbeStatus[];
  /** `Ready (2 checks not verifiable here)`. */
  readonly summary: string;
}

const OVERHEAD_MS = 120_000;
const PARALLEL_REQUESTS = 8;

/**
 * Carries out a plan of any operation: install, upgrade or rollback. Each effect is announced in the journal first and
 * may be repeated, so that after a kill or an interruption the same command, or `resumeOperation`, completes it; a plan
 * without changes writes nothing. What fails in passing is tried again; what fails for good is taken back or left as it
 * is (`options.onFailure`), and the error says which. Throws the plan's first blocker (exit 5), BUSY while another
 * process works, PLAN_STALE when the charts or the cluster are not the planned ones, FORBIDDEN (exit 4) with the rights
 * that are missing, NOT_READY or PROBE_FAILED (exit 6) with what blocks, INTERRUPTED or CANCELLED (exit 130).
 */
export async function executeInstall(
  context: InstallerContext,
  plan: InstallPlan,
  options: ExecuteOptions = {},
): Promise<InstallResult> {
  assertExecutable(plan);
  if (!plan.changes) return unchanged(plan);
  const changing = plan.packages.filter(({ action }) => action !== 'none');
  const subject = subjectOf(plan);
  const before = await packagesInForce(context.client, changing);
  const standings = new Standings({ client: context.client, plan, changing, before, subject, ...clockOf(context) });
  return runOperation(
    {
      context,
      cluster: plan.cluster.uid,
      header: {
        operation: plan.operation,
        subject,
        planDigest: plan.digest,
        command: commandLine(context, `cap resume ${subject}`),
      },
      options,
      defaultTimeoutMs: OVERHEAD_MS + unitLimits(changing),
      prepare: ({ client }) => recordPlan(client, plan),
      onStep: (_run, step) => standings.showStep(step),
      onStop: (error) => markStopped(context, changing, standings, error),
    },
    (run) => {
      const execution: Execution = { run, plan, changing, before, standings };
      return execute(execution).catch((error: unknown) => failWithPolicy(run, { plan, options, error }));
    },
  );
}

/** The package that an operation is named after: the first that was asked for, else the first that changes. */
export function subjectOf({ goals, packages }: Pick<InstallPlan, 'goals' | 'packages'>): string {
  const changing = packages.filter(({ action }) => action !== 'none');
  const asked = goals.find(({ package: name }) => changing.some((one) => one.name === name));
  return asked?.package ?? changing[0]?.name ?? '';
}

interface Execution {
  readonly run: Run;
  readonly plan: InstallPlan;
  readonly changing: readonly PackagePlan[];
  /** Those of them that are in force. */
  readonly before: ReadonlyMap<string, PackageInForce>;
  readonly standings: Standings;
}

async function execute(execution: Execution): Promise<InstallResult> {
  const { run, plan, changing, standings } = execution;
  const names = changing.map(({ name }) => name);
  const detail = { packages: names };
  await run.step({ kind: 'begin', text: `record what is wanted: ${names.join(', ')}`, detail }, () =>
    standings.recordGoals(),
  );
  const prepared = await fetchStep(execution);
  const facts = await run.step(
    { kind: 'preflight', text: 'check the cluster, and the rights that are needed' },
    async () => {
      await checkRights(run.context, changing);
      await endGuards(run.context.client, names);
      return checkFacts(run.context, plan);
    },
  );
  const revisions = await snapshotStep(execution);
  const probes = await putInPlace(run, { prepared, facts });
  for (const { name, metadata } of changing) {
    const definitions = metadata.provides.definitions.map((definition) => definition.name);
    const text = `Definitions ${metadata.provides.definitions.map(({ shortName }) => shortName).join(', ')}`;
    await run.step({ kind: 'publish', package: name, text, detail: { definitions } }, () =>
      publishDefinitions(run, metadata),
    );
  }
  await run.step({ kind: 'commit', text: 'put it into force', detail }, () =>
    commitLock(run, plan, changing, revisions),
  );
  await run.step({ kind: 'prune', text: 'remove what is not needed any more', detail }, async () => {
    await removeFormer(run, changing, execution.before);
    await mapLimit(changing, PARALLEL_REQUESTS, (planned) =>
      settle(standings, planned, probes.get(planned.name) ?? []),
    );
    await publishCapabilities(run.context.client);
    await collectGarbage(run.context.client);
  });
  return resultOf(plan, probes);
}

async function fetchStep({ run, plan, changing }: Execution): Promise<PreparedPackage[]> {
  const charts = changing.flatMap(chartsOf).map(({ name, version, digest }) => ({ name, version, digest }));
  const step = { kind: 'fetch', text: 'find the charts and check their digests', detail: { charts } } as const;
  return run.step(step, async () => {
    const first = plan.operation === 'rollback' ? 'cluster' : 'center';
    const prepared = await preparePackages(run.context, changing, { others: plan.packages, first });
    const units = prepared.flatMap((one) => one.units).filter((unit) => unit.type === 'helm');
    await mapLimit(units, PARALLEL_REQUESTS, ({ chart }) => storeChart(run.context.client, chart, plan.digest));
    return prepared;
  });
}

/** Writes the revision of each package: all that is needed to come back to it. Answers their numbers. */
async function snapshotStep({ run, plan, changing }: Execution): Promise<ReadonlyMap<string, number>> {
  const step = { kind: 'snapshot', text: 'write the new revisions' } as const;
  return run.step({ ...step, detail: { packages: changing.map(({ name }) => name) } }, async () => {
    const lock = await readLock(run.context.client);
    const written = await mapLimit(changing, PARALLEL_REQUESTS, async (planned) => {
      const locked = lock.packages[planned.name];
      // Committed already by the run that this one goes on for.
      const done = locked?.planDigest === plan.digest ? locked.revision : undefined;
      return [planned.name, done ?? (await writeRevision(run, plan, planned, locked))] as const;
    });
    return new Map(written);
  });
}

function settle(standings: Standings, planned: PackagePlan, probes: readonly ProbeStatus[]): Promise<void> {
  const failed = probes.some(({ result }) => result === 'failed');
  const standing = {
    phase: failed ? 'Degraded' : 'Ready',
    reason: failed ? 'ChecksFail' : 'Installed',
    message: summarizeProbes(probes),
  } as const;
  return standings.settle(planned, standing, probes);
}

async function markStopped(
  context: InstallerContext,
  changing: readonly PackagePlan[],
  standings: Standings,
  error: CapstanError,
): Promise<void> {
  const next = error.next[0] === undefined ? '' : ` Go on with: ${error.next[0]}`;
  const reason = camelCase(error.code.replace(/^CAPSTAN_(CAP_)?/, ''));
  for (const planned of changing) {
    await standings.settle(planned, { phase: 'Stalled', reason, message: `${error.message}${next}` });
  }
  await publishCapabilities(context.client);
}

function resultOf(plan: InstallPlan, probes: ReadonlyMap<string, readonly ProbeStatus[]>): InstallResult {
  return {
    changed: true,
    packages: plan.packages.map(({ name, version, release, action }) => {
      const found = probes.get(name) ?? [];
      return { name, version, release, action, probes: found, summary: summarizeProbes(found) };
    }),
  };
}

function unchanged(plan: InstallPlan): InstallResult {
  const packages = plan.packages.map(({ name, version, release, action }) => ({
    name,
    version,
    release,
    action,
    probes: [],
    summary: 'unchanged',
  }));
  return { changed: false, packages };
}

function unitLimits(packages: readonly PackagePlan[]): number {
  return packages.flatMap(({ units }) => units).reduce((sum, { timeoutSeconds }) => sum + timeoutSeconds * 1000, 0);
}

function clockOf({ clock }: InstallerContext): Pick<InstallerContext, 'clock'> {
  return clock ? { clock } : {};
}

function camelCase(text: string): string {
  return text
    .toLowerCase()
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}
