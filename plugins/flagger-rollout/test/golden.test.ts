import { join } from 'node:path';
import { specSchemaOf, undescribedFields, unstatedFields } from '@capstan/plugin-api/testing';
import { expect, test } from 'vitest';
import { validateRollout } from '../src/validate.ts';
import { goldenFiles, outcome } from './golden-files.ts';

const files = await goldenFiles();

test.each(files.map((file) => [file.name, file] as const))('%s', (_name, file) => {
  expect(file.input[0] && validateRollout(file.input[0])).toEqual([]);
  expect(outcome(file)).toEqual(file.rendered);
});

const schema = await specSchemaOf(join(import.meta.dirname, '../crds/rollouts.traits.capstan.dev.yaml'));

test('every parameter has a golden file', () => {
  const stated = files.flatMap(({ input }) => (input[0] ? [input[0]['spec']] : []));
  // The host fills in workloadRef.
  const missing = unstatedFields(schema, stated).filter((path) => !path.startsWith('spec.workloadRef'));
  expect(missing).toEqual([]);
});

test('every field has a description for explain', () => expect(undescribedFields(schema)).toEqual([]));
