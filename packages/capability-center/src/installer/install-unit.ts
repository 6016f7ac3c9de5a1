import { CapstanError, EXIT } from '@capstan/base';
import { PACKAGE_LABEL } from '@capstan/capability-model';
import type { ReleaseFlags } from '@capstan/helm-ts';
import { isPending, type ReleaseState, readRelease, releaseBlocker } from '../plan/release-state.ts';
import type { PreparedUnit } from '../plan/render.ts';
import type { UnitPlan } from '../plan/types.ts';
import { explainTimeout } from './blocking.ts';
import { helmOutput } from './helm-notes.ts';
import { UNIT_DIGEST_LABEL } from './labels.ts';
import { recoverRelease } from './recover-release.ts';
import type { Run } from './run.ts';

const HISTORY = 5;

/**
 * Installs or upgrades one Helm release and waits until it is ready. A release that was made from this very chart with
 * these values is done already; one that an earlier run of ours left half done is recovered first; one that somebody
 * else made is refused.
 */
export async function installUnit(
  run: Run,
  packageName: string,
  prepared: PreparedUnit,
  planned: UnitPlan,
): Promise<void> {
  const { client, helm } = run.context;
  const { unit, namespace } = prepared;
  let release = await readRelease(client, unit.release, namespace);
  if (release) refuseForeign(release, packageName, run);
  if (release && isPending(release)) {
    run.note(
      'unit',
      `release ${unit.release} was left ${release.status} by an earlier run; it is done again`,
      packageName,
    );
    release = await recoverRelease(run, release);
  }
  if (isDone(release, prepared) && planned.action !== 'repair') return;
  const limitMs = Math.min(planned.timeoutSeconds * 1000, run.remainingMs());
  const flags = flagsFor(run, packageName, prepared, limitMs);
  try {
    if (!release) await helm.install(unit.release, prepared.chart.path, flags);
    else {
      const upgrade = { ...flags, valuesFrom: 'reset', historyMax: HISTORY } as const;
      await helm.upgrade(unit.release, prepared.chart.path, upgrade);
    }
  } catch (error) {
    throw await explainTimeout(client, planned, error, limitMs);
  }
}

function isDone(release: ReleaseState | undefined, prepared: PreparedUnit): boolean {
  return release?.status === 'deployed' && release.unitDigest === prepared.digest;
}

function flagsFor(run: Run, packageName: string, prepared: PreparedUnit, limitMs: number): ReleaseFlags {
  return {
    namespace: prepared.namespace,
    values: prepared.values,
    skipCrds: prepared.unit.crds?.owner === 'capstan',
    wait: true,
    timeLimitMs: limitMs,
    labels: { [PACKAGE_LABEL]: packageName, [UNIT_DIGEST_LABEL]: prepared.digest },
    signal: run.signal,
    onOutput: helmOutput(run, packageName),
  };
}

function refuseForeign(release: ReleaseState, packageName: string, run: Run): void {
  const blocker = releaseBlocker(release, packageName, run.journal.current);
  if (!blocker) return;
  const { code, message, hint, next } = blocker;
  throw new CapstanError(code, message, {
    exit: EXIT.blocked,
    ...(hint === undefined ? {} : { hint }),
    ...(next === undefined ? {} : { next }),
  });
}
