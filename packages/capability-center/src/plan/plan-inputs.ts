import { groupOf } from '@capstan/base';
import { digestOf, versionLabel } from '@capstan/capability-model';
import type { InstallerState } from '../installer/state.ts';
import type { PlanFacts } from './facts.ts';
import type { InstallGoal, PackageAction, PackagePlan, PlanOperation, UnitPlan } from './types.ts';

/** What the user asked for and with which values. */
export interface PlannedWishes {
  readonly operation: PlanOperation;
  readonly goals: readonly Omit<InstallGoal, 'values'>[];
  readonly allowStandIns: boolean;
  /** Digest of each package's values. */
  readonly values: Readonly<Record<string, string>>;
}

/** A package by its content: no locations, no names of centers or mirrors. */
export interface PlannedContent {
  readonly name: string;
  readonly version: string;
  readonly release: number;
  readonly metadataDigest: string;
  readonly action: PackageAction;
  /** Digest of each unit: chart content, values and names. */
  readonly units: Readonly<Record<string, string>>;
  /** Digest of each CRD's body. */
  readonly crds: Readonly<Record<string, string>>;
}

/** What the cluster was like. */
export interface PlannedCluster {
  readonly uid: string;
  readonly version: string;
  readonly simulated: boolean;
  readonly arch: readonly string[];
  /** Version in force of each package of the plan, and the digest of its metadata. */
  readonly installed: Readonly<Record<string, string>>;
  /** Digest of each CRD's body in the cluster that the plan would change or keep. */
  readonly crds: Readonly<Record<string, string>>;
  /** Namespaces of the packages: who makes one removes it again. */
  readonly namespaces: Readonly<Record<string, 'create' | 'use'>>;
  /** Digest of the identities of the rendered objects, by package and unit; of those that go, too. */
  readonly objects: Readonly<Record<string, string>>;
}

/** All that the digest of a plan covers. The same question gets the same inputs online and from a bundle. */
export interface PlanInputs {
  readonly wishes: PlannedWishes;
  readonly catalog: readonly PlannedContent[];
  readonly cluster: PlannedCluster;
}

/** One thing that differs between a plan and a later one for the same question. */
export interface PlanDrift {
  readonly what: 'values' | 'catalog' | 'cluster';
  readonly text: string;
}

/** What the inputs of a plan are taken from. */
export interface InputSources {
  readonly order: {
    readonly operation: PlanOperation;
    readonly goals: readonly InstallGoal[];
    readonly allowStandIns: boolean;
  };
  readonly packages: readonly PackagePlan[];
  readonly state: Pick<InstallerState, 'lock'>;
  readonly facts: PlanFacts;
}

/**
 * Everything that decides what a plan does: no paths, no names of contexts, centers or mirrors, no ages and no warnings,
 * in an order that does not depend on who was asked first.
 */
export function planInputs({ order, packages, state, facts }: InputSources): PlanInputs {
  const sorted = packages.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const { operation, goals, allowStandIns } = order;
  return {
    wishes: {
      operation,
      goals: goals.map(({ values: _, ...goal }) => goal).toSorted((a, b) => (a.package < b.package ? -1 : 1)),
      allowStandIns,
      values: Object.fromEntries(sorted.map(({ name, values }) => [name, digestOf(values)])),
    },
    catalog: sorted.map(contentOf),
    cluster: clusterOf(sorted, state, facts),
  };
}

function contentOf({ name, version, release, metadataDigest, action, units, crds }: PackagePlan): PlannedContent {
  return {
    name,
    version,
    release,
    metadataDigest,
    action,
    units: Object.fromEntries(units.map(({ id, digest }) => [id, digest])),
    crds: Object.fromEntries(crds.map((crd) => [crd.name, crd.digest])),
  };
}

function clusterOf(
  packages: readonly PackagePlan[],
  { lock }: InputSources['state'],
  facts: PlanFacts,
): PlannedCluster {
  const { uid, version, simulated } = facts.cluster;
  const installed = packages.flatMap(({ name }) => {
    const locked = lock.packages[name];
    return locked ? [[name, `${versionLabel(locked)}#${locked.packageDigest}`] as const] : [];
  });
  const crds = packages
    .flatMap((one) => one.crds)
    .flatMap(({ name, liveDigest }) => (liveDigest ? [[name, liveDigest] as const] : []));
  const objects = packages.flatMap(({ name, units }) =>
    units.map((unit) => [`${name}/${unit.id}`, objectsDigest(unit)] as const),
  );
  return {
    uid,
    version,
    simulated,
    arch: [...facts.arch].sort(),
    installed: Object.fromEntries(installed),
    crds: Object.fromEntries(crds),
    namespaces: Object.fromEntries(packages.map(({ namespace }) => [namespace.name, namespace.action])),
    objects: Object.fromEntries(objects),
  };
}

/** Which objects a unit has and which of them go. Whether one is created or changed is left out: controllers write too. */
function objectsDigest({ objects }: UnitPlan): string {
  const identities = objects.map(({ object, action }) => [
    action === 'remove',
    groupOf(object.apiVersion),
    object.kind,
    object.namespace ?? '',
    object.name,
  ]);
  return digestOf(identities.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)));
}
