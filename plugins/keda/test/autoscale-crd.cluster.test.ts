import { join } from 'node:path';
import type { KubernetesObject } from '@capstan/plugin-api';
import { type CrdTrial, tryCrd } from '@capstan/sandbox/testing';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { autoscaleSpec } from '../src/spec.ts';
import { anAutoscale } from '../src/testing/builders.ts';
import { SOUND_SPECS, WRONG_SPECS } from '../src/testing/wrong-specs.ts';

let trial: CrdTrial;

beforeAll(async () => {
  trial = await tryCrd(join(import.meta.dirname, '../crds/autoscales.traits.capstan.dev.yaml'), inject('kubeconfig'));
});

afterAll(() => trial?.close());

/** What the API server makes of an Autoscale, without keeping it. */
const tryOut = (spec: object): Promise<KubernetesObject> => trial.tryOut(anAutoscale(spec));

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
