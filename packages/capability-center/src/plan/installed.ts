import { type KubernetesObject, type ObjectReference, referenceTo } from '@capstan/base';
import { CAPSTAN_KINDS, versionLabel } from '@capstan/capability-model';
import type { InstallerContext } from '../installer/context.ts';
import { packageOf } from '../installer/labels.ts';
import type { LockedPackage } from '../installer/lock.ts';
import { lockedPackage } from '../installer/revisions.ts';
import { definitionsOf } from './definitions.ts';
import { mapLimit } from './parallel.ts';
import { readRelease } from './release-state.ts';
import type { AnyPreparedUnit } from './render.ts';
import type { PackagePlan } from './types.ts';

/** What `installedPlan` compares. */
export interface InstalledQuestion {
  readonly name: string;
  readonly locked: LockedPackage;
  readonly metadataDigest: string;
  readonly units: readonly AnyPreparedUnit[];
}

/**
 * The recorded plan of a package that is in force exactly as wanted: same metadata, charts and values, with every
 * object and its own record still there. Undefined when anything differs; then the package must be planned in full.
 */
export async function installedPlan(
  context: InstallerContext,
  question: InstalledQuestion,
): Promise<PackagePlan | undefined> {
  const { client } = context;
  if (question.locked.packageDigest !== question.metadataDigest) return undefined;
  const planned = await lockedPackage(client, question.name, question.locked);
  if (!planned) return undefined;
  const intact = await Promise.all([
    unitsIntact(context, question.units, planned),
    objectsExist(context, planned),
    oursIntact(context, planned),
    isWanted(context, planned),
  ]);
  return intact.every(Boolean) ? unchanged(planned) : undefined;
}

async function unitsIntact(
  { client }: InstallerContext,
  units: readonly AnyPreparedUnit[],
  planned: PackagePlan,
): Promise<boolean> {
  if (units.length !== planned.units.length) return false;
  const intact = await Promise.all(
    units.map(async (prepared, index) => {
      const { digest, namespace } = prepared;
      if (prepared.type === 'manifests') return planned.units[index]?.digest === digest;
      const release = await readRelease(client, prepared.unit.release, namespace);
      return release?.status === 'deployed' && release.unitDigest === digest;
    }),
  );
  return intact.every(Boolean);
}

async function objectsExist({ client }: InstallerContext, planned: PackagePlan): Promise<boolean> {
  const references: ObjectReference[] = planned.units
    .flatMap(({ objects }) => objects)
    .filter(({ action }) => action !== 'remove')
    .map(({ object }) => object);
  const found = await mapLimit(references, 8, (reference) => client.get(reference));
  return found.every((object) => object !== undefined);
}

async function oursIntact({ client }: InstallerContext, planned: PackagePlan): Promise<boolean> {
  const crds = planned.crds.map(({ name }) => ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    name,
  }));
  const definitions = definitionsOf(planned.metadata);
  const [liveCrds, liveDefinitions] = await Promise.all([
    mapLimit(crds, 8, (reference) => client.get(reference)),
    mapLimit(definitions, 8, (definition) => client.get(referenceTo(definition))),
  ]);
  const crdsOurs = liveCrds.every((live) => live !== undefined && packageOf(live) === planned.name);
  return crdsOurs && definitions.every((wanted, index) => covers(liveDefinitions[index], wanted));
}

/** Whether its CapabilityInstall is there: without it the operator takes the package for one that nobody wants. */
async function isWanted({ client }: InstallerContext, { name }: PackagePlan): Promise<boolean> {
  return (await client.get({ ...CAPSTAN_KINDS.install, name })) !== undefined;
}

/** Whether a live object has every field of the wanted one. */
export function covers(live: KubernetesObject | undefined, wanted: KubernetesObject): boolean {
  return live !== undefined && contains(live, wanted);
}

function contains(live: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(live) && live.length === wanted.length && wanted.every((item, index) => contains(live[index], item))
    );
  }
  if (typeof wanted === 'object' && wanted !== null) {
    const at = typeof live === 'object' && live !== null ? (live as Record<string, unknown>) : {};
    return Object.entries(wanted).every(([key, value]) => contains(at[key], value));
  }
  return Object.is(live, wanted);
}

function unchanged(planned: PackagePlan): PackagePlan {
  const { from: _from, hops: _hops, revision: _revision, adopts: _adopts, ...rest } = planned;
  return {
    ...rest,
    action: 'none',
    why: `${planned.name} ${versionLabel(planned)} is installed as asked`,
    namespace: { ...planned.namespace, action: 'use' },
    units: planned.units.map((unit) => ({
      ...unit,
      action: 'none',
      objects: unit.objects
        .filter(({ action }) => action !== 'remove')
        .map(({ object }) => ({ object, action: 'unchanged' })),
    })),
    crds: planned.crds.map(({ verdict: _verdict, migrate: _migrate, ...crd }) => ({
      ...crd,
      action: crd.action === 'keep-newer' ? crd.action : 'unchanged',
    })),
    definitions: planned.definitions
      .filter(({ action }) => action !== 'remove')
      .map((definition) => ({ ...definition, action: 'unchanged' })),
    permissionDelta: { ...planned.permissionDelta, added: [], removed: [] },
    certificate: { rollback: 'possible', reasons: [] },
  };
}
