import type { InstallPhase } from '@capstan/capability-model';
import { type CapabilityCheck, describeDrift } from './checks.ts';
import type { Drift } from './drift.ts';
import { summarizeProbes } from './probes.ts';
import { RECORD_MISSING } from './record-missing.ts';
import type { HealthSubject } from './subject.ts';

/** How an installed package does, in the terms of its conditions. */
export interface HealthStanding {
  readonly phase: Extract<InstallPhase, 'Ready' | 'Degraded'>;
  /** Whether the capability can be used. */
  readonly ready: boolean;
  /** CamelCase and stable. */
  readonly reason: string;
  /** What is wrong, or `Ready (2 checks not verifiable here)`. */
  readonly message: string;
  /** Commands that help. */
  readonly next: readonly string[];
}

/** What decides first when several things are wrong: the causes before what follows from them. */
const ORDER = [
  RECORD_MISSING.reason as string,
  'DependencyNotReady',
  'ReleaseMissing',
  'ReleaseNotDeployed',
  'CrdMissing',
  'CrdNotEstablished',
  'DefinitionMissing',
  'DefinitionForeign',
  'ProbeFailed',
  'Drifted',
  'OperatorNotRunning',
  'PluginNotLoaded',
  'ChecksFail',
];

/**
 * What the checks of a package amount to: Degraded while one fails; not ready while one fails without which the
 * capability cannot be used. Objects that somebody changed leave it Ready, with the reason Drifted. Pure.
 */
export function standingOf(
  subject: HealthSubject,
  checks: readonly CapabilityCheck[],
  { drift, command }: { readonly drift: readonly Drift[]; readonly command: (words: string) => string },
): HealthStanding {
  const failed = checks.filter(({ result }) => result === 'failed').toSorted(byCause);
  const next = nextSteps(subject, failed, command);
  const essential = failed.find(({ level }) => level === undefined) ?? failed[0];
  if (essential) {
    return {
      phase: 'Degraded',
      ready: essential.level === 'degraded',
      reason: essential.reason ?? 'ChecksFail',
      message: inWords(essential, failed.length - 1),
      next,
    };
  }
  const summary = summarizeProbes(checks);
  const [changed, ...others] = drift;
  if (!changed) return { phase: 'Ready', ready: true, reason: 'Installed', message: summary, next };
  const more = others.length > 0 ? `, and ${others.length} more` : '';
  const message = `${summary}; drifted: ${describeDrift(changed)}${more}`;
  return { phase: 'Ready', ready: true, reason: 'Drifted', message, next };
}

function byCause(a: CapabilityCheck, b: CapabilityCheck): number {
  return rank(a) - rank(b);
}

function rank({ reason = '' }: CapabilityCheck): number {
  const at = ORDER.indexOf(reason);
  return at < 0 ? ORDER.length : at;
}

function inWords({ source, message = source, meaning }: CapabilityCheck, others: number): string {
  const then = meaning === undefined ? '' : ` (${meaning})`;
  const more = others > 0 ? `, and ${others} more` : '';
  return `${message}${then}${more}`;
}

function nextSteps(
  { name, metadata }: HealthSubject,
  wrong: readonly CapabilityCheck[],
  command: (words: string) => string,
): string[] {
  const steps = wrong.map((check) => {
    const [kind = '', what = ''] = check.source.split(/\/(.*)/s);
    if (kind === 'dependency') return command(`cap status ${what}`);
    if (kind === 'probe') return `kubectl get pods,events --namespace ${metadata.install.namespace}`;
    if (kind === 'plugin') return command(check.reason === 'OperatorNotRunning' ? 'system run' : 'system status');
    return command(`cap install ${name}`);
  });
  return [...new Set(steps)];
}
