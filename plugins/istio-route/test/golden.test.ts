import { join } from 'node:path';
import { specSchemaOf, undescribedFields, unstatedFields } from '@capstan/plugin-api/testing';
import { expect, test } from 'vitest';
import { validateRoute } from '../src/validate.ts';
import { goldenFiles, outcome } from './golden-files.ts';

const files = await goldenFiles();

test.each(files.map((file) => [file.name, file] as const))('%s', (_name, { input, rendered }) => {
  expect(input[0] && validateRoute(input[0])).toEqual([]);
  expect(outcome(input)).toEqual(rendered);
});

const schema = await specSchemaOf(join(import.meta.dirname, '../crds/routes.extended.oam.dev.yaml'));

test('every parameter has a golden file', () => {
  const stated = files.flatMap(({ input }) => (input[0] ? [input[0]['spec']] : []));
  expect(unstatedFields(schema, stated)).toEqual([]);
});

test('every field has a description for explain', () => expect(undescribedFields(schema)).toEqual([]));
