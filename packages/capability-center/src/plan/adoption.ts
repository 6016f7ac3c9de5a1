import { groupOf, type JsonObject } from '@capstan/base';
import { type CapabilityPackage, helmUnits, versionLabel } from '@capstan/capability-model';
import { detectInstalled } from '../adopt/detect-installed.ts';
import { readReleaseRecord } from '../adopt/release-record.ts';
import type { DetectedInstall, StoredRelease } from '../adopt/types.ts';
import { INSTALLER_CODES } from '../installer/codes.ts';
import type { InstallerContext } from '../installer/context.ts';
import type { ClusterLock } from '../installer/lock.ts';
import { leftOver, takenOver } from './adopted-values.ts';
import type { AdoptionPlan, ObjectPlan, PlanBlocker, UnitPlan } from './types.ts';

const CRD = 'CustomResourceDefinition.apiextensions.k8s.io';

/** A hand-made installation that is to become ours. */
export interface Adoption {
  readonly detected: DetectedInstall;
  /** The Helm releases, by the id of the unit that they become. */
  readonly releases: ReadonlyMap<string, StoredRelease>;
  /** The package's configuration, as the releases' values say it. */
  readonly values: JsonObject;
  /** Values of the releases that the package has no configuration for, by their paths. */
  readonly lost: readonly string[];
}

/** The hand-made installations that can be taken over, by package; those of packages that are installed are none. */
export async function findAdoptable(
  { client, catalog }: InstallerContext,
  lock: ClusterLock,
): Promise<ReadonlyMap<string, DetectedInstall>> {
  const detected = await detectInstalled(client, catalog);
  return new Map(detected.filter((one) => !lock.packages[one.package]).map((one) => [one.package, one]));
}

/** Whether a version is one that a detected installation may have: those of other versions would change it. */
export function isDetectedVersion(detected: DetectedInstall, metadata: CapabilityPackage): boolean {
  return !detected.adoptable || detected.offered === metadata.version;
}

/** Reads the releases of an installation and what they say about the package's configuration. */
export async function readAdoption(
  { client }: InstallerContext,
  metadata: CapabilityPackage,
  detected: DetectedInstall,
): Promise<Adoption> {
  const found = await Promise.all(
    helmUnits(metadata).map(async (unit) => {
      const namespace = unit.namespace ?? metadata.install.namespace;
      const release = await readReleaseRecord(client, unit.release, namespace);
      return release ? [[unit, release] as const] : [];
    }),
  );
  const pairs = found.flat();
  return {
    detected,
    releases: new Map(pairs.map(([unit, release]) => [unit.id, release])),
    values: takenOver(metadata, pairs),
    lost: pairs.flatMap(([unit, release]) => leftOver(unit, release.values)),
  };
}

/** Why an installation cannot be taken over. */
export function adoptionBlocker(metadata: CapabilityPackage, { obstacle }: DetectedInstall): PlanBlocker | undefined {
  if (obstacle === undefined) return undefined;
  return {
    code: INSTALLER_CODES.releaseConflict,
    message: `${metadata.name} is here already and cannot be taken over: ${obstacle}.`,
    hint: 'Use it as it is, or remove it first and install the package.',
    owner: 'Helm',
  };
}

/** The adoption as the plan shows it, with every difference between what is there and what the package brings. */
export function adoptionPlan(
  metadata: CapabilityPackage,
  { detected, releases, lost }: Adoption,
  units: readonly UnitPlan[],
): AdoptionPlan {
  const changed = units.flatMap(({ objects }) => objects.filter(({ action }) => action !== 'unchanged'));
  return {
    version: versionLabel(metadata),
    releases: [...releases].map(([unit, { namespace, name }]) => ({ unit, namespace, release: name })),
    confidence: detected.confidence,
    evidence: detected.evidence,
    differences: [
      ...lost.map((path) => `the value ${path} of the release has no counterpart in the package's configuration`),
      ...changed.map(describeChange),
    ],
  };
}

/** What a release has, as units have it. CRDs are left out: they are taken over and stay. */
export async function objectsOfRelease(
  { client }: InstallerContext,
  { objects, namespace }: Pick<StoredRelease, 'objects' | 'namespace'>,
): Promise<ObjectPlan[]> {
  const own = objects.filter(({ apiVersion, kind }) => `${kind}.${groupOf(apiVersion)}` !== CRD);
  return Promise.all(
    own.map(async (object) => {
      const served = object.namespace === undefined ? await client.discovery.find(object) : undefined;
      return { object: served?.namespaced ? { ...object, namespace } : object, action: 'unchanged' as const };
    }),
  );
}

function describeChange({ object, action, changes = [] }: ObjectPlan): string {
  const what = `${object.kind} ${object.name}`;
  if (action === 'create') return `${what} would be made`;
  if (action === 'remove') return `${what} would be removed`;
  const paths = changes.map(({ path }) => path);
  return `${what} would change: ${paths.slice(0, 3).join(', ')}${paths.length > 3 ? ', ...' : ''}`;
}
