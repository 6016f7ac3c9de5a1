import { compareVersionIds, majorOf, versionLabel } from '@capstan/capability-model';
import semver from 'semver';
import { inChannels } from './rules.ts';
import type { Candidate, ClauseKind, InstalledPackage, PackageRule } from './types.ts';
import type { View } from './view.ts';

/** Why a version cannot be chosen, whatever else is: told as `<package> <versions> <rule>`. */
export interface Refusal {
  readonly kind: ClauseKind;
  readonly rule: string;
}

/**
 * Why a version cannot be chosen by itself: its metadata, the platform, its lifecycle, a policy, or the way from what is
 * installed. Undefined when it can. Goals are not looked at.
 */
export function refusalOf(candidate: Candidate, view: View): Refusal | undefined {
  if (candidate.unreadable !== undefined) {
    return { kind: 'catalog', rule: `cannot be read: ${candidate.unreadable}` };
  }
  return (
    platformRefusal(candidate, view) ??
    lifecycleRefusal(candidate, view) ??
    policyRefusal(candidate, view) ??
    unmanagedRefusal(candidate, view) ??
    upgradeRefusal(candidate, view)
  );
}

function platformRefusal({ platform }: Candidate, { input: { facts }, index }: View): Refusal | undefined {
  const { kubernetes, arch, os, distributions } = platform;
  if (kubernetes !== undefined) {
    for (const each of [facts.kubernetes, ...(facts.alsoKubernetes ?? [])]) {
      const version = semver.coerce(each)?.version ?? each;
      if (index.matches(version, kubernetes, false)) continue;
      const runs = each === facts.kubernetes ? 'your cluster runs' : 'the upgrade leads to';
      return { kind: 'platform', rule: `needs Kubernetes ${kubernetes}; ${runs} ${version}` };
    }
  }
  const distribution = facts.distribution === undefined ? [] : [facts.distribution];
  return (
    listRefusal('nodes of', arch, facts.arch) ??
    listRefusal('nodes that run', os, facts.os ?? []) ??
    listRefusal('the distribution', distributions, distribution)
  );
}

/** Facts that nobody knows refuse nothing. */
function listRefusal(
  what: string,
  wanted: readonly string[] | undefined,
  there: readonly string[],
): Refusal | undefined {
  if (wanted === undefined || there.length === 0 || there.some((each) => wanted.includes(each))) return undefined;
  return { kind: 'platform', rule: `needs ${what} ${wanted.join(' or ')}; your cluster has ${there.join(', ')}` };
}

function lifecycleRefusal(candidate: Candidate, view: View): Refusal | undefined {
  if (candidate.lifecycle.phase !== 'yanked' || view.isInstalled(candidate)) return undefined;
  const { reason } = candidate.lifecycle;
  return { kind: 'lifecycle', rule: `was withdrawn by its publisher${reason === undefined ? '' : `: ${reason}`}` };
}

function policyRefusal(candidate: Candidate, view: View): Refusal | undefined {
  const { channels, rules = [] } = view.input.policy ?? {};
  if (channels !== undefined && !view.isInstalled(candidate) && !inChannels(candidate, channels)) {
    return { kind: 'policy', rule: `is not published in channel ${channels.join(' or ')}` };
  }
  for (const rule of rules) {
    if (rule.packages !== undefined && !rule.packages.includes(candidate.name)) continue;
    const broken = brokenRule(candidate, rule, view);
    if (broken !== undefined) return { kind: 'policy', rule: `${broken} (${rule.by})` };
  }
  return undefined;
}

function brokenRule(candidate: Candidate, rule: PackageRule, view: View): string | undefined {
  const installed = view.installedOf(candidate.name);
  if (rule.freeze && installed && !view.isInstalled(candidate)) return `may not replace ${versionLabel(installed)}`;
  if (view.isInstalled(candidate)) return undefined;
  if (rule.centers && !rule.centers.includes(candidate.center)) return `may not come from center ${candidate.center}`;
  const { signer } = candidate.trust ?? {};
  if (rule.signers && (signer === undefined || !rule.signers.includes(signer))) {
    return `is not signed by ${rule.signers.join(' or ')}`;
  }
  if (rule.maxMajor !== undefined && majorOf(candidate.version) > rule.maxMajor) {
    return `may not be newer than major version ${rule.maxMajor}`;
  }
  return undefined;
}

/** An API that somebody else brought to the cluster cannot be brought again. */
function unmanagedRefusal(candidate: Candidate, view: View): Refusal | undefined {
  const { apis = [] } = view.input.facts;
  if (apis.length === 0 || view.isInstalled(candidate)) return undefined;
  for (const { group, kind } of candidate.provides.apis) {
    const there = apis.find((api) => api.group === group && api.kind === kind);
    if (there) return { kind: 'exclusive', rule: `brings API ${kind}.${group}, which ${there.owner} brought already` };
  }
  return undefined;
}

function upgradeRefusal(candidate: Candidate, view: View): Refusal | undefined {
  const installed = view.installedOf(candidate.name);
  if (!installed || installed.version === candidate.version) return undefined;
  const from = versionLabel(installed);
  if (compareVersionIds(candidate, installed) < 0) {
    if (view.input.policy?.allowDowngrade) return undefined;
    return { kind: 'upgrade', rule: `is older than ${from}, which is installed` };
  }
  const hops = hopsTo(candidate, installed, view);
  if (hops !== undefined) return undefined;
  return { kind: 'upgrade', rule: `cannot be reached from ${from} in one step` };
}

/** What a hop must be fit for besides being a version that may be chosen. */
export type HopTest = (hop: Candidate) => boolean;

/**
 * The versions on the shortest way from the installed version to another one, without both: of several the one over
 * newer versions. Undefined when there is no way; a step back needs none.
 */
export function hopsTo(
  target: Candidate,
  installed: InstalledPackage,
  view: View,
  fits: HopTest = () => true,
): readonly Candidate[] | undefined {
  if (compareVersionIds(target, installed) <= 0 || isStep(installed, target, view)) return [];
  const between = view
    .versionsOf(target.name)
    .filter(
      (each) => compareVersionIds(each, installed) > 0 && compareVersionIds(each, target) < 0 && mayStay(each, view),
    )
    .filter(fits);
  const ways = new Map<Candidate, readonly Candidate[]>();
  for (const each of between) if (isStep(installed, each, view)) ways.set(each, [each]);
  for (const [at, way] of ways) {
    if (isStep(at, target, view)) return way;
    for (const each of between) if (!ways.has(each) && isStep(at, each, view)) ways.set(each, [...way, each]);
  }
  return undefined;
}

/** Whether a version may be installed for a while, on the way to another one. */
function mayStay(candidate: Candidate, view: View): boolean {
  if (candidate.unreadable !== undefined) return false;
  if (semver.prerelease(candidate.version) !== null && !view.admitsPrerelease(candidate)) return false;
  return !(
    platformRefusal(candidate, view) ??
    lifecycleRefusal(candidate, view) ??
    policyRefusal(candidate, view) ??
    unmanagedRefusal(candidate, view)
  );
}

/** Whether a direct upgrade is allowed: what the package says or, where it says nothing, the same major version. */
function isStep(from: { readonly version: string }, to: Candidate, { index }: View): boolean {
  if (semver.lte(to.version, from.version)) return to.version === from.version;
  const paths = to.upgrade.from;
  if (paths.length > 0) return paths.some((range) => index.matches(from.version, range, true));
  if (majorOf(from.version) !== majorOf(to.version)) return false;
  return majorOf(from.version) > 0 || semver.minor(from.version) === semver.minor(to.version);
}
