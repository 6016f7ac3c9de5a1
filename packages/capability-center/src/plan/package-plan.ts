import { configuredValues, digestOf } from '@capstan/capability-model';
import type { InstallerContext } from '../installer/context.ts';
import { type Journal, stoppedAt } from '../installer/journal.ts';
import { lockedPackage } from '../installer/revisions.ts';
import { objectsOfRelease } from './adoption.ts';
import { apiServiceBlockers, oncePerObject } from './api-services.ts';
import { planCrds } from './crds.ts';
import { planDefinitions } from './definitions.ts';
import { installedPlan } from './installed.ts';
import { type ObjectsVerdict, planObjects } from './objects.ts';
import { releaseBlockers, standInBlockers, valuesBlocker } from './package-blockers.ts';
import { emptyPlan, type PackageFindings, packageContent } from './package-content.ts';
import type { PackageQuestion } from './package-question.ts';
import { packageWarnings } from './package-warnings.ts';
import { readRelease } from './release-state.ts';
import { type AnyPreparedUnit, prepareUnits, type RenderedUnit, renderUnit } from './render.ts';
import { rememberRender } from './render-cache.ts';
import type { PackagePlan, PlanBlocker } from './types.ts';
import { planUnit, type UnitInForce } from './unit-plan.ts';

/** A package's plan, and what forbids it. */
export interface PackageVerdict {
  readonly plan: PackagePlan;
  readonly blockers: readonly PlanBlocker[];
  readonly warnings: readonly string[];
}

/** Plans one package: quickly when it is in force as wanted, otherwise by rendering its charts and dry runs. */
export async function planPackage(context: InstallerContext, question: PackageQuestion): Promise<PackageVerdict> {
  const refused = valuesBlocker(context, question);
  if (refused) return { plan: emptyPlan(question), blockers: [refused], warnings: [] };
  const { metadata, locked, center, exported } = question;
  const configuration = configuredValues(metadata, question.values);
  const units = await prepareUnits(context, metadata, { center, configuration, exported });
  if (locked && !isOpen(question.journal)) {
    const { name } = metadata;
    const installed = await installedPlan(context, { name, locked, metadataDigest: question.metadataDigest, units });
    if (installed) return { plan: inForce(installed, question), blockers: [], warnings: [] };
  }
  return planInFull(context, question, units);
}

/** An installed package keeps its content; who asked for it, in which range and with which words is this plan's. */
function inForce(installed: PackagePlan, question: PackageQuestion): PackagePlan {
  const { goal, range, requires, askedBy, locked, valuesFrom, values, hops } = question;
  const standing = { goal, askedBy };
  const before = { goal: locked?.goal, askedBy: locked?.askedBy };
  const plan = { ...installed, ...standing, range, requires, values, valuesFrom, ...(hops.length > 0 ? { hops } : {}) };
  // Only the record of who wants it changes: the commit step writes it, and every other effect finds its work done.
  return digestOf(standing) === digestOf(before) ? plan : { ...plan, action: 'repair', why: question.why };
}

async function planInFull(
  context: InstallerContext,
  question: PackageQuestion,
  units: readonly AnyPreparedUnit[],
): Promise<PackageVerdict> {
  const { metadata } = question;
  const findings = await findOut(context, question, units);
  const byUnit = new Map(units.map(({ unit }, index) => [unit.id, findings.rendered[index] as RenderedUnit]));
  rememberRender(context, metadata, units, byUnit);
  const [objects, crds, definitions, services] = await Promise.all([
    objectVerdicts(context, question, findings),
    planCrds(context, metadata, byUnit, {
      adopts: releaseNames(question),
      goesBack: question.operation === 'rollback' && question.revision !== undefined,
    }),
    planDefinitions(context, metadata, findings.earlier?.metadata),
    apiServiceBlockers(context, metadata),
  ]);
  const plan = packageContent(question, findings, {
    units: units.map((prepared, index) =>
      planUnit({
        prepared,
        rendered: findings.rendered[index] as RenderedUnit,
        verdict: objects[index] as ObjectsVerdict,
        adopted: question.adoption?.releases.has(prepared.unit.id) === true,
        ...optional('release', findings.releases[index]),
        ...optional('earlier', findings.inForce.get(prepared.unit.id)),
      }),
    ),
    crds: crds.map((verdict) => verdict.plan),
    definitions: definitions.map((verdict) => verdict.plan),
  });
  return {
    plan,
    blockers: [
      ...(question.adoptionBlocker ? [question.adoptionBlocker] : []),
      ...releaseBlockers(context, findings.releases, question),
      ...standInBlockers(context, question, units),
      ...oncePerObject([...objects.flatMap((verdict) => verdict.blockers), ...services]),
      ...[...crds, ...definitions].flatMap(({ blocker }) => (blocker ? [blocker] : [])),
    ],
    warnings: packageWarnings(plan),
  };
}

async function findOut(
  context: InstallerContext,
  question: PackageQuestion,
  units: readonly AnyPreparedUnit[],
): Promise<PackageFindings> {
  const { metadata, facts, apiVersions } = question;
  const { client } = context;
  const [releases, namespace, earlier, taken] = await Promise.all([
    Promise.all(
      units.map((one) => (one.type === 'helm' ? readRelease(client, one.unit.release, one.namespace) : undefined)),
    ),
    client.get({ apiVersion: 'v1', kind: 'Namespace', name: metadata.install.namespace }),
    earlierPlan(context, question),
    adoptedObjects(context, question),
  ]);
  const rendered = await Promise.all(
    units.map((unit, index) =>
      renderUnit(context, unit, {
        kubeVersion: facts.cluster.version,
        apiVersions,
        isUpgrade: releases[index] !== undefined,
      }),
    ),
  );
  const namespaceExists = namespace !== undefined;
  const inForce = new Map<string, UnitInForce>([
    ...(earlier?.units ?? []).map((unit) => [unit.id, unit] as const),
    ...taken,
  ]);
  return { units, releases, rendered, namespaceExists, inForce, ...optional('earlier', earlier) };
}

/** What the releases have that are taken over, by unit. */
async function adoptedObjects(context: InstallerContext, { adoption }: PackageQuestion) {
  const releases = [...(adoption?.releases ?? [])];
  return Promise.all(
    releases.map(async ([unit, release]) => [unit, { objects: await objectsOfRelease(context, release) }] as const),
  );
}

function releaseNames({ adoption }: PackageQuestion): ReadonlySet<string> {
  return new Set([...(adoption?.releases.values() ?? [])].map(({ namespace, name }) => `${namespace}/${name}`));
}

/** A member only where there is a value: absent and undefined are not the same here. */
function optional<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: V };
}

function objectVerdicts(
  context: InstallerContext,
  { metadata }: PackageQuestion,
  { units, rendered, namespaceExists }: PackageFindings,
): Promise<ObjectsVerdict[]> {
  return Promise.all(
    units.map((prepared, index) =>
      planObjects(context, rendered[index]?.objects ?? [], {
        owner: prepared.type === 'helm' ? { release: prepared.unit.release } : { package: metadata.name },
        version: metadata.version,
        namespace: prepared.namespace,
        packageName: metadata.name,
        namespaceExists: namespaceExists || prepared.namespace !== metadata.install.namespace,
      }),
    ),
  );
}

/** The plan of the package that is in force. */
async function earlierPlan(
  { client }: InstallerContext,
  { locked, metadata }: PackageQuestion,
): Promise<PackagePlan | undefined> {
  return locked && lockedPackage(client, metadata.name, locked);
}

function isOpen(journal: Journal | undefined): boolean {
  return journal !== undefined && stoppedAt(journal) !== undefined;
}
