import { Buffer } from 'node:buffer';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { type JsonObject, type KubernetesObject, messageOf, referenceTo } from '@capstan/base';
import { PACKAGE_LABEL, selectorOf } from '@capstan/capability-model';
import { parseManifest, type ReleaseStatus } from '@capstan/helm-ts';
import type { KubeClient } from '@capstan/kube';
import { invalidRecord } from '../installer/secrets.ts';
import type { HelmReleaseRecord, StoredRelease } from './types.ts';

const SECRET = { apiVersion: 'v1', kind: 'Secret' } as const;
const RELEASE_TYPE = 'helm.sh/release.v1';

/** A Secret has at most 1 MiB; what is packed into it grows a few times. More is no release but an attack. */
const MAX_RELEASE_BYTES = 64 * 1024 * 1024;

/** Labels that Helm itself gives to its records. */
const HELM_LABELS = ['name', 'owner', 'status', 'version', 'createdAt', 'modifiedAt'];

const pack = promisify(gzip);
const unpack = promisify(gunzip);

/** The newest record of a Helm release, or undefined where there is none. Rejects with RECORD_INVALID for a damaged one. */
export async function readReleaseRecord(
  client: KubeClient,
  name: string,
  namespace: string,
): Promise<StoredRelease | undefined> {
  const labelSelector = selectorOf({ owner: 'helm', name });
  const { items } = await client.list(SECRET, { namespace, labelSelector, metadataOnly: true });
  const newest = newestRevisions(items)[0];
  return newest ? readStored(client, newest) : undefined;
}

/** The names of the newest record of every release of the cluster; only metadata is read. */
export async function listReleaseRecords(client: KubeClient): Promise<KubernetesObject[]> {
  const { items } = await client.list(SECRET, { labelSelector: selectorOf({ owner: 'helm' }), metadataOnly: true });
  return newestRevisions(items);
}

/** The record behind one of `listReleaseRecords`; undefined when it is gone meanwhile. */
export async function readStored(
  client: KubeClient,
  { metadata }: KubernetesObject,
): Promise<StoredRelease | undefined> {
  const { name, namespace } = metadata;
  const secret = await client.get({ ...SECRET, name, ...(namespace === undefined ? {} : { namespace }) });
  return secret ? decodeRelease(secret) : undefined;
}

function newestRevisions(secrets: readonly KubernetesObject[]): KubernetesObject[] {
  const newest = new Map<string, KubernetesObject>();
  for (const secret of secrets) {
    const key = `${secret.metadata.namespace}/${secret.metadata.labels?.['name']}`;
    const known = newest.get(key);
    if (!known || revisionOf(secret) > revisionOf(known)) newest.set(key, secret);
  }
  return [...newest.values()];
}

function revisionOf({ metadata }: KubernetesObject): number {
  return Number(metadata.labels?.['version'] ?? 0);
}

/**
 * The release in one of Helm's Secrets: base64 of gzip of JSON, unpacked within a limit. Rejects with RECORD_INVALID for
 * anything else.
 */
export async function decodeRelease(secret: KubernetesObject): Promise<StoredRelease> {
  try {
    return storedRelease((await unpackRelease(secret)) as unknown as HelmJson, secret);
  } catch (error) {
    throw invalidRecord(secret.metadata.name, `${messageOf(error)}.`, error);
  }
}

/** Helm's own JSON of a release: in gzip, in base64; the Secret adds its own base64. Throws for anything else. */
export async function unpackRelease(secret: KubernetesObject): Promise<JsonObject> {
  if (secret['type'] !== RELEASE_TYPE) throw new Error(`its type is not ${RELEASE_TYPE}`);
  const data = secret['data'] as Record<string, string> | undefined;
  const text = Buffer.from(data?.['release'] ?? '', 'base64').toString('latin1');
  const json = await unpack(Buffer.from(text, 'base64'), { maxOutputLength: MAX_RELEASE_BYTES });
  return JSON.parse(json.toString('utf8')) as JsonObject;
}

/** The data of a Secret for Helm's own JSON of a release. */
export async function packRelease(release: JsonObject): Promise<{ readonly release: string }> {
  const packed = await pack(JSON.stringify(release));
  return { release: Buffer.from(packed.toString('base64'), 'latin1').toString('base64') };
}

/** What is read of Helm's own record. */
interface HelmJson {
  readonly name: string;
  readonly namespace: string;
  readonly version: number;
  readonly info?: { readonly status?: string };
  readonly chart?: {
    readonly metadata?: { readonly name?: string; readonly version?: string; readonly appVersion?: string };
  };
  readonly config?: JsonObject | null;
  readonly manifest?: string;
  readonly hooks?: readonly { readonly manifest?: string }[] | null;
}

function storedRelease(release: HelmJson, { metadata }: KubernetesObject): StoredRelease {
  const { name, version, appVersion } = release.chart?.metadata ?? {};
  if (typeof release.name !== 'string' || name === undefined || version === undefined) {
    throw new Error('it names no release or no chart');
  }
  const labels = Object.entries(metadata.labels ?? {}).filter(([key]) => !HELM_LABELS.includes(key));
  const manifest = documentsOf(release.manifest ?? '');
  const owner = metadata.labels?.[PACKAGE_LABEL];
  return {
    name: release.name,
    namespace: release.namespace,
    revision: release.version,
    status: (release.info?.status ?? 'unknown') as ReleaseStatus,
    ...(owner === undefined ? {} : { package: owner }),
    chart: { name, version, ...(appVersion === undefined ? {} : { appVersion }) },
    ...contentOf(manifest),
    values: release.config ?? {},
    labels: Object.fromEntries(labels),
    manifest,
    hooks: (release.hooks ?? []).flatMap(({ manifest: text }) => (text === undefined ? [] : [text])),
  };
}

function contentOf(manifest: readonly string[]): Pick<HelmReleaseRecord, 'objects' | 'crds' | 'keptCrds'> {
  const objects = manifest.flatMap((text) => parseManifest(text));
  const crds = objects.filter(({ kind }) => kind === 'CustomResourceDefinition');
  const kept = crds.filter(({ metadata }) => metadata.annotations?.['helm.sh/resource-policy'] === 'keep');
  return {
    objects: objects.map(referenceTo),
    crds: crds.map(({ metadata }) => metadata.name),
    keptCrds: kept.map(({ metadata }) => metadata.name),
  };
}

/** The documents of a manifest: what stands between lines of three hyphens, where there is anything but comments. */
function documentsOf(text: string): string[] {
  return text.split(/^---[ \t]*(?:#.*)?$/m).filter((document) => /^[ \t]*[^\s#]/m.test(document));
}
