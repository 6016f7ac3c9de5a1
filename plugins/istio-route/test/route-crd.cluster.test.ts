import { join } from 'node:path';
import type { KubernetesObject } from '@capstan/plugin-api';
import { type CrdTrial, tryCrd } from '@capstan/sandbox/testing';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { routeSpec } from '../src/spec.ts';
import { aRoute } from '../src/testing/builders.ts';
import { SOUND_SPECS, WRONG_SPECS, WRONG_VALUES } from '../src/testing/wrong-specs.ts';
import { goldenFiles } from './golden-files.ts';

let trial: CrdTrial;

beforeAll(async () => {
  trial = await tryCrd(join(import.meta.dirname, '../crds/routes.extended.oam.dev.yaml'), inject('kubeconfig'));
});

afterAll(() => trial?.close());

/** What the API server makes of a Route, without keeping it. */
const tryOut = (object: KubernetesObject): Promise<KubernetesObject> => trial.tryOut(object);

test.each(WRONG_SPECS)('the API server refuses %s too', async (_what, spec, path) => {
  // A CEL rule on a map points at the map, and one on a list at the list.
  const field = path.replace(/headers\.X-Beta$/, 'headers').replace(/traffic\[1\]\.weight$/, 'traffic');
  await expect(tryOut(aRoute(spec))).rejects.toMatchObject({ message: expect.stringContaining(bracketed(field)) });
});

/** The API server writes keys of a map in brackets. */
function bracketed(field: string): string {
  return field.replace(/headers\.([a-z-]+)$/, 'headers[$1]');
}

test.each(WRONG_VALUES)('the schema refuses %s', async (_what, spec, path) => {
  await expect(tryOut(aRoute(spec))).rejects.toMatchObject({
    message: expect.stringContaining(path),
    fields: expect.objectContaining({ status: 422 }),
  });
});

test.each(SOUND_SPECS)('the API server takes %s too', async (_what, spec) => {
  await expect(tryOut(aRoute(spec))).resolves.toMatchObject({ kind: 'Route' });
});

test('the API server takes every Route of the golden files', async () => {
  const routes = (await goldenFiles()).flatMap(({ input }) => input[0] ?? []);
  await Promise.all(routes.map(tryOut));
  expect(routes.length).toBeGreaterThan(20);
});

test("the CRD's defaults are those of the code", async () => {
  const spec = { retries: {}, tls: { secretName: 'shop' } };
  const { spec: stored } = await tryOut(aRoute(spec));
  expect({ ...(stored as object), traffic: [] }).toEqual(routeSpec(aRoute(spec)));
});
