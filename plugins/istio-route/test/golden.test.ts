import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { validateRoute } from '../src/validate.ts';
import { goldenFiles, outcome } from './golden-files.ts';

const files = await goldenFiles();

test.each(files.map((file) => [file.name, file] as const))('%s', (_name, { input, rendered }) => {
  expect(input[0] && validateRoute(input[0])).toEqual([]);
  expect(outcome(input)).toEqual(rendered);
});

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema;
}

/** The fields below a schema that a value does not state anywhere. */
function unstated(schema: Schema, values: readonly unknown[], path: string): string[] {
  const below = schema.items ?? schema.additionalProperties;
  if (below)
    return unstated(
      below,
      values.flatMap((value) => Object.values(value as object)),
      path,
    );
  return Object.entries(schema.properties ?? {}).flatMap(([name, child]) => {
    const found = values.flatMap((value) => {
      const one = (value as Readonly<Record<string, unknown>>)[name];
      return one === undefined ? [] : [one];
    });
    return found.length === 0 ? [`${path}.${name}`] : unstated(child, found, `${path}.${name}`);
  });
}

test('every parameter has a golden file', async () => {
  const crd = parse(await readFile(join(import.meta.dirname, '../crds/routes.extended.oam.dev.yaml'), 'utf8'));
  const { spec } = crd.spec.versions[0].schema.openAPIV3Schema.properties as { spec: Schema };
  const stated = files.flatMap(({ input }) => (input[0] ? [input[0]['spec']] : []));
  expect(unstated(spec, stated, 'spec')).toEqual([]);
});
