import { join } from 'node:path';
import { specSchemaOf, undescribedFields, unstatedFields } from '@capstan/plugin-api/testing';
import { expect, test } from 'vitest';
import { validateCronScale } from '../src/cron-scale/validate.ts';
import { validateAutoscale } from '../src/validate.ts';
import { goldenFiles, outcome } from './golden-files.ts';

const files = await goldenFiles();

test.each(files.map((file) => [file.name, file] as const))('%s', (_name, { input, rendered }) => {
  const [trait] = input;
  if (!trait) throw new Error('a golden file has a trait');
  expect((trait.kind === 'CronScale' ? validateCronScale : validateAutoscale)(trait)).toEqual([]);
  expect(outcome(input)).toEqual(rendered);
});

const schemaOf = (kind: string) =>
  specSchemaOf(join(import.meta.dirname, `../crds/${kind.toLowerCase()}s.traits.capstan.dev.yaml`));

test.each(['Autoscale', 'CronScale'])('every parameter of %s has a golden file', async (kind) => {
  const stated = files.flatMap(({ input: [trait] }) => (trait?.kind === kind ? [trait['spec']] : []));
  // The host fills in workloadRef.
  const missing = unstatedFields(await schemaOf(kind), stated).filter((path) => !path.startsWith('spec.workloadRef'));
  expect(missing).toEqual([]);
});

test.each(['Autoscale', 'CronScale'])('every field of %s has a description for explain', async (kind) => {
  expect(undescribedFields(await schemaOf(kind))).toEqual([]);
});
