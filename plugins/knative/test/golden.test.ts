import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { renderServerless } from '../src/render.ts';
import { CONTEXT } from '../src/testing/builders.ts';
import { validateServerless } from '../src/validate.ts';
import { goldenFiles } from './golden-files.ts';

const files = await goldenFiles();

test.each(files.map((file) => [file.name, file] as const))('%s', (_name, { input: [serverless], rendered }) => {
  if (!serverless) throw new Error('a golden file begins with a Serverless');
  expect(validateServerless(serverless)).toEqual([]);
  expect(renderServerless(serverless, CONTEXT)).toEqual(rendered);
});

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

/** The fields below a schema that no value states. */
function unstated(schema: Schema, values: readonly unknown[], path: string): string[] {
  if (schema.items) return unstated(schema.items, values.flat(), path);
  return Object.entries(schema.properties ?? {}).flatMap(([name, child]) => {
    const found = values.flatMap((value) => {
      const one = (value as Readonly<Record<string, unknown>>)[name];
      return one === undefined ? [] : [one];
    });
    return found.length === 0 ? [`${path}.${name}`] : unstated(child, found, `${path}.${name}`);
  });
}

test('every parameter has a golden file', async () => {
  const file = join(import.meta.dirname, '../crds/serverlesses.workloads.capstan.dev.yaml');
  const crd = parse(await readFile(file, 'utf8'));
  const { spec } = crd.spec.versions[0].schema.openAPIV3Schema.properties as { spec: Schema };
  expect(
    unstated(
      spec,
      files.flatMap(({ input }) => input.map((object) => object['spec'])),
      'spec',
    ),
  ).toEqual([]);
});
