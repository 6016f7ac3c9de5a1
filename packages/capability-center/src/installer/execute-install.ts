import type { CapstanError } from '@capstan/base';
import { type CapabilityInstallStatus, PACKAGE_LABEL, type ProbeStatus, recordName } from '@capstan/capability-model';
import { ensureNamespace } from '@capstan/kube';
import { publishCapabilities } from '../discovery/publish.ts';
import { summarizeProbes } from '../health/probes.ts';
import { assertExecutable } from '../plan/assert-executable.ts';
import { definitionsOf } from '../plan/definitions.ts';
import type { InstallPlan, PackageAction, PackagePlan } from '../plan/types.ts';
import { applyCrds } from './apply-crds.ts';
import { commitInstall } from './commit.ts';
import { commandLine, type ExecuteOptions, type InstallerContext } from './context.ts';
import { goalObject, type InstallStanding, writeStatus } from './install-status.ts';
import { installUnit } from './install-unit.ts';
import { INSTALLER } from './labels.ts';
import { recordPlan } from './plan-record.ts';
import { checkFacts, type PreparedPackage, preparePackage, renderedCrds } from './prepared.ts';
import { waitForProbes } from './probe-step.ts';
import { type Run, runOperation } from './run.ts';
import { statusOf } from './status-of.ts';

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
  readonly action: PackageAction;
  readonly probes: readonly ProbeStatus[];
  /** `Ready (2 checks not verifiable here)`. */
  readonly summary: string;
}

const OVERHEAD_MS = 120_000;

/**
 * Carries a plan out. Each effect is announced in the journal first and may be repeated, so that after a kill or an
 * interruption the same command completes it; a plan without changes writes nothing. Throws the plan's first blocker
 * (exit 5), BUSY while another process works, PLAN_STALE when the charts or the cluster are not the planned ones,
 * NOT_READY or PROBE_FAILED (exit 6) with what blocks, INTERRUPTED (exit 130).
 */
export async function executeInstall(
  context: InstallerContext,
  plan: InstallPlan,
  options: ExecuteOptions = {},
): Promise<InstallResult> {
  assertExecutable(plan);
  if (!plan.changes) return unchanged(plan);
  const changing = plan.packages.filter(({ action }) => action !== 'none');
  const subject = plan.goals[0]?.package ?? changing[0]?.name ?? '';
  const header = {
    operation: 'install',
    subject,
    planDigest: plan.digest,
    command: commandLine(context, `cap install ${plan.goals.map(({ package: name }) => name).join(' ')}`),
  } as const;
  return runOperation(
    {
      context,
      header,
      options,
      defaultTimeoutMs: OVERHEAD_MS + unitLimits(changing),
      prepare: () => recordPlan(context.client, plan),
      onStop: (error) => markStopped(context, plan, changing, error),
    },
    (run) => install(run, plan, changing),
  );
}

async function install(run: Run, plan: InstallPlan, changing: readonly PackagePlan[]): Promise<InstallResult> {
  const { context } = run;
  const names = changing.map(({ name }) => name);
  await run.step(
    { kind: 'begin', text: `record what is wanted: ${names.join(', ')}`, detail: { packages: names } },
    () => recordGoals(run, plan, changing),
  );
  const prepared = await run.step({ kind: 'fetch', text: 'find the charts and check their digests' }, () =>
    Promise.all(changing.map((planned) => preparePackage(context, planned))),
  );
  await run.step({ kind: 'preflight', text: 'check that the cluster is the planned one' }, () =>
    checkFacts(context, plan),
  );
  const probes = new Map<string, ProbeStatus[]>();
  for (const one of prepared) probes.set(one.planned.name, await installPackage(run, one));
  await run.step({ kind: 'commit', text: 'put it into force', detail: { packages: names } }, () =>
    commitInstall(run, plan, changing, probes),
  );
  return {
    changed: true,
    packages: plan.packages.map(({ name, version, action }) => {
      const found = probes.get(name) ?? [];
      return { name, version, action, probes: found, summary: summarizeProbes(found) };
    }),
  };
}

async function installPackage(run: Run, prepared: PreparedPackage): Promise<ProbeStatus[]> {
  const { planned, units } = prepared;
  const { name, metadata } = planned;
  const { client } = run.context;
  const namespaces = [...new Set([planned.namespace.name, ...units.map(({ namespace }) => namespace)])];
  await run.step(
    { kind: 'namespace', package: name, text: `namespace ${namespaces.join(', ')}`, detail: { namespaces } },
    async () => {
      for (const namespace of namespaces)
        await ensureNamespace(client, namespace, { labels: { [PACKAGE_LABEL]: name } });
    },
  );
  const crdNames = planned.crds.map((crd) => crd.name);
  if (crdNames.length > 0) {
    const text = `${crdNames.length} CRDs`;
    await run.step({ kind: 'crd', package: name, text, detail: { crds: crdNames } }, async () =>
      applyCrds(run, await renderedCrds(run.context, prepared, run.signal), planned.crds),
    );
  }
  for (const [index, unit] of planned.units.entries()) {
    const found = units[index];
    if (!found) continue;
    const detail = { release: unit.release, namespace: unit.namespace, digest: unit.digest };
    const text = `Helm release ${unit.release} (${unit.chart.name} ${unit.chart.version})`;
    await run.step({ kind: 'unit', package: name, text, detail }, () => installUnit(run, name, found, unit));
  }
  const probes = await run.step({ kind: 'probe', package: name, text: 'checks' }, () => waitForProbes(run, metadata));
  const definitions = definitionsOf(metadata);
  const text = `Definitions ${metadata.provides.definitions.map(({ shortName }) => shortName).join(', ')}`;
  const detail = { definitions: definitions.map((definition) => definition.metadata.name) };
  await run.step({ kind: 'publish', package: name, text, detail }, async () => {
    for (const definition of definitions) await client.apply(definition, { fieldManager: INSTALLER });
  });
  return probes;
}

async function recordGoals(run: Run, plan: InstallPlan, changing: readonly PackagePlan[]): Promise<void> {
  const { client } = run.context;
  for (const planned of changing) {
    const pinCenter = plan.goals.some(({ package: name, center }) => name === planned.name && center !== undefined);
    const object = goalObject(planned, { pinCenter, allowStandIns: plan.allowStandIns });
    await client.apply(object, { fieldManager: INSTALLER });
    const standing: InstallStanding = {
      phase: 'Applying',
      reason: 'Installing',
      message: `version ${planned.version} is being put in place`,
    };
    await writeStatus(client, planned.name, standing, inProgress(run.journal.current.subject, plan, planned));
  }
}

function inProgress(
  subject: string,
  plan: InstallPlan,
  planned: PackagePlan,
): Omit<CapabilityInstallStatus, 'conditions'> {
  return { ...statusOf(planned, plan.digest, false), journal: { name: recordName('journal', subject) } };
}

async function markStopped(
  context: InstallerContext,
  plan: InstallPlan,
  changing: readonly PackagePlan[],
  error: CapstanError,
): Promise<void> {
  const subject = plan.goals[0]?.package ?? '';
  const next = error.next[0] === undefined ? '' : ` Go on with: ${error.next[0]}`;
  const reason = error.code.replace(/^CAPSTAN_(CAP_)?/, '');
  for (const planned of changing) {
    const standing: InstallStanding = {
      phase: 'Stalled',
      reason: camelCase(reason),
      message: `${error.message}${next}`,
    };
    await writeStatus(context.client, planned.name, standing, inProgress(subject, plan, planned));
  }
  await publishCapabilities(context.client);
}

function unchanged(plan: InstallPlan): InstallResult {
  const packages = plan.packages.map(({ name, version, action }) => ({
    name,
    version,
    action,
    probes: [],
    summary: 'unchanged',
  }));
  return { changed: false, packages };
}

function unitLimits(packages: readonly PackagePlan[]): number {
  return packages.flatMap(({ units }) => units).reduce((sum, { timeoutSeconds }) => sum + timeoutSeconds * 1000, 0);
}

function camelCase(text: string): string {
  return text
    .toLowerCase()
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}
