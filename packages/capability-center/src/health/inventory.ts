import { Buffer } from 'node:buffer';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { isCapstanError, type KubernetesObject, type ObjectReference, referenceTo } from '@capstan/base';
import { fixedObjects, selectorOf } from '@capstan/capability-model';
import { parseManifest } from '@capstan/helm-ts';
import { KUBE_CODES, type KubeClient } from '@capstan/kube';
import { asHelmApplies, INSTALLER, markAsOurs } from '../installer/labels.ts';
import { inNamespace } from '../plan/objects.ts';
import type { HealthSubject, ReleaseName } from './subject.ts';

/** An object of a package as it was put in force, and the field manager that did it. */
export interface InventoryItem {
  readonly reference: ObjectReference;
  readonly wanted: KubernetesObject;
  readonly manager: string;
}

/** Helm's own limit of a release is that of a Secret, compressed; this bounds what it may unpack to. */
const MAX_RELEASE_BYTES = 64 * 1024 * 1024;
const unpack = promisify(gunzip);

/**
 * What a package consists of, as it was put in force: the manifests of its Helm releases as Helm recorded them, its own
 * objects, CRDs and Definitions. A release that cannot be read adds nothing: the check of releases tells of it.
 */
export async function readInventory(client: KubeClient, subject: HealthSubject): Promise<InventoryItem[]> {
  const releases = await Promise.all(subject.releases.map((release) => releaseItems(client, release)));
  const own = await placed(client, ownObjects(subject), INSTALLER);
  return [...releases.flat(), ...own];
}

/** The objects of one release, by its newest record. */
export async function releaseItems(client: KubeClient, { release, namespace }: ReleaseName): Promise<InventoryItem[]> {
  const record = await newestRecord(client, release, namespace);
  if (!record) return [];
  const objects = await manifestOf(record);
  const marked = objects.map((object) => asHelmApplies(object, release, namespace));
  return placed(client, marked, 'helm', namespace);
}

/** Objects, CRDs and Definitions that the installer itself applies. */
export function ownObjects({ metadata, definitions }: HealthSubject): KubernetesObject[] {
  const { name, version, install } = metadata;
  const manifests = install.units.flatMap((unit) =>
    unit.type === 'manifests'
      ? fixedObjects(unit).map((object) => ({ object, namespace: unit.namespace ?? install.namespace }))
      : [],
  );
  return [
    ...install.crds.flatMap(({ object }) => (object ? [markAsOurs(object, name, version)] : [])),
    ...manifests.map(({ object, namespace }) => markAsOurs(withDefault(object, namespace), name, version)),
    ...definitions,
  ];
}

/** Where a namespaced object would go; `placed` takes it away again from objects of the cluster's kinds. */
function withDefault(object: KubernetesObject, namespace: string): KubernetesObject {
  return { ...object, metadata: { namespace, ...object.metadata } };
}

/** The objects with their namespaces; kinds that are not served yet or any more are left out. */
export async function placed(
  client: KubeClient,
  objects: readonly KubernetesObject[],
  manager: string,
  namespace = 'default',
): Promise<InventoryItem[]> {
  const items: InventoryItem[] = [];
  for (const object of objects) {
    const served = await client.discovery.find(object);
    if (!served) continue;
    const wanted = served.namespaced ? inNamespace(object, true, namespace) : withoutNamespace(object);
    items.push({ reference: referenceTo(wanted), wanted, manager });
  }
  return items;
}

function withoutNamespace(object: KubernetesObject): KubernetesObject {
  const { namespace: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

async function newestRecord(client: KubeClient, name: string, namespace: string) {
  try {
    const { items } = await client.list(
      { apiVersion: 'v1', kind: 'Secret' },
      { namespace, labelSelector: `${selectorOf({ owner: 'helm', name })},status=deployed` },
    );
    return items.toSorted((a, b) => revisionOf(b) - revisionOf(a))[0];
  } catch (error) {
    // Who may not read Secrets cannot compare; everything else can still be checked.
    if (isCapstanError(error, KUBE_CODES.forbidden)) return undefined;
    throw error;
  }
}

function revisionOf(secret: KubernetesObject): number {
  return Number(secret.metadata.labels?.['version'] ?? 0);
}

/** Helm's record: base64 of gzipped JSON, in a Secret's base64. A record that is damaged holds nothing to compare with. */
async function manifestOf(record: KubernetesObject): Promise<KubernetesObject[]> {
  const { release = '' } = (record['data'] ?? {}) as { release?: string };
  try {
    const packed = Buffer.from(Buffer.from(release, 'base64').toString('utf8'), 'base64');
    const text = (await unpack(packed, { maxOutputLength: MAX_RELEASE_BYTES })).toString('utf8');
    const { manifest } = JSON.parse(text) as { manifest?: unknown };
    return typeof manifest === 'string' ? [...parseManifest(manifest)] : [];
  } catch {
    return [];
  }
}
