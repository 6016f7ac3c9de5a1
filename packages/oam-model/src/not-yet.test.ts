import { expect, test } from 'vitest';
import type { ApplicationComponent, ApplicationConfiguration, Component, Definition } from './kinds/index.ts';
import { notYet } from './not-yet.ts';

const scope = { apiVersion: 'core.oam.dev/v1alpha2', kind: 'HealthScope', name: 's' };
const trait = { apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject', metadata: { name: 't' } };

function anApplication(component: ApplicationComponent, traits?: never[]): ApplicationConfiguration {
  const spec = { components: [component], ...(traits ? { traits } : {}) };
  return { apiVersion: 'core.oam.dev/v1alpha2', kind: 'ApplicationConfiguration', metadata: { name: 'a' }, spec };
}

test.each<[ApplicationComponent, string]>([
  [{ revisionName: 'web-v1' }, 'revisionName'],
  [{ instanceName: 'frontend' }, 'instanceName'],
  [{ dependencies: ['backend'] }, 'dependencies'],
  [{ scopes: [{ scopeRef: scope }] }, 'scopes'],
  [{ scopes: [{ scope }] }, 'scopes'],
  [{ dataOutputs: [{ name: 'url' }] }, 'dataOutputs'],
  [{ dataInputs: [{ toFieldPaths: ['spec.url'] }] }, 'dataInputs'],
  [{ traits: [{ name: 'autoscale', properties: { max: 3 } }] }, 'traits[0].name'],
  [{ traits: [{ trait }, { trait, dataInputs: [{ toFieldPaths: ['x'] }] }] }, 'traits[1].dataInputs'],
  [{ traits: [{ trait, dataOutputs: [{ name: 'x' }] }] }, 'traits[0].dataOutputs'],
])('%j names %s', (component, path) => {
  expect(notYet(anApplication(component), []).map((problem) => problem.path)).toEqual([`spec.components[0].${path}`]);
});

test('traits for the whole application are named', () => {
  const problems = notYet(anApplication({ componentName: 'c' }, [{ trait } as never]), []);
  expect(problems.map(({ path }) => path)).toEqual(['spec.traits']);
});

test('fields of a Component that its metadata cannot have are named with it', () => {
  const component = { kind: 'Component', metadata: { name: 'c', version: 'v1' } } as unknown as Component;
  expect(notYet(anApplication({ componentName: 'c' }), [component])).toMatchObject([
    { path: 'metadata.version', component: 'c' },
  ]);
});

test('a trait whose Definition works with revisions is named, where Definitions are given', () => {
  const name = 'scaledobjects.keda.sh';
  const spec = { definitionRef: { name }, revisionEnabled: true };
  const definition = {
    apiVersion: 'core.oam.dev/v1alpha2',
    kind: 'TraitDefinition',
    metadata: { name },
    spec,
  } as Definition;
  const application = anApplication({ componentName: 'c', traits: [{ trait }] });
  const problems = notYet(application, [], { definitions: [definition], crds: [] });
  expect(problems.map(({ path }) => path)).toEqual(['spec.components[0].traits[0].trait']);
  expect(notYet(application, [])).toEqual([]);
});

test('empty structs of Go clients count as absent', () => {
  const component: ApplicationComponent = {
    componentName: 'c',
    revisionName: '',
    dataInputs: [{ valueFrom: { dataOutputName: '' }, inputStore: { apiVersion: '', kind: '', name: '' } }],
    dataOutputs: [],
    scopes: [],
    traits: [{ trait, name: '', dataInputs: [] }],
  };
  expect(notYet(anApplication(component), [])).toEqual([]);
});
