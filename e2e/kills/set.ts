import { recordCenter } from '@capstan/capability-center';
import { TEST_GROUP, type TestPackage, writeTestCenter } from '@capstan/capability-center/testing';
import { digestOf } from '@capstan/capability-model';
import { ensureNamespace, type KubeClient } from '@capstan/kube';

/** The versions of each package of the set, older first. */
export const VERSIONS = ['1.0.0', '1.1.0'] as const;

/** The packages of the set, dependencies first: a diamond whose top is `shop`. */
export const PACKAGES = ['store', 'queue', 'shop'] as const;

/** The kind that `store` brings, and in which a user keeps something. */
export const THING = { apiVersion: `${TEST_GROUP}/v1`, kind: 'Thing' } as const;

const DEFINITION = {
  apiVersion: 'core.oam.dev/v1alpha2',
  kind: 'TraitDefinition',
  metadata: { name: `things.${TEST_GROUP}` },
  spec: { definitionRef: { name: `things.${TEST_GROUP}` } },
};

/**
 * Writes the set's center into a folder and records it in the cluster, as the only one. The newer `store` has one more
 * field in its CRD, and each newer package needs the newer ones of the others.
 */
export async function offerSet(client: KubeClient, folder: string): Promise<void> {
  const { record } = await writeTestCenter(folder, { name: 'kills', packages: VERSIONS.flatMap(packagesOf) });
  await ensureNamespace(client, 'capstan-system');
  await recordCenter(client, record);
}

function packagesOf(version: (typeof VERSIONS)[number], index: number): TestPackage[] {
  const range = `~${version}`;
  const spec = { size: { type: 'integer' }, ...(index > 0 ? { colour: { type: 'string' } } : {}) };
  const definitions = [
    {
      name: DEFINITION.metadata.name,
      role: 'trait',
      shortName: 'thing',
      kind: THING.kind,
      digest: digestOf(DEFINITION),
      object: DEFINITION,
    },
  ];
  const apis = [{ group: TEST_GROUP, kind: THING.kind, served: ['v1'] }];
  return [
    {
      name: 'store',
      version,
      chart: { crds: [{ kind: THING.kind, spec }] },
      fields: { provides: { apis, definitions } },
    },
    { name: 'queue', version, needs: { store: range } },
    { name: 'shop', version, needs: { store: range, queue: range } },
  ];
}
