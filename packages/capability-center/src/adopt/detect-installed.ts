import { isCapstanError, type KubernetesObject, referenceTo } from '@capstan/base';
import { CAPSTAN_KINDS, PACKAGE_LABEL } from '@capstan/capability-model';
import type { KubeClient } from '@capstan/kube';
import { INSTALLER_CODES } from '../installer/codes.ts';
import { helmOwnerOf, packageOf } from '../installer/labels.ts';
import { mapLimit } from '../plan/parallel.ts';
import type { Catalog } from '../registry/catalog.ts';
import { matchInstalled } from './match.ts';
import { listReleaseRecords, readStored } from './release-record.ts';
import type { DetectedInstall, DetectionFacts, HelmReleaseRecord, WorkloadFact } from './types.ts';

const WORKLOADS = ['Deployment', 'StatefulSet', 'DaemonSet'];

/**
 * The installations of the catalog's packages that somebody made without Capstan: by their Helm releases, workloads and
 * CRDs, with version, confidence and evidence. Reads only, within bounds; a Helm record that cannot be read is passed
 * over. Rejects with FORBIDDEN for who may not list Secrets, workloads or CRDs.
 */
export async function detectInstalled(client: KubeClient, catalog: Catalog): Promise<DetectedInstall[]> {
  const facts = await readDetectionFacts(client);
  return matchInstalled(
    facts,
    catalog.entries.map(({ metadata }) => metadata),
  );
}

async function readDetectionFacts(client: KubeClient): Promise<DetectionFacts> {
  const [releases, workloads, crds, installs] = await Promise.all([
    readReleases(client),
    Promise.all(WORKLOADS.map((kind) => readWorkloads(client, kind))),
    client.list({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' }, { metadataOnly: true }),
    client.list(CAPSTAN_KINDS.install),
  ]);
  return {
    releases,
    workloads: workloads.flat(),
    crds: crds.items.map((crd) => ({ name: crd.metadata.name, ...ownersOf(crd) })),
    installed: installs.items.map(({ metadata }) => metadata.name),
  };
}

async function readReleases(client: KubeClient): Promise<HelmReleaseRecord[]> {
  const secrets = await listReleaseRecords(client);
  // What is ours needs no look inside.
  const foreign = secrets.filter(({ metadata }) => metadata.labels?.[PACKAGE_LABEL] === undefined);
  const found = await mapLimit(foreign, 4, (secret) =>
    readStored(client, secret).catch((error: unknown) => {
      if (isCapstanError(error, INSTALLER_CODES.recordInvalid)) return undefined;
      throw error;
    }),
  );
  return found
    .filter((release) => release !== undefined)
    .map(({ values: _, labels: __, manifest: ___, hooks: ____, ...record }) => record)
    .concat(secrets.filter((secret) => !foreign.includes(secret)).map(ownRelease));
}

/** A release of ours, by its record's labels. */
function ownRelease({ metadata }: KubernetesObject): HelmReleaseRecord {
  const { labels = {}, namespace = '' } = metadata;
  return {
    name: labels['name'] ?? '',
    namespace,
    revision: Number(labels['version'] ?? 0),
    status: (labels['status'] ?? 'unknown') as HelmReleaseRecord['status'],
    package: labels[PACKAGE_LABEL] ?? '',
    chart: { name: '', version: '' },
    objects: [],
    crds: [],
    keptCrds: [],
  };
}

async function readWorkloads(client: KubeClient, kind: string): Promise<WorkloadFact[]> {
  const { items } = await client.list({ apiVersion: 'apps/v1', kind });
  return items.map((item) => ({
    reference: referenceTo({ ...item, apiVersion: 'apps/v1', kind }),
    labels: item.metadata.labels ?? {},
    images: imagesOf(item),
    ...ownersOf(item),
  }));
}

function ownersOf(object: KubernetesObject): { readonly release?: string; readonly package?: string } {
  const release = helmOwnerOf(object);
  const owner = packageOf(object);
  return { ...(release === undefined ? {} : { release }), ...(owner === undefined ? {} : { package: owner }) };
}

function imagesOf(workload: KubernetesObject): string[] {
  const spec = workload['spec'] as { template?: { spec?: { containers?: { image?: string }[] } } } | undefined;
  return (spec?.template?.spec?.containers ?? []).flatMap(({ image }) => (image === undefined ? [] : [image]));
}
