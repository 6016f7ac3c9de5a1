import { describe, expect, test } from 'vitest';
import { capabilityCustomResourceDefinitions } from './crds.ts';

interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
}

/** What the API server demands of structural schemas, as far as ours could break it. */
function structuralProblems(schema: Schema, path: string): string[] {
  const problems = schema.type === undefined ? [`${path} has no type`] : [];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const missing = keys.filter((key) => !schema.items?.required?.includes(key)).map((key) => `${path} lacks key ${key}`);
  return [
    ...problems,
    ...missing,
    ...Object.entries(schema.properties ?? {}).flatMap(([key, value]) => structuralProblems(value, `${path}.${key}`)),
    ...(schema.items ? structuralProblems(schema.items, `${path}[]`) : []),
  ];
}

describe.each(capabilityCustomResourceDefinitions())('the CRD $metadata.name', (crd) => {
  const spec = crd['spec'] as {
    scope: string;
    names: { plural: string; categories: string[] };
    versions: {
      schema: { openAPIV3Schema: Schema };
      additionalPrinterColumns: { name: string; priority?: number }[];
      subresources: object;
    }[];
  };
  const version = spec.versions[0]!;

  test('has a structural schema', () => expect(structuralProblems(version.schema.openAPIV3Schema, '')).toEqual([]));

  test('is cluster-scoped, of category capstan, with status', () => {
    expect(spec).toMatchObject({ scope: 'Cluster', names: { categories: ['capstan'] } });
    expect(version.subresources).toEqual({ status: {} });
    expect(crd.metadata.name).toBe(`${spec.names.plural}.capstan.dev`);
    const shown = version.additionalPrinterColumns.filter(({ priority = 0 }) => priority === 0).map(({ name }) => name);
    const isCapability = spec.names.plural === 'capabilities';
    expect([shown[0], shown.at(-1)]).toEqual([isCapability ? 'Providers' : 'Ready', 'Age']);
    if (isCapability) expect(shown).toEqual(['Providers', 'Version', 'Health', 'Age']);
  });
});
