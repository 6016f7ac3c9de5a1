import { join } from 'node:path';
import type { KubernetesObject } from '@capstan/plugin-api';
import { type CrdTrial, tryCrd } from '@capstan/sandbox/testing';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { rolloutSpec } from '../src/spec.ts';
import { aRollout } from '../src/testing/builders.ts';
import { SOUND_SPECS, WRONG_SPECS } from '../src/testing/wrong-specs.ts';

let trial: CrdTrial;

beforeAll(async () => {
  trial = await tryCrd(join(import.meta.dirname, '../crds/rollouts.traits.capstan.dev.yaml'), inject('kubeconfig'));
});

afterAll(() => trial?.close());

/** What the API server makes of a Rollout, without keeping it. */
const tryOut = (spec: object): Promise<KubernetesObject> => trial.tryOut(aRollout(spec));

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
