import type { KubernetesObject } from '@capstan/base';
import { digestOf } from '@capstan/capability-model';
import semver from 'semver';
import { INSTALLER_CODES } from '../installer/codes.ts';
import { describeOwner, helmOwnerOf, PACKAGE_VERSION_ANNOTATION, packageOf } from '../installer/labels.ts';
import { versionsOf } from './crd-diff/diff-crds.ts';
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
  /** Helm releases `namespace/name` that are taken over: what is theirs becomes ours. */
  readonly adopts?: ReadonlySet<string>;
  /** A rollback: a CRD of a later version may go back. */
  readonly goesBack?: boolean;
  /** What the server says that applying `wanted` would make of `live`. */
  readonly applied?: KubernetesObject;
}

/** The plan for a CRD, and what forbids it. */
export interface CrdVerdict {
  readonly plan: CrdPlan;
  readonly blocker?: PlanBlocker;
}

/**
 * What happens to one CRD: it is created, changed, left alone, or it cannot be touched because it belongs to somebody
 * else. It never goes back to an older one unless the question says so.
 */
export function crdVerdict(question: CrdQuestion): CrdVerdict {
  const { live, applied } = question;
  if (!live) return { plan: planOf(question, 'create') };
  const foreign = ownerBlocker(question, live);
  if (foreign) return { plan: planOf(question, 'change'), blocker: foreign };
  if (!question.goesBack && isNewer(live, question.version)) return { plan: planOf(question, 'keep-newer') };
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

function ownerBlocker(question: CrdQuestion, live: KubernetesObject): PlanBlocker | undefined {
  const { package: name, wanted, adopts } = question;
  const release = helmOwnerOf(live);
  if (packageOf(live) === name && release === undefined) return undefined;
  if (release !== undefined && adopts?.has(release)) return undefined;
  const owner = describeOwner(live);
  return {
    code: INSTALLER_CODES.crdConflict,
    message: `The CRD ${wanted.metadata.name} belongs to ${owner}.`,
    hint: release
      ? `${name} is already here, installed with Helm. Nothing is taken over unasked: say --adopt to take over that release as it is, use it as it is, or remove it first.`
      : `Nothing is taken over unasked: remove the CRD, or what brought it, first.`,
    next: release ? [`helm status ${release.split('/')[1]} --namespace ${release.split('/')[0]}`] : [],
    object: { apiVersion: wanted.apiVersion, kind: wanted.kind, name: wanted.metadata.name },
    owner,
  };
}

function isNewer(live: KubernetesObject, version: string): boolean {
  const on = versionOn(live);
  return semver.valid(on) !== null && semver.valid(version) !== null && semver.gt(on, version);
}

function versionOn(live: KubernetesObject): string {
  return live.metadata.annotations?.[PACKAGE_VERSION_ANNOTATION] ?? '';
}
