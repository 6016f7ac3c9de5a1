import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KubernetesObject } from '@capstan/plugin-api';
import { connect, type KubeClient } from '@capstan/sandbox/testing';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { parse } from 'yaml';
import { rolloutSpec } from '../src/spec.ts';
import { aRollout } from '../src/testing/builders.ts';
import { SOUND_SPECS, WRONG_SPECS } from '../src/testing/wrong-specs.ts';

const CRD = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' };
const NAME = 'rollouts.traits.capstan.dev';
let client: KubeClient;

beforeAll(async () => {
  client = await connect({ kubeconfig: inject('kubeconfig') });
  const file = join(import.meta.dirname, `../crds/${NAME}.yaml`);
  await client.apply(parse(await readFile(file, 'utf8')), { force: true });
  await vi.waitUntil(() => client.discovery.find(aRollout()), { timeout: 20_000 });
});

afterAll(() => client.close());

/** What the API server makes of a Rollout, without keeping it. */
function tryOut(spec: object): Promise<KubernetesObject> {
  const object = aRollout(spec);
  return client.create({ ...object, metadata: { name: 'try', namespace: 'default' } }, { dryRun: true });
}

test.each(WRONG_SPECS)('the API server refuses %s too', async (_what, spec, path) => {
  // A rule about several items points at their list.
  const field = path.replace(/(stepWeights|webhooks)\[[01]\].*$/, '$1');
  await expect(tryOut(spec)).rejects.toMatchObject({ message: expect.stringContaining(field) });
});

test.each(SOUND_SPECS)('the API server takes %s too', async (_what, spec) => {
  await expect(tryOut(spec)).resolves.toMatchObject({ kind: 'Rollout' });
});

test.each([
  ['an unknown strategy', { strategy: 'big-bang' }],
  ['a step of nothing', { stepWeight: 0 }],
  ['more than everything', { maxWeight: 101 }],
  ['no check to pass', { strategy: 'blue-green', iterations: 0 }],
  ['an interval of hours', { interval: '1h' }],
  ['no failure to take it back', { threshold: 0 }],
  ['a port that is none', { port: 70_000 }],
  ['more than 100 percent', { metrics: { successRate: 101 } }],
  ['a webhook of an unknown type', { webhooks: [{ name: 'a', type: 'now', url: 'http://a/' }] }],
  ['a webhook without an address', { webhooks: [{ name: 'a', type: 'event', url: 'a' }] }],
  ['a path with a second command in it', { loadTest: { path: '/; rm' } }],
  ['an unknown provider', { provider: 'linkerd' }],
])('the schema refuses %s', async (_what, spec) => {
  await expect(tryOut(spec)).rejects.toMatchObject({ fields: expect.objectContaining({ status: 422 }) });
});

test("the CRD's defaults are those of the code", async () => {
  const spec = {};
  const { spec: stored } = await tryOut(spec);
  expect(stored).toEqual(rolloutSpec(aRollout(spec)));
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
