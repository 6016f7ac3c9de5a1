import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseDocuments } from '../files/documents.ts';
import type { CustomResourceDefinition, Schema } from '../schema/types.ts';
import { validateAgainstSchema } from '../schema/validate.ts';
import { oamCustomResourceDefinitions } from './index.ts';

const crds = oamCustomResourceDefinitions();
const crdOf = (kind: string): CustomResourceDefinition => crds.find(({ spec }) => spec.names.kind === kind)!;
const schemaOf = (kind: string): Schema => crdOf(kind).spec.versions[0]!.schema!.openAPIV3Schema!;

function problemsOf(kind: string, spec: unknown, status?: unknown): string[] {
  const object = { apiVersion: 'core.oam.dev/v1alpha2', kind, metadata: { name: 'x', creationTimestamp: null }, spec };
  return validateAgainstSchema(status === undefined ? object : { ...object, status }, schemaOf(kind)).map(
    ({ path }) => path,
  );
}

/** Every schema below one with its path, the roots' metadata left out. */
function allSchemas(schema: Schema, path: string): [string, Schema][] {
  const children = Object.entries(schema.properties ?? {}).filter(([name]) => name !== 'metadata');
  return [
    [path, schema],
    ...children.flatMap(([name, child]) => allSchemas(child, `${path}.${name}`)),
    ...(schema.items ? allSchemas(schema.items, `${path}[]`) : []),
  ];
}

test.each([
  ['WorkloadDefinition', 'Cluster', false],
  ['TraitDefinition', 'Cluster', false],
  ['ScopeDefinition', 'Cluster', false],
  ['Component', 'Namespaced', true],
  ['ApplicationConfiguration', 'Namespaced', true],
  ['ContainerizedWorkload', 'Namespaced', true],
  ['ManualScalerTrait', 'Namespaced', true],
  ['HealthScope', 'Namespaced', true],
  ['NetworkScope', 'Namespaced', true],
])('%s is %s, with a status subresource: %s', (kind, scope, status) => {
  const { metadata, spec } = crdOf(kind);
  expect(metadata.name).toBe(`${kind.toLowerCase()}s.core.oam.dev`);
  expect(spec).toMatchObject({ scope, names: { kind, listKind: `${kind}List`, categories: ['crossplane', 'oam'] } });
  expect(spec.versions[0]?.subresources !== undefined).toBe(status);
});

test('ApplicationConfiguration has the short name appconfig', () => {
  expect(crdOf('ApplicationConfiguration').spec.names.shortNames).toEqual(['appconfig']);
});

test('the column HEALTH shows what the controller writes', () => {
  const [health] = crdOf('HealthScope').spec.versions[0]!.additionalPrinterColumns!;
  expect(health?.jsonPath).toBe('.status.scopeHealthCondition.healthStatus');
});

test('every field that a person reads has a description', () => {
  const silent = crds
    .flatMap(({ spec }) => allSchemas(schemaOf(spec.names.kind), spec.names.kind))
    .filter(([path, schema]) => !schema.description && !path.endsWith('[]'));
  expect(silent).toEqual([]);
});

test('nothing but required: false has a default, so that objects of other clients come back as they are', () => {
  const defaults = crds
    .flatMap(({ spec }) => allSchemas(schemaOf(spec.names.kind), spec.names.kind))
    .filter(([, schema]) => schema.default !== undefined);
  expect(defaults.map(([path]) => path)).toEqual(['Component.spec.parameters[].required']);
});

describe('both dialects pass', () => {
  test.each(['helloworld', 'stateful-app', 'stateless-app', 'serverless-app'])(
    '%s of the talks, but for the Component with the misprint',
    (name) => {
      const text = readFileSync(new URL(`../testdata/${name}.yaml`, import.meta.url), 'utf8');
      const { documents, problems } = parseDocuments(text, name);
      expect(problems).toEqual([]);
      const refused = documents.flatMap(({ object }) =>
        validateAgainstSchema(object, schemaOf(object.kind)).map(({ path }) => `${object.kind} ${path}`),
      );
      const expected = ['Component metadata.description', 'Component metadata.version', 'Component spec.template'];
      expect(refused).toEqual(name === 'helloworld' ? expected : []);
    },
  );

  test('traits by name and scopes by either name', () => {
    const scope = { apiVersion: 'v1', kind: 'S', name: 's' };
    const traits = [
      { name: 'autoscale', version: '1', properties: { max: 3 } },
      { name: 'route', spec: { host: 'x' } },
    ];
    expect(
      problemsOf('ApplicationConfiguration', {
        components: [{ componentName: 'c', traits, scopes: [{ scope }, { scopeRef: scope }] }],
      }),
    ).toEqual([]);
  });
});

test('what Go clients write for fields they leave out passes', () => {
  const nothing = { apiVersion: '', kind: '', name: '' };
  const operation = { type: 'jsonPatch', op: 'add', toFieldPath: 'a', valueFrom: { fieldPath: '' } };
  const component = {
    componentName: 'c',
    dataOutputs: [{ name: 'o', outputStore: nothing }],
    dataInputs: [{ valueFrom: { dataOutputName: '' }, inputStore: { ...nothing, operations: [operation] } }],
    traits: [
      {
        trait: {
          apiVersion: 'v1',
          kind: 'T',
          metadata: { creationTimestamp: null },
          spec: { strategy: {}, resources: {} },
          status: {},
        },
      },
    ],
  };
  const status = {
    dependency: {},
    observedGeneration: 0,
    workloads: [{ workloadRef: nothing, traits: [{ traitRef: nothing }] }],
  };
  expect(problemsOf('ApplicationConfiguration', { components: [component] }, status)).toEqual([]);
  expect(problemsOf('ManualScalerTrait', { replicaCount: 0, workloadRef: nothing }, {})).toEqual([]);
  const health = {
    scopeHealthCondition: { healthStatus: '' },
    healthConditions: [{ healthStatus: '', targetWorkload: nothing }],
  };
  expect(problemsOf('HealthScope', { workloadRefs: [] }, health)).toEqual([]);
  const resources = { cpu: { required: '0' }, memory: { required: '0' } };
  expect(problemsOf('ContainerizedWorkload', { containers: [{ name: '', image: '', resources }] }, {})).toEqual([]);
});

test.each([
  ['ApplicationConfiguration', {}, 'spec.components'],
  ['ApplicationConfiguration', { components: [{ traits: [{}] }] }, 'spec.components[0].traits[0]'],
  ['ApplicationConfiguration', { components: [{ scopes: [{}] }] }, 'spec.components[0].scopes[0]'],
  [
    'ApplicationConfiguration',
    { components: [{ parameterValues: [{ name: 'x', value: true }] }] },
    'spec.components[0].parameterValues[0].value',
  ],
  ['Component', {}, 'spec.workload'],
  ['Component', { workload: { kind: 'X' } }, 'spec.workload.apiVersion'],
  [
    'Component',
    { workload: { apiVersion: 'v1', kind: 'X' }, parameters: [{ name: 'x' }] },
    'spec.parameters[0].fieldPaths',
  ],
  ['TraitDefinition', { definitionRef: {} }, 'spec.definitionRef.name'],
  ['TraitDefinition', { definitionRef: { name: 'x' }, appliesToWorkload: [] }, 'spec.appliesToWorkload'],
  ['ScopeDefinition', { definitionRef: { name: 'x' } }, 'spec.allowComponentOverlap'],
  ['ManualScalerTrait', { replicaCount: 1 }, 'spec.workloadRef'],
  ['HealthScope', { 'probe-interval': 1 }, 'spec.workloadRefs'],
  ['ContainerizedWorkload', { osType: 'linux' }, 'spec.containers'],
  ['NetworkScope', { internetGatewayType: 'private' }, 'spec.internetGatewayType'],
  [
    'WorkloadDefinition',
    { definitionRef: { name: 'x' }, childResourceKinds: [{ kind: 'X' }] },
    'spec.childResourceKinds[0].apiVersion',
  ],
])('%s refuses %j at %s', (kind, spec, path) => {
  expect(problemsOf(kind, spec)).toEqual([path]);
});

test('our additions to TraitDefinition pass', () => {
  const spec = {
    definitionRef: { name: 'x' },
    appliesTo: ['a'],
    conflictsWith: ['b'],
    podDisruptive: true,
    extension: { target: 'child', more: [1] },
  };
  expect(problemsOf('TraitDefinition', spec)).toEqual([]);
});
