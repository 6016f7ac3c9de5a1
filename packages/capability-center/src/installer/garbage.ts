import type { KubernetesObject } from '@capstan/base';
import { PACKAGE_LABEL, RECORD_LABEL, recordName, SYSTEM_NAMESPACE } from '@capstan/capability-model';
import type { KubeClient } from '@capstan/kube';
import { PLAN_ANNOTATION } from './labels.ts';
import { type ClusterLock, readLock } from './lock.ts';
import { chartsFrom, KEPT_REVISIONS, numberOf } from './revisions.ts';

const SECRET = { apiVersion: 'v1', kind: 'Secret' } as const;
const KINDS = ['plan', 'revision', 'payload', 'journal'];

/** A record by its metadata. */
type RecordMetadata = KubernetesObject['metadata'];

/**
 * Deletes the records that nothing needs any more: revisions of each package but the last five, charts that no revision
 * has, and plans that neither the lock, nor a revision, nor the last operation of a package names. Only metadata is read.
 * It must run with the install Lease held.
 */
export async function collectGarbage(client: KubeClient): Promise<void> {
  const [lock, { items }] = await Promise.all([
    readLock(client),
    client.list(SECRET, {
      namespace: SYSTEM_NAMESPACE,
      labelSelector: `${RECORD_LABEL} in (${KINDS.join(',')})`,
      metadataOnly: true,
    }),
  ]);
  for (const { name } of garbageOf(
    items.map(({ metadata }) => metadata),
    lock,
  )) {
    await client.delete({ ...SECRET, namespace: SYSTEM_NAMESPACE, name });
  }
}

/** Which of these records nothing needs, a record's first piece before the others. */
export function garbageOf(records: readonly RecordMetadata[], lock: ClusterLock): RecordMetadata[] {
  const of = (kind: string) => records.filter(({ labels }) => labels?.[RECORD_LABEL] === kind);
  const journals = of('journal');
  const lastPlans = new Set(journals.flatMap(({ annotations }) => annotations?.[PLAN_ANNOTATION] ?? []));
  const stale = new Set(of('revision').filter((one) => isStale(one, lock, lastPlans)));
  const revisions = of('revision').filter((one) => !stale.has(one));
  const plans = new Set([
    ...lastPlans,
    ...Object.values(lock.packages).map(({ planDigest }) => recordName('plan', planDigest)),
    ...revisions.flatMap(({ annotations }) => annotations?.[PLAN_ANNOTATION] ?? []),
  ]);
  const charts = new Set(
    revisions.flatMap(({ annotations }) => chartsFrom(annotations).map(({ digest }) => recordName('payload', digest))),
  );
  const fetched = new Set(
    of('payload')
      .filter((one) => lastPlans.has(one.annotations?.[PLAN_ANNOTATION] ?? ''))
      .map(({ name }) => name),
  );
  return [
    ...stale,
    ...of('plan').filter(({ name }) => !plans.has(firstPiece(name))),
    ...of('payload').filter(({ name }) => !charts.has(firstPiece(name)) && !fetched.has(firstPiece(name))),
  ].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** Older than the last five, or of a package that is gone; what the last operation of a package wrote stays. */
function isStale(
  { name, labels, annotations }: RecordMetadata,
  lock: ClusterLock,
  lastPlans: ReadonlySet<string>,
): boolean {
  const locked = lock.packages[labels?.[PACKAGE_LABEL] ?? ''];
  if (locked?.revision !== undefined) return numberOf(name) <= locked.revision - KEPT_REVISIONS;
  return !lastPlans.has(annotations?.[PLAN_ANNOTATION] ?? '');
}

/** Further pieces of a record have its name, a dot and a number. */
function firstPiece(name: string): string {
  return name.split('.')[0] ?? name;
}
