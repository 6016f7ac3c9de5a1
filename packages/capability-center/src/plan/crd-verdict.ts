import type { JsonObject, KubernetesObject } from '@capstan/base';
import { digestOf } from '@capstan/capability-model';
import semver from 'semver';
import { INSTALLER_CODES } from '../installer/codes.ts';
import { describeOwner, helmOwnerOf, PACKAGE_VERSION_ANNOTATION, packageOf } from '../installer/labels.ts';
import { comparable, diffObjects } from './object-diff.ts';
import type { CrdPlan, PlanBlocker } from './types.ts';

/** What `crdVerdict` looks at. */
export interface CrdQuestion {
  readonly package: string;
  readonly version: string;
  readonly from: CrdPlan['from'];
  /** The CRD as it would be applied, with our marks. */
  readonly wanted: KubernetesObject;
  /** The CRD in the cluster. */
  readonly live?: KubernetesObject;
  /** What the server says that applying `wanted` would make of `live`. */
  readonly applied?: KubernetesObject;
}

/** The plan for a CRD, and what forbids it. */
export interface CrdVerdict {
  readonly plan: CrdPlan;
  readonly blocker?: PlanBlocker;
  readonly warning?: string;
}

/**
 * What happens to one CRD: it is created, changed, left alone, or it cannot be touched because it belongs to somebody
 * else or because objects are stored in a version that the new one does not have. It never goes back to an older one.
 */
export function crdVerdict(question: CrdQuestion): CrdVerdict {
  const { wanted, live, applied } = question;
  if (!live) return { plan: planOf(question, 'create') };
  const foreign = ownerBlocker(question, live);
  if (foreign) return { plan: planOf(question, 'change'), blocker: foreign };
  if (isNewer(live, question.version)) {
    const warning = `The CRD ${wanted.metadata.name} comes from ${question.package} ${versionOn(live)} and stays as it is: CRDs never go back.`;
    return { plan: planOf(question, 'keep-newer'), warning };
  }
  const lost = storedVersions(live).filter((version) => !versionsOf(wanted).some(({ name }) => name === version));
  if (lost.length > 0) return { plan: planOf(question, 'change'), blocker: storedBlocker(question, lost) };
  const changed = applied === undefined || diffObjects(live, applied).length > 0;
  return { plan: planOf(question, changed ? 'change' : 'unchanged') };
}

function planOf({ wanted, from, live }: CrdQuestion, action: CrdPlan['action']): CrdPlan {
  const versions = versionsOf(wanted);
  const spec = wanted['spec'] as { names?: { kind?: string } } | undefined;
  return {
    name: wanted.metadata.name,
    kind: spec?.names?.kind ?? wanted.metadata.name,
    action,
    from,
    served: versions.filter(({ served }) => served).map(({ name }) => name),
    storage: versions.find(({ storage }) => storage)?.name ?? '',
    digest: digestOf(wanted),
    ...(live ? { liveDigest: digestOf(comparable(live)) } : {}),
  };
}

function ownerBlocker({ package: name, wanted }: CrdQuestion, live: KubernetesObject): PlanBlocker | undefined {
  if (packageOf(live) === name && helmOwnerOf(live) === undefined) return undefined;
  const owner = describeOwner(live);
  const release = helmOwnerOf(live);
  return {
    code: INSTALLER_CODES.crdConflict,
    message: `The CRD ${wanted.metadata.name} belongs to ${owner}.`,
    hint: release
      ? `${name} is already here, installed with Helm. Capstan does not take over what it did not install: use that one, or remove it first.`
      : `Capstan does not take over CRDs that it did not install: remove the CRD, or what brought it, first.`,
    next: release ? [`helm status ${release.split('/')[1]} --namespace ${release.split('/')[0]}`] : [],
    object: { apiVersion: wanted.apiVersion, kind: wanted.kind, name: wanted.metadata.name },
    owner,
  };
}

function storedBlocker({ package: name, version, wanted }: CrdQuestion, lost: readonly string[]): PlanBlocker {
  return {
    code: INSTALLER_CODES.crdConflict,
    message: `The CRD ${wanted.metadata.name} of ${name} ${version} no longer has version ${lost.join(', ')}, in which objects are stored.`,
    hint: 'Go through a version of the package that has both, or migrate the stored objects first.',
    object: { apiVersion: wanted.apiVersion, kind: wanted.kind, name: wanted.metadata.name },
  };
}

function isNewer(live: KubernetesObject, version: string): boolean {
  const on = versionOn(live);
  return semver.valid(on) !== null && semver.valid(version) !== null && semver.gt(on, version);
}

function versionOn(live: KubernetesObject): string {
  return live.metadata.annotations?.[PACKAGE_VERSION_ANNOTATION] ?? '';
}

interface CrdVersion {
  readonly name: string;
  readonly served?: boolean;
  readonly storage?: boolean;
}

function versionsOf(crd: KubernetesObject): readonly CrdVersion[] {
  const spec = crd['spec'] as { versions?: CrdVersion[] } | undefined;
  return spec?.versions ?? [];
}

function storedVersions(crd: KubernetesObject): readonly string[] {
  const status = crd['status'] as JsonObject | undefined;
  return Array.isArray(status?.['storedVersions']) ? (status['storedVersions'] as string[]) : [];
}
