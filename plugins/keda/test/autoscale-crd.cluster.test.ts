import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KubernetesObject } from '@capstan/plugin-api';
import { connect, type KubeClient } from '@capstan/sandbox/testing';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { parse } from 'yaml';
import { autoscaleSpec } from '../src/spec.ts';
import { anAutoscale } from '../src/testing/builders.ts';
import { SOUND_SPECS, WRONG_SPECS } from '../src/testing/wrong-specs.ts';

const CRD = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' };
const NAME = 'autoscales.traits.capstan.dev';
let client: KubeClient;

beforeAll(async () => {
  client = await connect({ kubeconfig: inject('kubeconfig') });
  const file = join(import.meta.dirname, `../crds/${NAME}.yaml`);
  await client.apply(parse(await readFile(file, 'utf8')), { force: true });
  await vi.waitUntil(() => client.discovery.find(anAutoscale()), { timeout: 20_000 });
});

afterAll(() => client.close());

/** What the API server makes of an Autoscale, without keeping it. */
function tryOut(spec: object): Promise<KubernetesObject> {
  const object = anAutoscale(spec);
  return client.create({ ...object, metadata: { name: 'try', namespace: 'default' } }, { dryRun: true });
}

test.each(WRONG_SPECS)('the API server refuses %s too', async (_what, spec, path) => {
  // The CEL rules on a trigger's metadata point at the map, as a rule cannot point at a key that is not there.
  const field = path.replace(/(metadata)\.(value|type)$/, '$1').replace(/(triggers)\[1\]\.name$/, '$1');
  await expect(tryOut(spec)).rejects.toMatchObject({ message: expect.stringContaining(field) });
});

test.each(SOUND_SPECS)('the API server takes %s too', async (_what, spec) => {
  await expect(tryOut(spec)).resolves.toMatchObject({ kind: 'Autoscale' });
});

test.each([
  ['no triggers', { triggers: [] }],
  ['a trigger without metadata', { triggers: [{ type: 'redis' }] }],
  ['an unknown metricType', { triggers: [{ type: 'redis', metadata: {}, metricType: 'Average' }] }],
  ['a negative min', { min: -1 }],
  ['max of nothing', { min: 0, max: 0 }],
  ['a polling interval of nothing', { pollingInterval: 0 }],
  ['a fallback without replicas', { fallback: {} }],
  ['a secret without its key', { auth: [{ parameter: 'a', secret: 'b' }] }],
  ['one parameter from two secrets', { auth: ['b', 'c'].map((secret) => ({ parameter: 'a', secret, key: 'k' })) }],
])('the schema refuses %s', async (_what, spec) => {
  await expect(tryOut(spec)).rejects.toMatchObject({ fields: expect.objectContaining({ status: 422 }) });
});

test("the CRD's defaults are those of the code", async () => {
  const spec = { fallback: { replicas: 1 } };
  const { spec: stored } = await tryOut(spec);
  expect(stored).toEqual(autoscaleSpec(anAutoscale(spec)));
});

test('every field has a description for explain', async () => {
  const { spec: crd } = (await client.get({ ...CRD, name: NAME })) as KubernetesObject;
  const [version] = (crd as { versions: { schema: { openAPIV3Schema: Schema } }[] }).versions;
  const spec = version?.schema.openAPIV3Schema.properties?.['spec'];
  expect(spec && undescribed(spec, 'spec')).toEqual([]);
});

interface Schema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

function undescribed(schema: Schema, path: string): string[] {
  const below = Object.entries(schema.properties ?? schema.items?.properties ?? {});
  const missing = below.filter(([, child]) => !child.description).map(([name]) => `${path}.${name}`);
  return [...missing, ...below.flatMap(([name, child]) => undescribed(child, `${path}.${name}`))];
}
