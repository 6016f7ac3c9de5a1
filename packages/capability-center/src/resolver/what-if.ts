import semver from 'semver';
import type { UpgradeStage, UpgradeStep, WhatIfQuestion, WhatIfReport } from './report-types.ts';
import { resolve } from './resolve.ts';
import type { LockChange, ResolverInput, ResolverResult } from './types.ts';
import { indexUniverse, type UniverseIndex } from './universe-index.ts';

/**
 * Whether the cluster may go to another Kubernetes version, and which packages must be upgraded before. What must be
 * installed at the moment of the upgrade has to run on both versions, the one before and the one after. Where no single
 * set of versions fits all the way, each minor version is a stage of its own. Pure.
 */
export function whatIf(input: ResolverInput, { kubernetes }: WhatIfQuestion): WhatIfReport {
  const from = versionOf(input.facts.kubernetes);
  const to = versionOf(kubernetes);
  const index = indexUniverse(input.universe);
  const straight = advance(input, [to], index);
  const way =
    straight.stopped && minorsBetween(from, to).length > 1 ? advance(input, minorsBetween(from, to), index) : straight;
  const { stopped } = way;
  const report = { from, to, warnings: way.warnings };
  if (stopped?.result.status === 'undecided') {
    return { ...report, status: 'undecided', explanation: stopped.result.explanation };
  }
  if (stopped?.result.status === 'unsatisfiable') {
    const { proof, repairs, explanation } = stopped.result;
    return { ...report, status: 'impossible', stoppedAt: stopped.kubernetes, proof, repairs, explanation };
  }
  const stages = way.stages.filter(({ first }, index) => first.length > 0 || index === way.stages.length - 1);
  const first = stages.flatMap((stage) => stage.first);
  return first.length === 0 ? { ...report, status: 'ready' } : { ...report, status: 'after-upgrades', first, stages };
}

interface Way {
  readonly stages: readonly UpgradeStage[];
  readonly warnings: NonNullable<ResolverResult['warnings']>;
  readonly stopped?: { readonly kubernetes: string; readonly result: ResolverResult };
}

/** Goes through the Kubernetes versions one after the other, each from the packages of the one before. */
function advance(input: ResolverInput, targets: readonly string[], index: UniverseIndex): Way {
  const stages: UpgradeStage[] = [];
  let at = input;
  let warnings: Way['warnings'] = [];
  for (const kubernetes of targets) {
    const goals = at.goals.map((goal) => ({ ...goal, earlier: false }));
    const result = resolve({ ...at, goals, facts: { ...at.facts, alsoKubernetes: [kubernetes] } }, index);
    warnings = result.warnings ?? [];
    if (result.status !== 'solved') return { stages, warnings, stopped: { kubernetes, result } };
    stages.push({ kubernetes, first: result.changes.flatMap(stepOf) });
    const installed = result.lock.map(({ package: name, version, release, digest }) => ({
      ...at.installed.find((each) => each.package === name),
      package: name,
      version,
      release,
      digest,
    }));
    at = { ...at, installed, facts: { ...at.facts, kubernetes } };
  }
  return { stages, warnings };
}

function stepOf({ package: name, action, from, to, because, hops = [] }: LockChange): UpgradeStep[] {
  if (!to || action === 'keep' || action === 'unneeded') return [];
  return [{ package: name, action, ...(from ? { from } : {}), to, hops, because }];
}

/** The first patch of each minor version on the way, and the target itself: Kubernetes goes one minor at a time. */
function minorsBetween(from: string, to: string): string[] {
  const major = semver.major(to);
  if (semver.major(from) !== major) return [to];
  const minors: string[] = [];
  for (let minor = semver.minor(from) + 1; minor < semver.minor(to); minor++) minors.push(`${major}.${minor}.0`);
  return [...minors, to];
}

function versionOf(text: string): string {
  return semver.coerce(text)?.version ?? text;
}
