import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KubernetesObject } from '@capstan/plugin-api';
import { connect, type KubeClient } from '@capstan/sandbox/testing';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { parse } from 'yaml';
import { serverlessSpec } from '../src/spec.ts';
import { aServerless } from '../src/testing/builders.ts';
import { SOUND_SPECS, WRONG_SPECS, WRONG_VALUES } from '../src/testing/wrong-specs.ts';
import { goldenFiles } from './golden-files.ts';

const CRD = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' };
const NAME = 'serverlesses.workloads.capstan.dev';
let client: KubeClient;

beforeAll(async () => {
  client = await connect({ kubeconfig: inject('kubeconfig') });
  const file = join(import.meta.dirname, `../crds/${NAME}.yaml`);
  await client.apply(parse(await readFile(file, 'utf8')), { force: true });
  await vi.waitUntil(() => client.discovery.find(aServerless()), { timeout: 20_000 });
});

afterAll(() => client.close());

/** What the API server makes of a Serverless, without keeping it. */
function tryOut(object: KubernetesObject): Promise<KubernetesObject> {
  const text = JSON.stringify({ ...object, metadata: { name: 'try', namespace: 'default' } });
  return client.create(JSON.parse(text), { dryRun: true });
}

test.each(WRONG_SPECS)('the API server refuses %s too', async (_what, spec, path) => {
  // A CEL rule that compares the items of a list points at the list.
  const field = path.replace(/traffic\[1\]\.tag$/, 'traffic');
  await expect(tryOut(aServerless(spec))).rejects.toMatchObject({ message: expect.stringContaining(field) });
});

test.each(WRONG_VALUES)('the schema refuses %s', async (_what, spec, path) => {
  await expect(tryOut(aServerless(spec))).rejects.toMatchObject({
    message: expect.stringContaining(path),
    fields: expect.objectContaining({ status: 422 }),
  });
});

test.each(SOUND_SPECS)('the API server takes %s too', async (_what, spec) => {
  await expect(tryOut(aServerless(spec))).resolves.toMatchObject({ kind: 'Serverless' });
});

test('the API server takes every Serverless of the golden files', async () => {
  const serverlesses = (await goldenFiles()).flatMap(({ input }) => input);
  await Promise.all(serverlesses.map(tryOut));
  expect(serverlesses.length).toBeGreaterThan(15);
});

test("the CRD's defaults are those of the code", async () => {
  const { spec: stored } = await tryOut(aServerless());
  expect(stored).toEqual(serverlessSpec(aServerless()));
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
