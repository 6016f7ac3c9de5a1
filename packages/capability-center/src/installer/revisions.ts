import { Buffer } from 'node:buffer';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { isCapstanError, type KubernetesObject, messageOf, systemClock } from '@capstan/base';
import { recordLabels, recordName, SYSTEM_NAMESPACE, selectorOf } from '@capstan/capability-model';
import { KUBE_CODES, type KubeClient } from '@capstan/kube';
import { helmUnitPlans, type InstallPlan, type PackagePlan } from '../plan/types.ts';
import { INSTALLER_CODES } from './codes.ts';
import { type Journal, stoppedAt } from './journal.ts';
import { readJournals } from './journal-records.ts';
import { CHARTS_ANNOTATION, INSTALLER, PLAN_ANNOTATION } from './labels.ts';
import { type ClusterLock, type LockedPackage, readLock } from './lock.ts';
import { readPlannedPackage } from './plan-record.ts';
import type { RevisionChart, RevisionPhase, RevisionRecord } from './revision.ts';
import type { Run } from './run.ts';
import { invalidRecord, readRecord, recordSecret } from './secrets.ts';

const pack = promisify(gzip);
const unpack = promisify(gunzip);
const REVISION_KEY = 'revision.json';
const PLANNED_KEY = 'package.json.gz';
const MAX_PLANNED_BYTES = 64 * 1024 * 1024;
const SECRET = { apiVersion: 'v1', kind: 'Secret', namespace: SYSTEM_NAMESPACE } as const;

/** How many revisions of a package are kept, the one in force among them. */
export const KEPT_REVISIONS = 5;

/** A revision as it is stored: its phase follows from the lock. */
export type StoredRevision = Omit<RevisionRecord, 'phase'>;

/** The revisions of a package that are kept, newest first. */
export async function listRevisions(client: KubeClient, name: string): Promise<RevisionRecord[]> {
  const [{ items }, lock, journals] = await Promise.all([
    client.list(SECRET, { namespace: SYSTEM_NAMESPACE, labelSelector: selectorOf(recordLabels('revision', name)) }),
    readLock(client),
    readJournals(client),
  ]);
  return items
    .map((secret) => readRecord<StoredRevision>(secret, REVISION_KEY))
    .sort((a, b) => b.number - a.number)
    .map((stored) => ({ ...stored, phase: phaseOf(stored, lock, journals) }));
}

/** What the lock and the journals say of a revision. */
export function phaseOf(
  { package: name, number, planDigest }: Pick<StoredRevision, 'package' | 'number' | 'planDigest'>,
  lock: ClusterLock,
  journals: ReadonlyMap<string, Journal>,
): RevisionPhase {
  const locked = lock.packages[name];
  if (locked?.revision === number) return 'Active';
  if (locked?.superseded?.includes(number)) return 'Superseded';
  const open = [...journals.values()].some((journal) => journal.planDigest === planDigest && stoppedAt(journal));
  return open ? 'Pending' : 'Failed';
}

/** The content of a revision: the package as it was planned. Throws RECORD_INVALID when it is gone or damaged. */
export async function readRevision(client: KubeClient, name: string, number: number): Promise<PackagePlan> {
  const secret = await client.get({ ...SECRET, name: nameOf(name, number) });
  if (!secret) throw invalidRecord(nameOf(name, number), 'It does not exist.');
  const data = secret['data'] as Record<string, string> | undefined;
  try {
    const bytes = Buffer.from(data?.[PLANNED_KEY] ?? '', 'base64');
    return JSON.parse((await unpack(bytes, { maxOutputLength: MAX_PLANNED_BYTES })).toString('utf8')) as PackagePlan;
  } catch (error) {
    throw invalidRecord(nameOf(name, number), `${messageOf(error)}.`, error);
  }
}

/** The content of the package that is in force: of its revision or, in locks of early versions, of its plan. */
export function readLockedPackage(client: KubeClient, name: string, locked: LockedPackage): Promise<PackagePlan> {
  const { revision, planDigest } = locked;
  return revision === undefined ? readPlannedPackage(client, planDigest, name) : readRevision(client, name, revision);
}

/** The content of the package that is in force, or undefined when its record is gone: then it is planned anew. */
export function lockedPackage(
  client: KubeClient,
  name: string,
  locked: LockedPackage,
): Promise<PackagePlan | undefined> {
  return unlessGone(readLockedPackage(client, name, locked));
}

/** The content of a revision, or undefined when its record is gone or damaged. */
export function revisionContent(client: KubeClient, name: string, number: number): Promise<PackagePlan | undefined> {
  return unlessGone(readRevision(client, name, number));
}

async function unlessGone(reading: Promise<PackagePlan>): Promise<PackagePlan | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (isCapstanError(error, INSTALLER_CODES.recordInvalid)) return undefined;
    throw error;
  }
}

/** The charts of all revisions that are kept, of the newest revision first. Only metadata is read. */
export async function keptCharts(client: KubeClient): Promise<RevisionChart[]> {
  const { items } = await client.list(SECRET, {
    namespace: SYSTEM_NAMESPACE,
    labelSelector: selectorOf(recordLabels('revision')),
    metadataOnly: true,
  });
  const newestFirst = items.toSorted((a, b) => numberOf(b.metadata.name) - numberOf(a.metadata.name));
  return newestFirst.flatMap(({ metadata }) => chartsFrom(metadata.annotations));
}

/** The charts that the annotations of a revision name. */
export function chartsFrom(annotations: Readonly<Record<string, string>> | undefined): RevisionChart[] {
  return JSON.parse(annotations?.[CHARTS_ANNOTATION] ?? '[]') as RevisionChart[];
}

/** The number of a revision, from the name of its record. */
export function numberOf(recordName: string): number {
  return Number(/-(\d+)$/.exec(recordName)?.[1]);
}

/**
 * Writes a new revision of a package and answers its number: the next one, or that of the same plan which an interrupted
 * run has written.
 */
export async function writeRevision(
  run: Pick<Run, 'context' | 'fence'>,
  plan: Pick<InstallPlan, 'digest' | 'operation'>,
  planned: PackagePlan,
  locked: LockedPackage | undefined,
): Promise<number> {
  const { client } = run.context;
  const revision = storedRevision(run, plan, planned, locked);
  const content = (await pack(JSON.stringify(withoutChanges(planned)))).toString('base64');
  const annotations = {
    [PLAN_ANNOTATION]: recordName('plan', revision.planDigest),
    [CHARTS_ANNOTATION]: JSON.stringify(revision.charts),
  };
  const known = [...(locked?.superseded ?? []), locked?.revision ?? 0];
  for (let number = Math.max(0, ...known) + 1; ; number += 1) {
    const secret = recordSecret({
      name: nameOf(planned.name, number),
      namespace: SYSTEM_NAMESPACE,
      labels: recordLabels('revision', planned.name),
      key: REVISION_KEY,
      value: { ...revision, number },
      annotations,
      immutable: true,
    });
    const data = { ...(secret['data'] as Record<string, string>), [PLANNED_KEY]: content };
    try {
      await client.create({ ...secret, data }, { fieldManager: INSTALLER });
      return number;
    } catch (error) {
      if (!isCapstanError(error, KUBE_CODES.conflict)) throw error;
      const there = await readStored(client, planned.name, number);
      if (there?.planDigest === revision.planDigest) return number;
    }
  }
}

function storedRevision(
  { context, fence }: Pick<Run, 'context' | 'fence'>,
  plan: Pick<InstallPlan, 'digest' | 'operation'>,
  planned: PackagePlan,
  locked: LockedPackage | undefined,
): Omit<StoredRevision, 'number'> {
  const { name, version, release, center, metadataDigest, revision } = planned;
  return {
    package: name,
    operation: plan.operation,
    version,
    release,
    center,
    packageDigest: metadataDigest,
    planDigest: plan.digest,
    charts: chartsOf(planned),
    ...(locked?.revision === undefined ? {} : { previous: locked.revision }),
    ...(revision === undefined ? {} : { contentOf: revision }),
    at: new Date((context.clock ?? systemClock).now()).toISOString(),
    fence,
  };
}

async function readStored(client: KubeClient, name: string, number: number): Promise<StoredRevision | undefined> {
  const secret: KubernetesObject | undefined = await client.get({ ...SECRET, name: nameOf(name, number) });
  return secret && readRecord<StoredRevision>(secret, REVISION_KEY);
}

function nameOf(name: string, number: number): string {
  return recordName('revision', `${name}-${number}`);
}

/** The charts of a package, by content. */
export function chartsOf({ units }: Pick<PackagePlan, 'units'>): RevisionChart[] {
  return helmUnitPlans(units).map(({ id, chart: { name, version, digest, standIn } }) => ({
    unit: id,
    name,
    version,
    digest,
    standIn,
  }));
}

/** What is recorded is what is there; how it differed from what was there before has been shown. */
function withoutChanges(planned: PackagePlan): PackagePlan {
  const units = planned.units.map((unit) => ({
    ...unit,
    objects: unit.objects.filter(({ action }) => action !== 'remove').map(({ object, action }) => ({ object, action })),
  }));
  const definitions = planned.definitions.filter(({ action }) => action !== 'remove');
  return { ...planned, units, definitions };
}
