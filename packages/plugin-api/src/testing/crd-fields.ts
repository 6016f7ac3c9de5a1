import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';

/** What is looked at of a CRD's schema. */
export interface CrdSchema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, CrdSchema>>;
  readonly items?: CrdSchema;
  readonly additionalProperties?: CrdSchema;
}

/** The schema of `spec` in the first version of the CRD in a YAML file. */
export async function specSchemaOf(file: string): Promise<CrdSchema> {
  const crd = parse(await readFile(file, 'utf8'));
  return crd.spec.versions[0].schema.openAPIV3Schema.properties.spec;
}

/** Paths of the fields below a schema for which `explain` has nothing to say. */
export function undescribedFields(schema: CrdSchema, path = 'spec'): string[] {
  const fields = Object.entries((schema.items ?? schema.additionalProperties ?? schema).properties ?? {});
  const missing = fields.filter(([, child]) => !child.description).map(([name]) => `${path}.${name}`);
  return [...missing, ...fields.flatMap(([name, child]) => undescribedFields(child, `${path}.${name}`))];
}

/** Paths of the fields below a schema that none of the values states: what golden files leave out. */
export function unstatedFields(schema: CrdSchema, values: readonly unknown[], path = 'spec'): string[] {
  const below = schema.items ?? schema.additionalProperties;
  if (below) {
    const items = values.flatMap((value) => Object.values(value as object));
    return unstatedFields(below, items, path);
  }
  return Object.entries(schema.properties ?? {}).flatMap(([name, child]) => {
    const all = values.map((value) => (value as Readonly<Record<string, unknown>>)[name]);
    const stated = all.filter((one) => one !== undefined);
    return stated.length > 0 ? unstatedFields(child, stated, `${path}.${name}`) : [`${path}.${name}`];
  });
}
