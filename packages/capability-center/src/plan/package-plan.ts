import { groupOf, type JsonObject, type KubernetesObject, type ObjectReference } from '@capstan/base';
import { type CapabilityPackage, configuredValues, helmUnits } from '@capstan/capability-model';
import { INSTALLER_CODES } from '../installer/codes.ts';
import { commandLine, type InstallerContext } from '../installer/context.ts';
import type { Journal } from '../installer/journal.ts';
import type { LockedPackage } from '../installer/lock.ts';
import { readPlan } from '../installer/plan-record.ts';
import { planCrds } from './crds.ts';
import { planDefinitions } from './definitions.ts';
import type { PlanFacts } from './facts.ts';
import { imagesOf } from './images.ts';
import { installedPlan } from './installed.ts';
import { type ObjectsVerdict, planObjects } from './objects.ts';
import { permissionGrants } from './permissions.ts';
import { type ReleaseState, readRelease, releaseBlocker } from './release-state.ts';
import { type PreparedUnit, prepareUnit, type RenderedUnit, renderUnit } from './render.ts';
import { rememberRender } from './render-cache.ts';
import type { ChartPlan, PackageAction, PackagePlan, PlanBlocker, UnitPlan } from './types.ts';

/** One package of a solution, with everything that is known of it. */
export interface PackageQuestion {
  readonly metadata: CapabilityPackage;
  readonly metadataDigest: string;
  readonly center: string;
  readonly why: string;
  readonly goal: boolean;
  readonly range: string;
  readonly requires: readonly string[];
  /** The values that the user set, now or before. */
  readonly values: JsonObject;
  readonly locked?: LockedPackage;
  readonly journal?: Journal;
  readonly allowStandIns: boolean;
  readonly facts: PlanFacts;
}

/** A package's plan, and what forbids it. */
export interface PackageVerdict {
  readonly plan: PackagePlan;
  readonly blockers: readonly PlanBlocker[];
  readonly warnings: readonly string[];
}

/** Plans one package: quickly when it is in force as wanted, otherwise by rendering its charts and dry runs. */
export async function planPackage(context: InstallerContext, question: PackageQuestion): Promise<PackageVerdict> {
  const { metadata, locked, center, values } = question;
  const configuration = configuredValues(metadata, values);
  const units = await Promise.all(
    helmUnits(metadata).map((unit) => prepareUnit(context, metadata, unit, { center, configuration })),
  );
  if (locked && !isOpen(question.journal)) {
    const { name } = metadata;
    const installed = await installedPlan(context, { name, locked, metadataDigest: question.metadataDigest, units });
    if (installed) return { plan: describe(installed, question), blockers: [], warnings: [] };
  }
  return planInFull(context, question, units);
}

/** An installed package keeps its content; who asked for it and in which range is this plan's. */
function describe(installed: PackagePlan, { goal, range, requires }: PackageQuestion): PackagePlan {
  return { ...installed, goal, range, requires };
}

async function planInFull(
  context: InstallerContext,
  question: PackageQuestion,
  prepared: readonly PreparedUnit[],
): Promise<PackageVerdict> {
  const { metadata, facts } = question;
  const { client } = context;
  const packageNamespace = metadata.install.namespace;
  const releases = await Promise.all(
    prepared.map(({ unit, namespace }) => readRelease(client, unit.release, namespace)),
  );
  const namespaceExists =
    (await client.get({ apiVersion: 'v1', kind: 'Namespace', name: packageNamespace })) !== undefined;
  const rendered = await Promise.all(
    prepared.map((unit, index) =>
      renderUnit(context, unit, {
        kubeVersion: facts.cluster.version,
        apiVersions: facts.apiVersions,
        isUpgrade: releases[index] !== undefined,
      }),
    ),
  );
  const byUnit = new Map(prepared.map(({ unit }, index) => [unit.id, rendered[index] as RenderedUnit]));
  rememberRender(context, metadata, prepared, byUnit);
  const [objects, crds, definitions] = await Promise.all([
    Promise.all(
      prepared.map(({ unit, namespace }) =>
        planObjects(context, byUnit.get(unit.id)?.objects ?? [], {
          release: unit.release,
          namespace,
          packageName: metadata.name,
          namespaceExists: namespaceExists || namespace !== packageNamespace,
        }),
      ),
    ),
    planCrds(context, metadata, byUnit),
    planDefinitions(context, metadata),
  ]);
  const earlier = await earlierUnits(context, question);
  const unitPlans = prepared.map((unit, index) =>
    planUnit(unit, withRemoved(objects[index] as ObjectsVerdict, earlier.get(unit.unit.id)), releases[index]),
  );
  const all = rendered.flatMap(({ objects: list }) => list);
  const blockers = [
    ...releases.flatMap((release) => blockersOf(release, question)),
    ...standInBlockers(context, question, prepared),
    ...objects.flatMap((verdict) => verdict.blockers),
    ...[...crds, ...definitions].flatMap(({ blocker }) => (blocker ? [blocker] : [])),
  ];
  const crdPlans = crds.map(({ plan }) => plan);
  const definitionPlans = definitions.map(({ plan }) => plan);
  const plan: PackagePlan = {
    ...identityOf(question),
    action: actionOf(question, unitPlans),
    ...(isUpgrade(question) ? { from: question.locked?.version ?? '' } : {}),
    namespace: { name: packageNamespace, action: namespaceExists ? 'use' : 'create' },
    units: unitPlans,
    crds: crdPlans,
    definitions: definitionPlans,
    permissions: permissionGrants(all, packageNamespace),
    images: imagesOf(all as KubernetesObject[]),
    metadata,
  };
  return { plan, blockers, warnings: crds.flatMap(({ warning }) => (warning === undefined ? [] : [warning])) };
}

/** The units of the plan that is in force. */
async function earlierUnits(
  { client }: InstallerContext,
  { locked, metadata }: PackageQuestion,
): Promise<ReadonlyMap<string, UnitPlan>> {
  const plan = locked && (await readPlan(client, locked.planDigest));
  const units = plan?.packages.find(({ name }) => name === metadata.name)?.units ?? [];
  return new Map(units.map((unit) => [unit.id, unit]));
}

/** Adds what the release has now and the chart does not render any more: Helm deletes it. */
function withRemoved(verdict: ObjectsVerdict, earlier: UnitPlan | undefined): ObjectsVerdict {
  const rendered = new Set(verdict.objects.map(({ object }) => identity(object)));
  const removed = (earlier?.objects ?? []).filter(
    ({ object, action }) => action !== 'remove' && !rendered.has(identity(object)),
  );
  return {
    ...verdict,
    objects: [...verdict.objects, ...removed.map(({ object }) => ({ object, action: 'remove' as const }))],
  };
}

function identity({ apiVersion, kind, namespace, name }: ObjectReference): string {
  return [groupOf(apiVersion), kind, namespace ?? '', name].join('/');
}

function identityOf(question: PackageQuestion) {
  const { metadata, metadataDigest, center, why, goal, range, requires, values } = question;
  const { name, version, release } = metadata;
  return { name, version, release, center, metadataDigest, why, goal, range, requires, values };
}

function planUnit(prepared: PreparedUnit, verdict: ObjectsVerdict, release: ReleaseState | undefined): UnitPlan {
  const { unit, namespace, chart, digest } = prepared;
  return {
    id: unit.id,
    release: unit.release,
    namespace,
    action: unitAction(prepared, verdict, release),
    chart: chartPlan(chart),
    digest,
    objects: verdict.objects,
    timeoutSeconds: unit.timeoutSeconds,
  };
}

function unitAction(prepared: PreparedUnit, verdict: ObjectsVerdict, release: ReleaseState | undefined): PackageAction {
  if (!release) return 'install';
  if (release.status !== 'deployed') return 'install';
  if (release.unitDigest !== prepared.digest) return 'upgrade';
  return verdict.objects.some(({ action }) => action === 'create') ? 'repair' : 'none';
}

function actionOf(question: PackageQuestion, units: readonly UnitPlan[]): PackageAction {
  const { locked } = question;
  if (!locked) return 'install';
  const unitChanged = units.some(({ action }) => action === 'upgrade');
  return isUpgrade(question) || unitChanged || locked.packageDigest !== question.metadataDigest ? 'upgrade' : 'repair';
}

function isUpgrade({ locked, metadata }: PackageQuestion): boolean {
  return locked !== undefined && (locked.version !== metadata.version || locked.release !== metadata.release);
}

function isOpen(journal: Journal | undefined): boolean {
  return journal !== undefined && journal.entries.at(-1)?.kind !== 'done';
}

function chartPlan(chart: PreparedUnit['chart']): ChartPlan {
  const { name, version, standIn, digest, repository, mirror } = chart;
  return { name, version, standIn, repository, digest, ...(mirror === undefined ? {} : { mirror }) };
}

function blockersOf(release: ReleaseState | undefined, { metadata, journal }: PackageQuestion): PlanBlocker[] {
  const blocker = release && releaseBlocker(release, metadata.name, journal);
  return blocker ? [blocker] : [];
}

function standInBlockers(
  context: InstallerContext,
  question: PackageQuestion,
  units: readonly PreparedUnit[],
): PlanBlocker[] {
  const { metadata, facts, allowStandIns } = question;
  if (allowStandIns || facts.cluster.simulated) return [];
  return units
    .filter(({ chart }) => chart.standIn)
    .map(({ chart }) => ({
      code: INSTALLER_CODES.standIn,
      message: `The chart ${chart.name} ${chart.version} is a stand-in, and this cluster runs real pods.`,
      hint: 'A stand-in has the shape of the real chart without its programs: nothing would work. Use a center whose mirrors have the real chart, or say that you want it.',
      next: [commandLine(context, `cap install ${metadata.name} --allow-stand-ins`)],
    }));
}
