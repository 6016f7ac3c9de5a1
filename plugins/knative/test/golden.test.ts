import { join } from 'node:path';
import { goldenFilesIn, specSchemaOf, undescribedFields, unstatedFields } from '@capstan/plugin-api/testing';
import { expect, test } from 'vitest';
import { renderServerless } from '../src/render.ts';
import { CONTEXT } from '../src/testing/builders.ts';
import { validateServerless } from '../src/validate.ts';

const files = await goldenFilesIn(join(import.meta.dirname, 'golden'));

test.each(files.map((file) => [file.name, file] as const))('%s', (_name, { input: [serverless], rendered }) => {
  if (!serverless) throw new Error('a golden file begins with a Serverless');
  expect(validateServerless(serverless)).toEqual([]);
  expect(renderServerless(serverless, CONTEXT)).toEqual(rendered);
});

const schema = await specSchemaOf(join(import.meta.dirname, '../crds/serverlesses.workloads.capstan.dev.yaml'));

test('every parameter has a golden file', () => {
  const stated = files.flatMap(({ input }) => input.map((object) => object['spec']));
  expect(unstatedFields(schema, stated)).toEqual([]);
});

test('every field has a description for explain', () => expect(undescribedFields(schema)).toEqual([]));
