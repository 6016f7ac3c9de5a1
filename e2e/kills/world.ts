import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KubernetesObject } from '@capstan/base';
import { TEST_GROUP } from '@capstan/capability-center/testing';
import { CAPSTAN_KINDS } from '@capstan/capability-model';
import type { KubeClient } from '@capstan/kube';
import { PACKAGES, THING } from './set.ts';

/** What a cluster holds of the set, without what may differ between two equal ends: names in order, texts comparable. */
export type World = Readonly<Record<string, unknown>>;

/**
 * Reads everything that the set can leave in a cluster: its objects, Helm's records, CRDs, Definitions, the goals with
 * their states, the lock, unfinished journals, and what the user keeps in its kind.
 */
export async function readWorld(client: KubeClient): Promise<World> {
  const found = await Promise.all([
    ...PACKAGES.flatMap((namespace) =>
      ['apps/v1 Deployment', 'v1 ConfigMap'].map((kind) => objectsOf(client, kind, { namespace })),
    ),
    objectsOf(client, 'v1 Namespace', { only: (name) => PACKAGES.some((each) => each === name) }),
    objectsOf(client, 'apiextensions.k8s.io/v1 CustomResourceDefinition', {
      only: (name) => name.endsWith(TEST_GROUP),
    }),
    objectsOf(client, 'core.oam.dev/v1alpha2 TraitDefinition', { only: (name) => name.endsWith(TEST_GROUP) }),
    objectsOf(client, `${THING.apiVersion} ${THING.kind}`, {}),
    objectsOf(client, 'admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy', {}),
    releases(client),
    goals(client),
    records(client),
  ]);
  return Object.fromEntries(found.flat().sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What a removal has saved: the files by name, without the index, which names uids. Empty where nothing was saved. */
export async function readArchive(directory: string): Promise<Readonly<Record<string, string>>> {
  const names = await readdir(directory).catch(() => []);
  const files = names.filter((name) => name.endsWith('.yaml') || name.startsWith('.')).sort();
  const read = async (name: string) => [name, await readFile(join(directory, name), 'utf8')] as const;
  return Object.fromEntries(await Promise.all(files.map(read)));
}

type Entry = readonly [name: string, content: unknown];

async function objectsOf(
  client: KubeClient,
  text: string,
  { namespace, only = () => true }: { readonly namespace?: string; readonly only?: (name: string) => boolean },
): Promise<Entry[]> {
  const [apiVersion = '', kind = ''] = text.split(' ');
  if (!(await client.discovery.find({ apiVersion, kind }))) return [];
  const { items } = await client.list({ apiVersion, kind }, namespace === undefined ? {} : { namespace });
  return items
    .filter(({ metadata }) => only(metadata.name) && metadata.name !== 'kube-root-ca.crt')
    .map(
      (object) => [`${kind} ${object.metadata.namespace ?? ''}/${object.metadata.name}`, contentOf(object)] as const,
    );
}

/** Labels, annotations, spec and data; nothing that the server or a controller counts or dates. */
function contentOf(object: KubernetesObject): unknown {
  const { labels = {}, annotations = {}, deletionTimestamp } = object.metadata;
  const counted = ['deployment.kubernetes.io/revision'];
  return {
    labels,
    annotations: Object.fromEntries(Object.entries(annotations).filter(([key]) => !counted.includes(key))),
    going: deletionTimestamp !== undefined,
    spec: object['spec'],
    data: object['data'],
  };
}

/** Helm's newest record of each release: its state alone, for every rerun may add a revision. */
async function releases(client: KubeClient): Promise<Entry[]> {
  const { items } = await client.list({ apiVersion: 'v1', kind: 'Secret' }, { labelSelector: 'owner=helm' });
  const newest = new Map<string, KubernetesObject>();
  const revision = (secret: KubernetesObject) => Number(secret.metadata.labels?.['version'] ?? 0);
  for (const secret of items) {
    const name = secret.metadata.labels?.['name'] ?? '';
    const known = newest.get(name);
    if (!known || revision(known) < revision(secret)) newest.set(name, secret);
  }
  return [...newest].map(([name, { metadata }]) => [`release ${name}`, metadata.labels?.['status']] as const);
}

async function goals(client: KubeClient): Promise<Entry[]> {
  const { items } = await client.list(CAPSTAN_KINDS.install);
  return items.map(({ metadata, spec, status }) => {
    const { phase, version, conditions, definitions, units } = (status ?? {}) as Record<string, unknown>;
    const told = (conditions as { type: string; status: string; reason: string }[] | undefined) ?? [];
    return [
      `goal ${metadata.name}`,
      {
        spec,
        phase,
        version,
        definitions,
        conditions: told.map(({ type, status: value, reason }) => `${type}=${value} ${reason}`),
        charts: (units as { chartVersion: string }[] | undefined)?.map(({ chartVersion }) => chartVersion),
      },
    ] as const;
  });
}

/** The lock without times and plan digests and the journals that did not end well. */
async function records(client: KubeClient): Promise<Entry[]> {
  const { items } = await client.list({ apiVersion: 'v1', kind: 'Secret' }, { namespace: 'capstan-system' });
  return items.flatMap((secret): Entry[] => {
    const data = (secret['data'] ?? {}) as Record<string, string>;
    const read = (key: string) => JSON.parse(Buffer.from(data[key] ?? '', 'base64').toString('utf8'));
    if (data['lock.json']) {
      const { packages } = read('lock.json') as { packages: Record<string, Record<string, unknown>> };
      return Object.entries(packages).map(([name, { version, release, goal, range, requires }]) => [
        `lock ${name}`,
        { version, release, goal, range, requires },
      ]);
    }
    if (!data['journal.json']) return [];
    const { entries } = read('journal.json') as { entries: readonly { kind: string }[] };
    const end = entries.at(-1)?.kind;
    return end === 'done' || end === 'reverted' ? [] : [[`journal ${secret.metadata.name}`, end]];
  });
}
