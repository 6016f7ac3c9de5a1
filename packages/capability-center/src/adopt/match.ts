import { describeObject } from '@capstan/base';
import { type CapabilityPackage, type DetectRule, helmUnits } from '@capstan/capability-model';
import { compareVersions, sameVersion } from './detected-version.ts';
import type { Confidence, CrdFact, DetectedInstall, DetectionFacts, HelmReleaseRecord, WorkloadFact } from './types.ts';

const RANK: readonly Confidence[] = ['possible', 'likely', 'certain'];

/** What one rule found. */
interface Match {
  readonly confidence: Confidence;
  readonly evidence: readonly string[];
  readonly version?: string;
}

/**
 * The installations that somebody made without Capstan, one for each package of the catalog that matches, sorted by
 * name. Of a package's rules the most certain one counts for confidence and version; what Capstan itself installed is
 * left out. Pure: the same facts and metadata give the same answer.
 */
export function matchInstalled(facts: DetectionFacts, catalog: readonly CapabilityPackage[]): DetectedInstall[] {
  const foreign = foreignFacts(facts);
  const byName = Map.groupBy(catalog, ({ name }) => name);
  return [...byName]
    .flatMap(([name, versions]) => {
      const newestFirst = versions.toSorted((a, b) => compareVersions(b.version, a.version) || b.release - a.release);
      return matchPackage(foreign, name, newestFirst) ?? [];
    })
    .sort((a, b) => (a.package < b.package ? -1 : 1));
}

/** Without what Capstan made, directly or by a release of its own. */
function foreignFacts({ releases, workloads, crds, installed }: DetectionFacts): DetectionFacts {
  const ours = new Set(
    releases.filter((release) => release.package !== undefined).map(({ namespace, name }) => `${namespace}/${name}`),
  );
  const isForeign = (fact: WorkloadFact | CrdFact) =>
    fact.package === undefined && !(fact.release !== undefined && ours.has(fact.release));
  return {
    releases: releases.filter((release) => release.package === undefined && release.status !== 'uninstalled'),
    workloads: workloads.filter(isForeign),
    crds: crds.filter(isForeign),
    installed,
  };
}

function matchPackage(
  facts: DetectionFacts,
  name: string,
  versions: readonly CapabilityPackage[],
): DetectedInstall | undefined {
  const newest = versions[0];
  if (!newest) return undefined;
  const rules = versions.find(({ detect }) => detect?.length)?.detect ?? impliedRules(newest);
  const matches = rules
    .flatMap((rule) => matchRule(facts, rule))
    .sort((a, b) => RANK.indexOf(b.confidence) - RANK.indexOf(a.confidence));
  const best = matches[0];
  // The CRDs alone of a package that Capstan has installed are what an earlier installation left behind.
  if (!best || (best.confidence === 'possible' && facts.installed.includes(name))) return undefined;
  const version = matches.find((match) => match.version !== undefined)?.version;
  const offered = version === undefined ? undefined : versions.find((one) => isVersion(one, version));
  const charts = helmUnits(offered ?? newest).map((unit) => unit.chart.name);
  const releases = facts.releases.filter((release) => charts.includes(release.chart.name));
  const evidence = [...new Set(matches.flatMap((match) => match.evidence))];
  const names = new Set(newest.install.crds.map((crd) => crd.name));
  const obstacle = obstacleTo(offered, version, releases, evidence);
  return {
    package: name,
    ...(version === undefined ? {} : { version }),
    ...(offered === undefined ? {} : { offered: offered.version }),
    confidence: best.confidence,
    evidence,
    releases,
    workloads: facts.workloads
      .filter((workload) => workload.release === undefined && rules.some((rule) => isWorkload(workload, rule)))
      .map(({ reference }) => reference),
    crds: facts.crds.filter((crd) => names.has(crd.name)),
    adoptable: obstacle === undefined,
    ...(obstacle === undefined ? {} : { obstacle }),
  };
}

/** Where a package says nothing, its charts and CRDs tell. */
function impliedRules(metadata: CapabilityPackage): DetectRule[] {
  return [
    ...helmUnits(metadata).map(
      ({ chart }) => ({ chart: chart.name, versionFrom: 'chart', confidence: 'likely' }) as const,
    ),
    ...metadata.install.crds.map(({ name }) => ({ crd: name, versionFrom: 'none', confidence: 'possible' }) as const),
  ];
}

/** Everything that the rule states must hold together; it may do so for several releases or workloads. */
function matchRule(facts: DetectionFacts, rule: DetectRule): Match[] {
  const crd = facts.crds.find(({ name }) => name === rule.crd);
  if (rule.crd !== undefined && !crd) return [];
  const byWorkload = rule.labels !== undefined || rule.image !== undefined;
  const workloads = byWorkload ? facts.workloads.filter((workload) => isWorkload(workload, rule)) : [undefined];
  const releases =
    rule.chart === undefined ? [undefined] : facts.releases.filter(({ chart }) => chart.name === rule.chart);
  return releases
    .flatMap((release) => workloads.map((workload) => ({ release, workload })))
    .filter(({ release, workload }) => belongTogether(release, workload))
    .map(({ release, workload }) => {
      const version = versionOf(rule, release, workload);
      const evidence = [
        release && releaseEvidence(release),
        workload && workloadEvidence(workload, rule),
        crd && `CRD ${crd.name}`,
      ];
      return {
        confidence: rule.confidence,
        evidence: evidence.filter((text) => text !== undefined),
        ...(version === undefined ? {} : { version }),
      };
    });
}

function belongTogether(release: HelmReleaseRecord | undefined, workload: WorkloadFact | undefined): boolean {
  return !release || !workload || workload.release === `${release.namespace}/${release.name}`;
}

function isWorkload(workload: WorkloadFact, { labels, image }: DetectRule): boolean {
  if (labels === undefined && image === undefined) return false;
  const labelled = Object.entries(labels ?? {}).every(([key, value]) => workload.labels[key] === value);
  return labelled && (image === undefined || workload.images.some((one) => repositoryOf(one) === image));
}

function versionOf(
  { versionFrom, image }: DetectRule,
  release: HelmReleaseRecord | undefined,
  workload: WorkloadFact | undefined,
): string | undefined {
  if (versionFrom === 'chart') return release?.chart.version;
  if (versionFrom === 'appVersion') return release?.chart.appVersion;
  if (versionFrom === 'image') {
    const run = workload?.images.find((one) => image === undefined || repositoryOf(one) === image);
    return run === undefined ? undefined : tagOf(run);
  }
  if (versionFrom.startsWith('label:')) return workload?.labels[versionFrom.slice('label:'.length)];
  return undefined;
}

function isVersion(metadata: CapabilityPackage, version: string): boolean {
  const own = [metadata.version, metadata.upstream.version, ...helmUnits(metadata).map(({ chart }) => chart.version)];
  return own.some((one) => sameVersion(one, version));
}

/** Why an installation cannot be taken over as it is. */
function obstacleTo(
  offered: CapabilityPackage | undefined,
  version: string | undefined,
  releases: readonly HelmReleaseRecord[],
  evidence: readonly string[],
): string | undefined {
  if (releases.length === 0) return `no Helm release was found, only ${evidence.join(', ')}`;
  if (!offered) return version === undefined ? 'its version cannot be told' : `no center offers its version ${version}`;
  for (const unit of helmUnits(offered)) {
    const namespace = unit.namespace ?? offered.install.namespace;
    const same = releases.filter(({ chart }) => chart.name === unit.chart.name);
    const [first] = same;
    if (!first) return `the release of chart ${unit.chart.name} is missing`;
    if (same.length > 1) return `there are ${same.length} releases of chart ${unit.chart.name}`;
    const where = `${first.namespace}/${first.name}`;
    if (where !== `${namespace}/${unit.release}`) {
      return `the release is ${where}, and the package's is ${namespace}/${unit.release}: Helm cannot rename one`;
    }
    if (!sameVersion(first.chart.version, unit.chart.version)) {
      return `release ${where} is of chart version ${first.chart.version}, and ${offered.name} ${offered.version} has ${unit.chart.version}`;
    }
    if (first.status !== 'deployed') return `release ${where} is in state ${first.status}`;
  }
  return undefined;
}

function releaseEvidence({ namespace, name, chart }: HelmReleaseRecord): string {
  return `Helm release ${namespace}/${name} of chart ${chart.name} ${chart.version}`;
}

function workloadEvidence(workload: WorkloadFact, { image }: DetectRule): string {
  const run = image === undefined ? undefined : workload.images.find((one) => repositoryOf(one) === image);
  return `${describeObject(workload.reference)}${run === undefined ? '' : ` runs ${run}`}`;
}

/** An image without tag and digest. */
export function repositoryOf(image: string): string {
  return image.replace(/@.*$/, '').replace(/:[^/:]*$/, '');
}

function tagOf(image: string): string | undefined {
  return /:([^/:@]+)(?:@.*)?$/.exec(image)?.[1];
}
