import { join } from 'node:path';
import type { KubernetesObject } from '@capstan/plugin-api';
import { goldenFilesIn } from '@capstan/plugin-api/testing';
import { type CrdTrial, tryCrd } from '@capstan/sandbox/testing';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { serverlessSpec } from '../src/spec.ts';
import { aServerless } from '../src/testing/builders.ts';
import { SOUND_SPECS, WRONG_SPECS, WRONG_VALUES } from '../src/testing/wrong-specs.ts';

let trial: CrdTrial;

beforeAll(async () => {
  trial = await tryCrd(
    join(import.meta.dirname, '../crds/serverlesses.workloads.capstan.dev.yaml'),
    inject('kubeconfig'),
  );
});

afterAll(() => trial?.close());

/** What the API server makes of a Serverless, without keeping it. */
const tryOut = (object: KubernetesObject): Promise<KubernetesObject> => trial.tryOut(object);

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
  const serverlesses = (await goldenFilesIn(join(import.meta.dirname, 'golden'))).flatMap(({ input }) => input);
  await Promise.all(serverlesses.map(tryOut));
  expect(serverlesses.length).toBeGreaterThan(15);
});

test("the CRD's defaults are those of the code", async () => {
  const { spec: stored } = await tryOut(aServerless());
  expect(stored).toEqual(serverlessSpec(aServerless()));
});
