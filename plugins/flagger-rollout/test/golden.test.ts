import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { validateRollout } from '../src/validate.ts';
import { goldenFiles, outcome } from './golden-files.ts';

const files = await goldenFiles();

test.each(files.map((file) => [file.name, file] as const))('%s', (_name, file) => {
  expect(file.input[0] && validateRollout(file.input[0])).toEqual([]);
  expect(outcome(file)).toEqual(file.rendered);
});

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema;
}

/** The fields below a schema that no value states. */
function unstated(schema: Schema, values: readonly unknown[], path: string): string[] {
  const below = schema.items ?? schema.additionalProperties;
  if (below)
    return unstated(
      below,
      values.flatMap((value) => Object.values(value as object)),
      path,
    );
  return Object.entries(schema.properties ?? {}).flatMap(([name, child]) => {
    const found = values
      .map((value) => (value as Readonly<Record<string, unknown>>)[name])
      .filter((one) => one !== undefined);
    return found.length === 0 ? [`${path}.${name}`] : unstated(child, found, `${path}.${name}`);
  });
}

test('every parameter has a golden file', async () => {
  const crd = parse(await readFile(join(import.meta.dirname, '../crds/rollouts.traits.capstan.dev.yaml'), 'utf8'));
  const { spec } = crd.spec.versions[0].schema.openAPIV3Schema.properties as { spec: Schema };
  const stated = files.flatMap(({ input }) => (input[0] ? [input[0]['spec']] : []));
  // The host fills in workloadRef.
  const missing = unstated(spec, stated, 'spec').filter((path) => !path.startsWith('spec.workloadRef'));
  expect(missing).toEqual([]);
});
