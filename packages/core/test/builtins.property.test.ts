import { startTestServer, type TestServer } from '@capstan/apiserver/testing';
import { isCapstanError, type KubernetesObject } from '@capstan/base';
import { connect, KUBE_CODES, type KubeClient, waitUntilServed } from '@capstan/kube';
import { applySchemaDefaults, type CustomResourceDefinition, type Schema } from '@capstan/oam-model';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { attached, rendered, typeOf, workloadTypes } from '../src/builtins/testing/builders.ts';
import { exposeType } from '../src/builtins/traits/expose/index.ts';
import { volumeType } from '../src/builtins/traits/volume/index.ts';

const NAMESPACE = 'default';
const traitTypes = [exposeType, volumeType];
let server: TestServer;
let client: KubeClient;

beforeAll(async () => {
  server = await startTestServer();
  client = await connect({ kubeconfig: server.kubeconfigPath });
  for (const { crd } of [...workloadTypes, ...traitTypes]) {
    await client.create(crd);
    await waitUntilServed(client, kindOf(crd), {});
  }
});

afterAll(async () => {
  client?.close();
  await server?.stop();
});

test('what the API server takes as a built-in workload, it takes as what that becomes', {
  timeout: 60_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(objectsOfTypes(workloadTypes), async (workload) => {
      const { validate } = typeOf(workload.kind).contribution;
      fc.pre((validate?.(workload) ?? []).length === 0 && (await takes(workload)));
      for (const object of rendered(workload)) await tryOut(object);
    }),
    { numRuns: 25 },
  );
});

test('what the API server takes as a built-in trait, it takes as what that makes of a Server', {
  timeout: 60_000,
}, async () => {
  const server = { ...kindOf(typeOf('Server').crd), metadata: { name: 'web' }, spec: { image: 'i', port: 80 } };
  await fc.assert(
    fc.asyncProperty(objectsOfTypes(traitTypes), async (stated) => {
      fc.pre(await takes(stated));
      const crd = traitTypes.find((type) => type.crd.spec.names.kind === stated.kind)?.crd;
      const trait = applySchemaDefaults(stated, crd ? schemaOf(crd) : {});
      const { shaped, children, objects, problems } = attached(trait, server);
      expect(problems).toEqual([]);
      fc.pre((typeOf('Server').contribution.validate?.(shaped) ?? []).length === 0);
      for (const object of [shaped, ...children, ...objects]) await tryOut(object);
    }),
    { numRuns: 12 },
  );
});

test.each<[string, boolean]>([
  ['0', false],
  ['0.0Gi', false],
  ['00', false],
  ['0.5Gi', true],
  ['100', true],
  ['010.0k', true],
])('a claim of %s is taken where it is written: %s', async (size, taken) => {
  const spec = { volumes: [{ name: 'data', path: '/data', size }] };
  expect(await takes({ ...kindOf(volumeType.crd), metadata: { name: 'web' }, spec })).toBe(taken);
});

test.each<[object, boolean]>([
  [{ path: '/a/./b' }, false],
  [{ path: '/a/../b' }, false],
  [{ path: '/.' }, false],
  [{ path: '/a/../' }, false],
  [{ path: '/.well-known/...' }, true],
  [{ path: '/a.b/..c/' }, true],
  [{ hostname: '10.0.0.1' }, false],
  [{ hostname: '*.1shop.example.4-u' }, true],
  [{ hostname: '1.0.0.x1' }, true],
])('what no Ingress takes is refused where it is written: %j is taken: %s', async (spec, taken) => {
  const stated = { ...kindOf(exposeType.crd), metadata: { name: 'web' }, spec };
  expect(await takes(stated)).toBe(taken);
});

/** False for what a rule of the CRD refuses; anything else that goes wrong is an error. */
async function takes(object: KubernetesObject): Promise<boolean> {
  try {
    await tryOut(object);
    return true;
  } catch (error) {
    if (isCapstanError(error, KUBE_CODES.invalid)) return false;
    throw error;
  }
}

async function tryOut(object: KubernetesObject): Promise<void> {
  const placed = { ...object, metadata: { ...object.metadata, namespace: NAMESPACE } };
  await client.apply(placed, { dryRun: true });
}

function kindOf({ spec: { group, names, versions } }: CustomResourceDefinition) {
  return { apiVersion: `${group}/${versions[0]?.name}`, kind: names.kind };
}

function schemaOf(crd: CustomResourceDefinition): Schema {
  return crd.spec.versions[0]?.schema?.openAPIV3Schema ?? {};
}

/** Objects of any of these types. */
function objectsOfTypes(types: readonly { readonly crd: CustomResourceDefinition }[]): fc.Arbitrary<KubernetesObject> {
  return fc.constantFrom(...types).chain(({ crd }) => {
    const spec = valuesOf(schemaOf(crd).properties?.['spec'] ?? {});
    return spec.map((spec) => ({ ...kindOf(crd), metadata: { name: 'web' }, spec }));
  });
}

/** Values that fit a schema. */
function valuesOf(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.enum) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case 'object':
      return objectsOf(schema);
    case 'array':
      return fc.array(valuesOf(schema.items ?? {}), { minLength: schema.minItems ?? 0, maxLength: 3 });
    case 'string':
      return textsOf(schema);
    case 'integer':
      return fc.integer({ min: schema.minimum ?? 0, max: schema.maximum ?? 2 ** 31 - 1 });
    case 'boolean':
      return fc.boolean();
    default:
      throw new Error(`no values for ${JSON.stringify(schema)}`);
  }
}

function objectsOf({ properties = {}, required = [], additionalProperties }: Schema): fc.Arbitrary<unknown> {
  if (typeof additionalProperties === 'object') {
    return fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), valuesOf(additionalProperties), { maxKeys: 2 });
  }
  const fields = (left: ReadonlySet<string>, taken: ReadonlySet<string>) =>
    Object.entries(properties).flatMap(([name, schema]) => {
      if (left.has(name)) return [];
      const values = valuesOf(schema);
      const always = required.includes(name) || taken.has(name);
      return [[name, always ? values : fc.option(values, { nil: undefined, freq: 3 })] as const];
    });
  const pairs = EXCLUSIVE.filter((pair) => pair.every((name) => name in properties));
  return fc
    .tuple(...pairs.map((pair) => fc.boolean().map((first) => (first ? pair : pair.toReversed()))))
    .chain((choices) => {
      const taken = new Set(choices.map(([one = '']) => one));
      const left = new Set(choices.map(([, other = '']) => other));
      return fc.record(Object.fromEntries(fields(left, taken)));
    })
    .map((value) => JSON.parse(JSON.stringify(value)));
}

/** Fields of which a rule allows only one; a rule that is broken in most cases would leave little to try. */
const EXCLUSIVE = [
  ['value', 'fromSecret'],
  ['path', 'prefix'],
  ['claim', 'size'],
];

function textsOf({ pattern, minLength = 0, maxLength = 40 }: Schema): fc.Arbitrary<string> {
  if (pattern === undefined) return fc.string({ minLength, maxLength: Math.min(maxLength, 40) });
  return fc.stringMatching(new RegExp(pattern), { maxLength: Math.min(maxLength, 40) });
}
