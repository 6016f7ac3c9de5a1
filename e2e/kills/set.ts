import { recordCenter } from '@capstan/capability-center';
import { TEST_GROUP, type TestPackage, testPackage, writeTestCenter } from '@capstan/capability-center/testing';
import { digestOf } from '@capstan/capability-model';
import { ensureNamespace, type KubeClient } from '@capstan/kube';

/** The versions of each package of the set, older first. */
export const VERSIONS = ['1.0.0', '1.1.0'] as const;

/** The packages of the set, dependencies first: a diamond whose top is `shop`. */
export const PACKAGES = ['store', 'queue', 'shop'] as const;

/** The kind that `store` brings, and in which a user keeps something. */
export const THING = { apiVersion: `${TEST_GROUP}/v1`, kind: 'Thing' } as const;

/**
 * Writes the set's center into a folder and records it in the cluster, as the only one. Both versions of `store` are a
 * Helm release and an object of its own, and bring three CRDs. The newer one has one more field and one more version of
 * things, which is the stored one, and another Definition than the older one; each newer package needs the newer ones of
 * the others.
 */
export async function offerSet(client: KubeClient, folder: string): Promise<void> {
  const { record } = await writeTestCenter(folder, { name: 'kills', packages: VERSIONS.flatMap(packagesOf) });
  await ensureNamespace(client, 'capstan-system');
  await recordCenter(client, record);
}

function packagesOf(version: (typeof VERSIONS)[number], index: number): TestPackage[] {
  const range = `~${version}`;
  return [
    storeOf(version, index > 0),
    { name: 'queue', version, needs: { store: range } },
    { name: 'shop', version, needs: { store: range, queue: range } },
  ];
}

function storeOf(version: string, newer: boolean): TestPackage {
  const spec = { size: { type: 'integer' }, ...(newer ? { colour: { type: 'string' } } : {}) };
  const things = { kind: THING.kind, spec, versions: newer ? ['v1', 'v2'] : ['v1'] };
  const store: TestPackage = {
    name: 'store',
    version,
    chart: { crds: [things, { kind: 'Former' }, { kind: 'Later' }] },
  };
  const document = JSON.parse(JSON.stringify(testPackage(store)));
  const own = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'own' }, data: { version } };
  document.install.units.push({ id: 'own', type: 'manifests', after: ['store'], objects: [own] });
  document.provides.definitions = [THING.kind, newer ? 'Later' : 'Former'].map(definitionOf);
  return { ...store, fields: { provides: document.provides, install: document.install } };
}

function definitionOf(kind: string) {
  const shortName = kind.toLowerCase();
  const name = `${shortName}s.${TEST_GROUP}`;
  const metadata = { name };
  const object = {
    apiVersion: 'core.oam.dev/v1alpha2',
    kind: 'TraitDefinition',
    metadata,
    spec: { definitionRef: { name } },
  };
  return { name, role: 'trait', shortName, kind, digest: digestOf(object), object };
}
