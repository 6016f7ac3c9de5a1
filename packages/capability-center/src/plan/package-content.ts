import { compareVersionIds, versionLabel } from '@capstan/capability-model';
import { adoptionPlan } from './adoption.ts';
import { packageCertificate } from './certificate.ts';
import { imagesAtRuntime, imagesOf } from './images.ts';
import type { PackageQuestion } from './package-question.ts';
import { NO_PERMISSION_DELTA, permissionDelta } from './permission-delta.ts';
import { permissionGrants } from './permissions.ts';
import type { ReleaseState } from './release-state.ts';
import type { AnyPreparedUnit, RenderedUnit } from './render.ts';
import type { PackageAction, PackagePlan, UnitPlan } from './types.ts';
import type { UnitInForce } from './unit-plan.ts';

/** What was found out about a package in the cluster and by rendering its charts. */
export interface PackageFindings {
  readonly units: readonly AnyPreparedUnit[];
  /** In the order of the units, as `releases`. */
  readonly rendered: readonly RenderedUnit[];
  readonly releases: readonly (ReleaseState | undefined)[];
  /** The plan of the version in force. */
  readonly earlier?: PackagePlan;
  /** What each unit has in force, by its id. */
  readonly inForce: ReadonlyMap<string, UnitInForce>;
  readonly namespaceExists: boolean;
}

/** The plan of a package from everything that was found out. */
export function packageContent(
  question: PackageQuestion,
  findings: PackageFindings,
  parts: Pick<PackagePlan, 'units' | 'crds' | 'definitions'>,
): PackagePlan {
  const { metadata } = question;
  const { earlier, rendered } = findings;
  const namespace = metadata.install.namespace;
  const action = actionOf(question, parts.units);
  const objects = rendered.flatMap((one) => one.objects);
  const permissions = permissionGrants(objects, namespace);
  const base = standing(question, action);
  return {
    ...base,
    namespace: { name: namespace, action: findings.namespaceExists ? 'use' : 'create' },
    ...parts,
    permissions,
    permissionDelta: permissionDelta(permissions, earlier?.permissions ?? [], metadata.install.permissions.runtime),
    images: [...new Set([...imagesOf(objects), ...imagesAtRuntime(metadata)])].sort(),
    certificate: packageCertificate({
      package: metadata.name,
      version: metadata.version,
      action,
      ...(base.from === undefined || !question.locked ? {} : { from: question.locked.version }),
      upgrade: metadata.upgrade,
      crds: parts.crds,
      earlierCrds: new Map((earlier?.crds ?? []).map((crd) => [crd.name, crd])),
      hooks: rendered.flatMap((one) => one.hooks),
      recorded: earlier !== undefined,
    }),
    ...(question.adoption ? { adopts: adoptionPlan(metadata, question.adoption, parts.units) } : {}),
    metadata,
  };
}

/** The plan of a package about which nothing more can be said, because something forbids to go on. */
export function emptyPlan(question: PackageQuestion): PackagePlan {
  const { metadata } = question;
  return {
    ...standing(question, actionOf(question, [])),
    namespace: { name: metadata.install.namespace, action: 'use' },
    units: [],
    crds: [],
    definitions: [],
    permissions: [],
    permissionDelta: NO_PERMISSION_DELTA,
    images: [],
    certificate: { rollback: 'possible', reasons: [] },
    metadata,
  };
}

function standing(question: PackageQuestion, action: PackageAction) {
  const { metadata, metadataDigest, center, why, goal, askedBy, range, requires, onlyToRun } = question;
  const { values, valuesFrom, hops, revision, locked } = question;
  const { name, version, release } = metadata;
  const moves = locked !== undefined && compareVersionIds(locked, metadata) !== 0;
  return {
    name,
    version,
    release,
    center,
    metadataDigest,
    action,
    ...(moves ? { from: versionLabel(locked) } : {}),
    ...(hops.length > 0 ? { hops } : {}),
    why,
    goal,
    askedBy,
    range,
    requires,
    ...(onlyToRun ? { onlyToRun } : {}),
    values,
    valuesFrom,
    ...(revision ? { revision: revision.number } : {}),
  };
}

function actionOf(question: PackageQuestion, units: readonly UnitPlan[]): PackageAction {
  const { locked, metadata, metadataDigest } = question;
  if (!locked) return question.adoption ? 'adopt' : 'install';
  const order = compareVersionIds(metadata, locked);
  if (order < 0) return 'downgrade';
  const unitChanged = units.some(({ action }) => action === 'upgrade');
  return order > 0 || unitChanged || locked.packageDigest !== metadataDigest ? 'upgrade' : 'repair';
}
