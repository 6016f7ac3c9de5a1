import { CapstanError, EXIT } from '@capstan/base';
import { PACKAGE_LABEL } from '@capstan/capability-model';
import type { ReleaseFlags } from '@capstan/helm-ts';
import { isPending, type ReleaseState, readRelease, releaseBlocker } from '../plan/release-state.ts';
import type { PreparedUnit } from '../plan/render.ts';
import type { HelmUnitPlan } from '../plan/types.ts';
import { keepCrds, protectCrds } from '../uninstall/keep-crds.ts';
import { explainTimeout } from './blocking.ts';
import { helmOutput } from './helm-notes.ts';
import { RUN_LABEL, UNIT_DIGEST_LABEL } from './labels.ts';
import { runName } from './orphans.ts';
import { recoverRelease } from './recover-release.ts';
import type { Run } from './run.ts';

const HISTORY = 5;

/** A unit of a package that is put in place. */
export interface UnitWork {
  readonly packageName: string;
  readonly prepared: PreparedUnit;
  readonly planned: HelmUnitPlan;
  /** The release was installed by hand and is taken over. */
  readonly adopt: boolean;
}

/**
 * Installs or upgrades one Helm release and waits until it is ready. A release that was made from this very chart with
 * these values is done already; one that an earlier run of ours left half done is recovered first; one that somebody
 * else made is refused, unless it is to be taken over: then an upgrade with the same chart and values makes it ours.
 */
export async function installUnit(run: Run, work: UnitWork): Promise<void> {
  const { client, helm } = run.context;
  const { packageName, prepared, planned } = work;
  const { unit, namespace, chart } = prepared;
  let release = await readRelease(client, unit.release, namespace);
  if (release && !work.adopt) refuseForeign(release, packageName, run);
  if (release && isPending(release)) {
    run.note(
      'unit',
      `release ${unit.release} was left ${release.status} by an earlier run; it is done again`,
      packageName,
    );
    release = await recoverRelease(run, release);
  }
  if (isDone(release, prepared) && planned.action !== 'repair') return;
  if (release && skipsChecks(release, planned)) release = await startAfresh(run, work, release);
  const limitMs = unitLimit(run, planned);
  const flags = flagsFor(run, work, limitMs);
  try {
    if (!release) await helm.install(unit.release, chart.path, flags);
    else await helm.upgrade(unit.release, chart.path, { ...flags, valuesFrom: 'reset', historyMax: HISTORY });
  } catch (error) {
    throw await explainTimeout(client, planned, error, limitMs);
  }
  // A chart without a switch keeps Helm as the owner of its CRDs; no upgrade may take them away.
  if (unit.crds?.owner === 'helm') await protectCrds(run, crdsOf(planned));
}

function crdsOf({ objects }: HelmUnitPlan): string[] {
  return objects.filter(({ object }) => object.kind === 'CustomResourceDefinition').map(({ object }) => object.name);
}

/**
 * Whether an upgrade would leave out what a failed first installation still owes: hooks that run after an installation
 * only. Helm would then call the release deployed, although the chart's own check never passed.
 */
function skipsChecks({ status, revision }: ReleaseState, { hooks }: HelmUnitPlan): boolean {
  const afterInstall = hooks.some(({ events }) => events.includes('post-install') && !events.includes('post-upgrade'));
  return afterInstall && status === 'failed' && revision === 1;
}

/** Uninstalls a release that never came into force, without its CRDs, so that its installation can begin again. */
async function startAfresh(run: Run, { packageName, planned }: UnitWork, release: ReleaseState): Promise<undefined> {
  const { namespace } = release;
  run.note('unit', `release ${release.name} failed at its first installation; it is installed anew`, packageName);
  await keepCrds(run, packageName, planned, release);
  const timeLimitMs = unitLimit(run, planned);
  await run.context.helm.uninstall(release.name, {
    namespace,
    wait: true,
    ignoreNotFound: true,
    timeLimitMs,
    signal: run.signal,
  });
  return undefined;
}

/** How long a unit may take: its own limit, and never longer than the whole operation. */
export function unitLimit(run: Run, { timeoutSeconds }: Pick<HelmUnitPlan, 'timeoutSeconds'>): number {
  return Math.min(timeoutSeconds * 1000, run.remainingMs());
}

function isDone(release: ReleaseState | undefined, prepared: PreparedUnit): boolean {
  return release?.status === 'deployed' && release.unitDigest === prepared.digest;
}

function flagsFor(run: Run, { packageName, prepared }: UnitWork, limitMs: number): ReleaseFlags {
  return {
    namespace: prepared.namespace,
    values: prepared.values,
    skipCrds: prepared.unit.crds?.owner === 'capstan',
    wait: true,
    // The plan's dry run and the API server's strict field validation have said or say the same.
    disableOpenApiValidation: true,
    timeLimitMs: limitMs,
    labels: {
      [PACKAGE_LABEL]: packageName,
      [UNIT_DIGEST_LABEL]: prepared.digest,
      ...(run.cluster === '' ? {} : { [RUN_LABEL]: runName(run.cluster, run.fence) }),
    },
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
