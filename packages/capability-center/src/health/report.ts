import {
  type CapabilityInstall,
  INSTALL_CONDITIONS,
  type InstallPhase,
  LEASES,
  type ProbeResult,
} from '@capstan/capability-model';
import { clusterFacts, conditionsOf, findCondition, leaseHolder } from '@capstan/kube';
import { commandLine, type InstallerContext } from '../installer/context.ts';
import { stoppedAt } from '../installer/journal.ts';
import { packageOf } from '../installer/labels.ts';
import { type InstallerState, readState } from '../installer/state.ts';
import { definitionsOf } from '../plan/definitions.ts';
import { readRelease } from '../plan/release-state.ts';
import type { PackagePlan } from '../plan/types.ts';
import { helmUnitPlans } from '../plan/types.ts';
import { installedPackage } from '../uninstall/installed-package.ts';
import { runProbes, summarizeProbes } from './probes.ts';

/** One thing that was looked at. */
export interface CapabilityCheck {
  /** `definition/autoscales...`, `plugin`, `release/keda`, `probe/operator`, `dependency/NAME`. */
  readonly source: string;
  readonly result: ProbeResult;
  readonly message?: string;
  /** What does not work while it fails. */
  readonly meaning?: string;
}

/** How an installed package does, as far as can be seen right now. */
export interface CapabilityReport {
  readonly name: string;
  readonly version: string;
  readonly phase: InstallPhase;
  /** One line: `Ready (2 checks not verifiable here)`, or why it is not ready. */
  readonly summary: string;
  readonly standIn: boolean;
  readonly checks: readonly CapabilityCheck[];
  /** Commands that help. */
  readonly next: readonly string[];
}

type ReadContext = Pick<InstallerContext, 'client' | 'command' | 'clock'>;

/**
 * Looks at everything that an installed package consists of: its Definitions, its plugin, its releases, its probes and
 * the packages that it needs. It only reads. Throws NOT_INSTALLED with the nearest names.
 */
export async function capabilityStatus(context: ReadContext, name: string): Promise<CapabilityReport> {
  const state = await readState(context);
  const { planned } = await installedPackage(context, state, name);
  const running = await runningReport(context, state, planned);
  if (running) return running;
  const checks = (
    await Promise.all([
      definitionChecks(context, planned),
      pluginChecks(context, state, planned),
      releaseChecks(context, planned),
      probeChecks(context, planned),
      dependencyChecks(state, planned),
    ])
  ).flat();
  const failed = checks.filter(({ result }) => result === 'failed');
  return {
    ...identityOf(planned),
    phase: failed.length > 0 ? 'Degraded' : 'Ready',
    summary: failed[0] ? `Degraded: ${failed[0].message ?? failed[0].source}` : summarizeProbes(checks),
    checks,
    next: nextSteps(context, planned, failed),
  };
}

/** An operation that is under way, or that stopped half way. */
async function runningReport(
  context: ReadContext,
  state: InstallerState,
  planned: PackagePlan,
): Promise<CapabilityReport | undefined> {
  const journal = state.journals.get(planned.name);
  const stopped = journal && stoppedAt(journal);
  if (!journal || !stopped) return undefined;
  const holder = await leaseHolder(context.client, LEASES.install);
  const alive = holder?.alive === true && holder.fencing === stopped.fence;
  const installing = journal.operation === 'install';
  if (alive) {
    const summary = `${installing ? 'being installed' : 'being removed'}, at step ${stopped.kind}`;
    return { ...identityOf(planned), phase: installing ? 'Applying' : 'Removing', summary, checks: [], next: [] };
  }
  const message = journal.entries.at(-1)?.detail?.['message'];
  const why = typeof message === 'string' ? message : `it was interrupted at step ${stopped.kind}`;
  const summary = `${installing ? 'the installation' : 'the removal'} did not end: ${why}`;
  return { ...identityOf(planned), phase: 'Stalled', summary, checks: [], next: [journal.command] };
}

function identityOf(planned: PackagePlan) {
  const { name, version, units } = planned;
  return { name, version, standIn: helmUnitPlans(units).some(({ chart }) => chart.standIn) };
}

async function definitionChecks({ client }: ReadContext, planned: PackagePlan): Promise<CapabilityCheck[]> {
  return Promise.all(
    definitionsOf(planned.metadata).map(async ({ apiVersion, kind, metadata }) => {
      const source = `definition/${metadata.name}`;
      const live = await client.get({ apiVersion, kind, name: metadata.name });
      if (!live) return { source, result: 'failed', message: `the Definition ${metadata.name} is missing` } as const;
      if (packageOf(live) === planned.name) return { source, result: 'ok' } as const;
      return { source, result: 'failed', message: `the Definition ${metadata.name} belongs to somebody else` } as const;
    }),
  );
}

async function pluginChecks(
  { client }: ReadContext,
  { installs }: InstallerState,
  { name, metadata }: PackagePlan,
): Promise<CapabilityCheck[]> {
  if (!metadata.plugin) return [];
  const install: CapabilityInstall | undefined = installs.get(name);
  const loaded = install && findCondition(conditionsOf(install), INSTALL_CONDITIONS.pluginLoaded);
  const operator = await leaseHolder(client, LEASES.operator);
  const source = 'plugin';
  const meaning = 'applications with its traits are not reconciled';
  if (!operator?.alive) return [{ source, result: 'failed', message: 'no operator is running', meaning }];
  if (loaded?.status === 'True') return [{ source, result: 'ok' }];
  const message = loaded ? `${loaded.reason}: ${loaded.message}` : 'the operator has not switched it on yet';
  return [{ source, result: 'failed', message, meaning }];
}

async function releaseChecks({ client }: ReadContext, { units }: PackagePlan): Promise<CapabilityCheck[]> {
  return Promise.all(
    helmUnitPlans(units).map(async ({ release, namespace }) => {
      const source = `release/${release}`;
      const state = await readRelease(client, release, namespace);
      if (state?.status === 'deployed') return { source, result: 'ok' } as const;
      const message = state
        ? `the Helm release ${namespace}/${release} is ${state.status}`
        : `the Helm release ${namespace}/${release} is gone`;
      return { source, result: 'failed', message } as const;
    }),
  );
}

async function probeChecks({ client, clock }: ReadContext, { metadata }: PackagePlan): Promise<CapabilityCheck[]> {
  const { probes } = metadata.health;
  const found = await runProbes(client, probes, await clusterFacts(client), clock);
  return found.map(({ id, result, message }) => {
    const meaning = probes.find((probe) => probe.id === id)?.meaning;
    return {
      source: `probe/${id}`,
      result,
      ...(message === undefined ? {} : { message }),
      ...(meaning === undefined ? {} : { meaning }),
    };
  });
}

function dependencyChecks({ lock, installs }: InstallerState, { name }: PackagePlan): CapabilityCheck[] {
  const requires = lock.packages[name]?.requires ?? [];
  return requires.map((needed) => {
    const source = `dependency/${needed}`;
    const ready =
      installs.get(needed) && findCondition(conditionsOf(installs.get(needed) as CapabilityInstall), 'Ready');
    if (ready?.status === 'True') return { source, result: 'ok' };
    return {
      source,
      result: 'failed',
      message: `${needed}, which it needs, is not ready: ${ready?.message ?? 'not installed'}`,
    };
  });
}

function nextSteps(context: ReadContext, planned: PackagePlan, failed: readonly CapabilityCheck[]): string[] {
  const sources = failed.map(({ source }) => source);
  const steps: string[] = [];
  if (failed.some(({ message }) => message === 'no operator is running'))
    steps.push(commandLine(context, 'system run'));
  if (sources.some((source) => source.startsWith('definition/') || source.startsWith('release/'))) {
    steps.push(commandLine(context, `cap install ${planned.name}`));
  }
  if (sources.some((source) => source.startsWith('probe/'))) {
    steps.push(`kubectl get pods,events --namespace ${planned.namespace.name}`);
  }
  for (const source of sources.filter((one) => one.startsWith('dependency/'))) {
    steps.push(commandLine(context, `cap status ${source.slice('dependency/'.length)}`));
  }
  return steps;
}
