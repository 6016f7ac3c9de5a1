import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
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

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

/** The fields below a schema that no value states. */
function unstated(schema: Schema, values: readonly unknown[], path: string): string[] {
  if (schema.items) return unstated(schema.items, values.flat(), path);
  return Object.entries(schema.properties ?? {}).flatMap(([name, child]) => {
    const found = values
      .map((value) => (value as Readonly<Record<string, unknown>>)[name])
      .filter((one) => one !== undefined);
    return found.length === 0 ? [`${path}.${name}`] : unstated(child, found, `${path}.${name}`);
  });
}

test.each(['Autoscale', 'CronScale'])('every parameter of %s has a golden file', async (kind) => {
  const file = `../crds/${kind.toLowerCase()}s.traits.capstan.dev.yaml`;
  const crd = parse(await readFile(join(import.meta.dirname, file), 'utf8'));
  const { spec } = crd.spec.versions[0].schema.openAPIV3Schema.properties as { spec: Schema };
  const stated = files.flatMap(({ input: [trait] }) => (trait?.kind === kind ? [trait['spec']] : []));
  // The host fills in workloadRef.
  const missing = unstated(spec, stated, 'spec').filter((path) => !path.startsWith('spec.workloadRef'));
  expect(missing).toEqual([]);
});
