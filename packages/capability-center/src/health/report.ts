import { type InstallPhase, LEASES } from '@capstan/capability-model';
import { leaseHolder } from '@capstan/kube';
import { commandLine, type InstallerContext } from '../installer/context.ts';
import { stoppedAt } from '../installer/journal.ts';
import { type InstallerState, readState } from '../installer/state.ts';
import type { Operation } from '../installer/steps.ts';
import { helmUnitPlans, type PackagePlan } from '../plan/types.ts';
import { installedPackage } from '../uninstall/installed-package.ts';
import { type CapabilityCheck, checksOf } from './checks.ts';
import { readFacts } from './facts.ts';
import { interruption } from './interruption.ts';
import { standingOf } from './standing.ts';
import { subjectOf } from './subject.ts';

/** How an installed package does, as far as can be seen right now. */
export interface CapabilityReport {
  readonly name: string;
  readonly version: string;
  readonly release: number;
  readonly phase: InstallPhase;
  /** CamelCase and stable: the reason of the Ready condition that the operator writes. */
  readonly reason: string;
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
  const subject = subjectOf(planned.metadata, state.lock.packages[name]?.requires ?? []);
  const facts = await readFacts(context.client, subject, state);
  const checks = checksOf(subject, facts);
  const command = (words: string) => commandLine(context, words);
  const { phase, reason, message, next } = standingOf(subject, checks, { drift: facts.drift, command });
  const summary = phase === 'Ready' ? message : `Degraded: ${message}`;
  return { ...identityOf(planned), phase, reason, summary, checks, next };
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
  const { doing, noun } = WORDS[journal.operation];
  const removing = journal.operation === 'uninstall';
  if (holder?.alive === true && holder.fencing === stopped.fence) {
    const phase = removing ? 'Removing' : 'Applying';
    const summary = `being ${doing}, at step ${stopped.kind}`;
    return { ...identityOf(planned), phase, reason: phase, summary, checks: [], next: [] };
  }
  const { message, next } = interruption(journal, stopped);
  const summary = `the ${noun} did not end: ${message}`;
  return { ...identityOf(planned), phase: 'Stalled', reason: 'Interrupted', summary, checks: [], next };
}

const WORDS: Readonly<Record<Operation, { readonly doing: string; readonly noun: string }>> = {
  install: { doing: 'installed', noun: 'installation' },
  upgrade: { doing: 'upgraded', noun: 'upgrade' },
  rollback: { doing: 'rolled back', noun: 'rollback' },
  uninstall: { doing: 'removed', noun: 'removal' },
};

function identityOf(planned: PackagePlan) {
  const { name, version, release, units } = planned;
  return { name, version, release, standIn: helmUnitPlans(units).some(({ chart }) => chart.standIn) };
}
