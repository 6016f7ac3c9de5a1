import { readFileSync } from 'node:fs';
import type { KubernetesObject } from '@capstan/base';
import { describe, expect, test } from 'vitest';
import {
  aCatalog,
  aComponent,
  aCrd,
  anApplication,
  aTraitDefinition,
  aWorkloadDefinition,
} from '../../test/builders.ts';
import type { DefinitionCatalog } from '../catalog.ts';
import { formatFieldPath, parseFieldPath } from '../field-path.ts';
import { parseDocuments } from '../files/documents.ts';
import type { ApplicationConfiguration, Component, Definition } from '../kinds/index.ts';
import { normalizeApplication } from './normalize.ts';
import { originOf } from './origins.ts';

const DEPLOYMENT = { apiVersion: 'apps/v1', kind: 'Deployment' };
const KNATIVE = { apiVersion: 'serving.knative.dev/v1', kind: 'Service' };

const catalog = aCatalog(
  [
    aTraitDefinition('manualscalertraits.core.oam.dev', { appliesToWorkloads: ['deployments.apps'] }),
    aTraitDefinition('horizontalpodautoscalers.autoscaling'),
    aTraitDefinition('scaledobjects.keda.sh', { conflictsWith: ['horizontalpodautoscalers.autoscaling'] }),
    aTraitDefinition('routes.extended.oam.dev'),
    aTraitDefinition('autoscales.traits.capstan.dev'),
    aTraitDefinition('footrait', { definitionRef: { name: 'foos.example.com' } }),
    aWorkloadDefinition('deployments.apps'),
  ],
  [
    aCrd('scaledobjects.keda.sh', 'ScaledObject', ['v1alpha1']),
    aCrd('routes.extended.oam.dev', 'Route', ['v1']),
    aCrd('autoscales.traits.capstan.dev', 'Autoscale', ['v1alpha1']),
    aCrd('foos.example.com', 'Foo', ['v1', 'v2']),
  ],
);

/** The file of a talk, with the Components that it lacks. */
function talk(file: string, extra: readonly Component[] = []) {
  const text = readFileSync(new URL(`../testdata/${file}`, import.meta.url), 'utf8');
  const objects = parseDocuments(text, file).documents.map(({ object }) => object);
  const application = objects.find(({ kind }) => kind === 'ApplicationConfiguration') as ApplicationConfiguration;
  const components = [...extra, ...(objects.filter(({ kind }) => kind === 'Component') as Component[])];
  const definitions = objects.filter(({ kind }) => kind.endsWith('Definition')) as Definition[];
  return normalize(application, components, { ...catalog, definitions: [...catalog.definitions, ...definitions] });
}

function normalize(application: ApplicationConfiguration, components: readonly Component[] = [], from = catalog) {
  const input = {
    application,
    components: new Map(components.map((each) => [each.metadata.name, each])),
    catalog: from,
  };
  const before = structuredClone(input.application);
  const result = normalizeApplication(input);
  expect(input.application).toEqual(before);
  return result;
}

const traitsOf = (result: ReturnType<typeof normalize>) =>
  result.application.spec.components.map(({ traits = [] }) => traits.map(({ trait }) => trait));
const said = (messages: readonly { path: string; message: string }[]) =>
  messages.map(({ path, message }) => `${path}: ${message}`);

describe('the applications of the talks', () => {
  test('helloworld', () => {
    const redis = aComponent('redis', DEPLOYMENT);
    const result = talk('helloworld.yaml', [redis]);
    const scopeRef = { apiVersion: 'core.oam.dev/v1alpha2', kind: 'NetworkScope', name: 'my-vpc-network-X' };
    expect(result.application.spec).toEqual({
      components: [
        {
          componentName: 'web-service',
          instanceName: 'frontend',
          dependencies: ['backend'],
          traits: [
            {
              trait: {
                apiVersion: 'keda.sh/v1alpha1',
                kind: 'ScaledObject',
                spec: { maxReplicaCount: 4, triggers: [{ type: 'redis' }] },
              },
            },
            { trait: { apiVersion: 'extended.oam.dev/v1', kind: 'Route', spec: { traffic: null } } },
          ],
          scopes: [{ scopeRef }],
        },
        { componentName: 'redis', instanceName: 'backend', scopes: [{ scopeRef }] },
      ],
    });
    expect(result.components.get('web-service')?.metadata).toEqual({
      name: 'web-service',
      annotations: { version: 'v0.3.0', description: 'Knative workload' },
    });
    expect(result.problems).toEqual([]);
    expect(said(result.warnings)).toEqual([
      'metadata.version: metadata.version is read as the annotation version',
      'metadata.description: metadata.description is read as the annotation description',
      'spec.components[0].scopes[0].scope: scope is read as scopeRef',
      'spec.components[0].scopes[0].scope.kind: core.oam.dev/v1alpha2 Network is read as core.oam.dev/v1alpha2 NetworkScope',
      'spec.components[0].traits[0].trait.apiVersion: keda.k8s.io/v1alpha1 ScaledObject is read as keda.sh/v1alpha1 ScaledObject',
      'spec.components[1].scopes[0].scope: scope is read as scopeRef',
      'spec.components[1].scopes[0].scope.kind: core.oam.dev/v1alpha2 Network is read as core.oam.dev/v1alpha2 NetworkScope',
    ]);
    expect(result.warnings[0]?.component).toBe('web-service');
  });

  test('stateful: a trait of the application goes to every component', () => {
    const result = talk('stateful-app.yaml', [
      aComponent('nginx-deployment', DEPLOYMENT),
      aComponent('postgres-operator', DEPLOYMENT),
    ]);
    const scaler = { apiVersion: 'core.oam.dev/v1alpha2', kind: 'ManualScalerTrait', spec: { replicaCount: 2 } };
    expect(result.application.spec).toEqual({
      components: [
        { componentName: 'nginx-deployment', traits: [{ trait: scaler }] },
        { componentName: 'postgres-operator', traits: [{ trait: scaler }] },
      ],
    });
    expect(result.problems).toEqual([]);
    expect(said(result.warnings)).toEqual([
      'spec.traits[0].trait.apiVersion: core.oam.dev/v1alpha2 ManualScaler is read as core.oam.dev/v1alpha2 ManualScalerTrait',
    ]);
  });

  test('stateless', () => {
    const result = talk('stateless-app.yaml', [aComponent('nginx-deployment', DEPLOYMENT)]);
    expect(traitsOf(result)).toEqual([
      [{ apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', spec: { minReplicas: 1, maxReplicas: 10 } }],
    ]);
    expect(result.problems).toEqual([]);
    expect(result.warnings).toHaveLength(1);
  });

  test('serverless: the Autoscaler becomes the annotations that Knative reads', () => {
    const result = talk('serverless-app.yaml', [aComponent('knative-svc', KNATIVE)]);
    expect(result.application.spec).toEqual({
      components: [
        {
          componentName: 'knative-svc',
          overrides: [
            { fieldPath: 'spec.template.metadata.annotations[autoscaling.knative.dev/min-scale]', value: '0' },
            { fieldPath: 'spec.template.metadata.annotations[autoscaling.knative.dev/max-scale]', value: '100' },
          ],
        },
      ],
    });
    expect(result.problems).toEqual([]);
    expect(said(result.warnings)).toEqual([
      "spec.traits[0].trait.apiVersion: autoscaling.knative.dev/v1 Autoscaler is read as annotations autoscaling.knative.dev/min-scale and max-scale of the workload's spec.template",
    ]);
  });

  test('serverless on a Deployment is a problem, and nothing is lost', () => {
    const result = talk('serverless-app.yaml', [aComponent('knative-svc', DEPLOYMENT)]);
    expect(said(result.problems)).toEqual([
      'spec.traits[0].trait: autoscaling.knative.dev/v1 Autoscaler applies to no component of the application',
    ]);
  });
});

const aTrait = (apiVersion: string, kind: string, spec: object = {}) => ({ apiVersion, kind, spec }) as never;
const scaler = (name?: string, replicaCount = 1): KubernetesObject =>
  ({
    apiVersion: 'core.oam.dev/v1alpha2',
    kind: 'ManualScalerTrait',
    ...(name ? { metadata: { name } } : {}),
    spec: { replicaCount },
  }) as never;
const web = aComponent('web', DEPLOYMENT);
const db = aComponent('db', { apiVersion: 'apps/v1', kind: 'StatefulSet' });

describe('traits of the application', () => {
  const both = (...traits: KubernetesObject[]) =>
    anApplication([{ componentName: 'web' }, { componentName: 'db' }], { traits: traits.map((trait) => ({ trait })) });

  test('go only where the rules admit them, and one warning says where not and why', () => {
    const result = normalize(both(scaler()), [web, db]);
    expect(traitsOf(result)).toEqual([[scaler()], []]);
    expect(result.problems).toEqual([]);
    expect(said(result.warnings)).toEqual([
      'spec.traits[0].trait: core.oam.dev/v1alpha2 ManualScalerTrait is not attached to db: manualscalertraits.core.oam.dev applies to deployments.apps; statefulsets.apps is none of them',
    ]);
  });

  test('to none is a problem', () => {
    const result = normalize(anApplication([{ componentName: 'db' }], { traits: [{ trait: scaler() }] }), [db]);
    expect(result.problems).toMatchObject([
      { path: 'spec.traits[0].trait', reason: 'TraitNotApplicable', code: 'CAPSTAN_TRAIT_NOT_APPLICABLE' },
    ]);
  });

  test("give way to a component's own of the same type, without a word", () => {
    const own = scaler('', 9);
    const application = anApplication([{ componentName: 'web', traits: [{ trait: own }] }], {
      traits: [{ trait: { ...scaler(), kind: 'ManualScaler' } }],
    });
    const result = normalize(application, [web]);
    expect(traitsOf(result)).toEqual([[own]]);
    expect(result.problems).toEqual([]);
  });

  test('give way to a trait that they conflict with, or that owns the same field', () => {
    const keda = aTrait('keda.sh/v1alpha1', 'ScaledObject');
    const application = anApplication(
      [{ componentName: 'web', traits: [{ trait: keda }] }, { componentName: 'other' }],
      {
        traits: [{ trait: scaler() }],
      },
    );
    const result = normalize(application, [web, aComponent('other', DEPLOYMENT)]);
    expect(traitsOf(result)).toEqual([[keda], [scaler()]]);
    expect(result.warnings[0]?.message).toContain('both decide the replicas');
  });

  test('are attached where the Component is not known', () => {
    expect(traitsOf(normalize(both(scaler())))).toEqual([[scaler()], [scaler()]]);
  });

  test('may have a name only when one component gets them', () => {
    const named = normalize(both(scaler('x')), [web, aComponent('db', DEPLOYMENT)]);
    expect(said(named.problems)).toEqual([
      'spec.traits[0].trait.metadata.name: 2 components would share the trait "x"',
    ]);
    expect(normalize(both(scaler('x')), [web, db]).problems).toEqual([]);
  });
});

describe('traits by name', () => {
  const foo = { apiVersion: 'example.com/v1', kind: 'Foo', metadata: { labels: { 'trait.oam.dev/type': 'footrait' } } };
  const one = (trait: object) => normalize(anApplication([{ componentName: 'web', traits: [trait] }]), [web]);

  test.each<[string, object, object]>([
    ['inside, with properties', { trait: { name: 'footrait', properties: { a: 1 } } }, { ...foo, spec: { a: 1 } }],
    ['inside, with spec', { trait: { name: 'footrait', spec: { a: 1 } } }, { ...foo, spec: { a: 1 } }],
    [
      'inside, with metadata of its own',
      { trait: { name: 'footrait', metadata: { name: 'x', labels: { a: 'b' } } } },
      { ...foo, metadata: { name: 'x', labels: { a: 'b', 'trait.oam.dev/type': 'footrait' } } },
    ],
    ['beside, with properties', { name: 'footrait', properties: { a: 1 } }, { ...foo, spec: { a: 1 } }],
    ['beside, with spec', { name: 'footrait', spec: { a: 1 } }, { ...foo, spec: { a: 1 } }],
    ['beside, by its CRD', { name: 'foos.example.com' }, foo],
    [
      'beside, by its short name and a version of its CRD',
      { name: 'foo', version: 'v2' },
      { ...foo, apiVersion: 'example.com/v2' },
    ],
  ])('%s', (_what, written, expected) => {
    const result = one(written);
    expect(result.problems).toEqual([]);
    expect(traitsOf(result)).toEqual([[expected]]);
  });

  test.each<[string, object, string]>([
    ['inside, not a text', { trait: { name: 5 } }, 'trait.name: name of trait should be string instead of number'],
    [
      'inside, unknown',
      { trait: { name: 'fotrait' } },
      'trait.name: traitdefinitions.core.oam.dev "fotrait" not found',
    ],
    ['inside, a short name', { trait: { name: 'foo' } }, 'trait.name: traitdefinitions.core.oam.dev "foo" not found'],
    ['beside, unknown', { name: 'fo' }, 'name: traitdefinitions.core.oam.dev "fo" not found'],
    ['nothing at all', { trait: {} }, 'the trait says neither what it is nor its name'],
  ])('%s: a problem, and the trait stays', (_what, written, message) => {
    const result = one(written);
    const [problem] = said(result.problems);
    expect(problem).toBe(`spec.components[0].traits[0]${message.startsWith('the') ? ': ' : '.'}${message}`);
    expect(result.application.spec.components[0]?.traits).toEqual([written]);
  });

  test('the installed version counts where the Definition states one', () => {
    const versioned = aTraitDefinition('footrait', { definitionRef: { name: 'foos.example.com' } });
    versioned.metadata.annotations = { version: 'v0.3.0' };
    const from: DefinitionCatalog = { ...catalog, definitions: [versioned] };
    const with_ = (version: string) =>
      normalize(anApplication([{ componentName: 'web', traits: [{ name: 'foo', version }] }]), [web], from);
    expect(with_('v0.3.0').problems).toEqual([]);
    expect(with_('v0.4.0').problems[0]?.message).toBe('trait footrait is installed in version v0.3.0, not v0.4.0');
    expect(said(one({ name: 'foo', version: 'x' }).warnings)[0]).toContain('version x is not looked at');
  });
});

describe('entries', () => {
  const only = (entry: object) => {
    const result = normalize(anApplication([entry as never]), [web]);
    return {
      entry: result.application.spec.components[0],
      warnings: said(result.warnings),
      problems: said(result.problems),
    };
  };

  test('what Go clients write for nothing is gone, what may be empty stays', () => {
    const { entry } = only({
      componentName: 'web',
      revisionName: '',
      scopes: [],
      parameterValues: [{ name: 'p', value: '' }],
      dataInputs: [
        {
          valueFrom: { dataOutputName: 'o' },
          toFieldPaths: ['spec.x'],
          inputStore: { apiVersion: '', kind: '', name: '' },
        },
      ],
      dataOutputs: [
        { name: 'o', fieldPath: '', outputStore: { apiVersion: '', kind: '', name: '', operations: null } },
      ],
      traits: [
        {
          trait: {
            apiVersion: 'v1',
            kind: 'ConfigMap',
            metadata: { creationTimestamp: null, name: '' },
            data: { empty: '' },
            status: {},
          },
          dataOutputs: null,
        },
      ],
    });
    expect(entry).toEqual({
      componentName: 'web',
      parameterValues: [{ name: 'p', value: '' }],
      dataInputs: [{ valueFrom: { dataOutputName: 'o' }, toFieldPaths: ['spec.x'] }],
      dataOutputs: [{ name: 'o' }],
      traits: [{ trait: { apiVersion: 'v1', kind: 'ConfigMap', data: { empty: '' } } }],
    });
  });

  test.each<[string, string, object, string[]]>([
    ['any version', 'K8S_MICROSERVICE|web|_', { componentName: 'web' }, ['read as componentName web']],
    ['a version', 'HELM|web|1.2', { componentName: 'web' }, ['read as componentName web; its version 1.2']],
    ['a revision', 'web-v1', { revisionName: 'web-v1' }, []],
    ['something else with bars', 'a|b', { revisionName: 'a|b' }, []],
  ])('revisionName of SREWorks: %s', (_what, revisionName, expected, words) => {
    const { entry, warnings } = only({ revisionName });
    expect(entry).toEqual(expected);
    expect(warnings).toHaveLength(words.length);
    for (const [at, word] of words.entries()) expect(warnings[at]).toContain(word);
  });

  test.each<[string, object[], string[]]>([
    ['known by instance, Component and workload', [{ componentName: 'web', dependencies: ['b', 'db', 'data'] }], []],
    [
      'unknown, with the nearest',
      [{ componentName: 'web', dependencies: ['bb'] }],
      ['spec.components[0].dependencies[0]: "web" depends on "bb", which is no instance of the application'],
    ],
    [
      'in a circle',
      [{ componentName: 'web', dependencies: ['b'] }],
      ['spec.components[1].dependencies[0]: the dependencies form a cycle: web -> b -> web'],
    ],
  ])('dependencies: %s', (_what, entries, problems) => {
    const circle = problems.some((each) => each.includes('cycle')) ? { dependencies: ['web'] } : {};
    const named = aComponent('db', { ...DEPLOYMENT, metadata: { name: 'data' } });
    const all = [...entries, { componentName: 'db', instanceName: 'b', ...circle }] as never[];
    expect(said(normalize(anApplication(all), [web, named]).problems)).toEqual(problems);
  });

  test('a scope of the talks beside one of the reference', () => {
    const healthy = { apiVersion: 'core.oam.dev/v1alpha2', kind: 'HealthScope', name: 'h' };
    const { entry } = only({ componentName: 'web', scopes: [{ scopeRef: healthy }, { scope: healthy }] });
    expect(entry?.scopes).toEqual([{ scopeRef: healthy }, { scopeRef: healthy }]);
  });

  test('a kind that a CRD serves keeps its name', () => {
    const from = {
      ...catalog,
      crds: [...catalog.crds, aCrd('scaledobjects.keda.k8s.io', 'ScaledObject', ['v1alpha1'])],
    };
    const old = aTrait('keda.k8s.io/v1alpha1', 'ScaledObject');
    const result = normalize(anApplication([{ componentName: 'web', traits: [{ trait: old }] }]), [web], from);
    expect(traitsOf(result)).toEqual([[old]]);
  });
});

describe('objects that wait for one another', () => {
  const input = (name: string) => [{ valueFrom: { dataOutputName: name }, toFieldPaths: ['spec.x'] }];
  const output = (name: string) => [{ name, fieldPath: 'status.x' }];
  test.each<[string, object[], string[]]>([
    [
      'one for another',
      [
        { componentName: 'web', dataOutputs: output('o') },
        { componentName: 'db', dataInputs: input('o') },
      ],
      [],
    ],
    [
      'each for the other',
      [
        { componentName: 'web', dataOutputs: output('a'), dataInputs: input('b') },
        { componentName: 'db', dataOutputs: output('b'), dataInputs: input('a') },
      ],
      ['spec.components[1]: web -> db -> web'],
    ],
    [
      'a trait for itself',
      [{ componentName: 'web', traits: [{ trait: scaler(), dataInputs: input('o'), dataOutputs: output('o') }] }],
      ["spec.components[0].traits[0]: web's ManualScalerTrait 1 -> web's ManualScalerTrait 1"],
    ],
    [
      'through dependencies',
      [
        { componentName: 'web', dependencies: ['db'], dataOutputs: output('o') },
        { componentName: 'db', dataInputs: input('o') },
      ],
      ['spec.components[1]: web -> db -> web'],
    ],
    [
      'the last output of a name counts',
      [
        { componentName: 'web', dataOutputs: output('o'), dataInputs: input('o') },
        { componentName: 'db', dataOutputs: output('o') },
      ],
      [],
    ],
  ])('%s', (_what, entries, circles) => {
    const words = 'while none of them exists none is created, for each waits for the next: ';
    expect(said(normalize(anApplication(entries as never[])).warnings)).toEqual(
      circles.map((each) => each.replace(': ', `: ${words}`)),
    );
  });
});

describe('where things are written', () => {
  test.each([
    ['spec.components[0].traits[0].trait.spec.a', 'spec.components[0].traits[0].properties.a'],
    ['spec.components[0].traits[0].trait.kind', 'spec.components[0].traits[0].kind'],
    ['spec.components[0].traits[1].trait.spec.a', 'spec.components[0].traits[1].trait.properties.a'],
    ['spec.components[0].traits[2].trait.spec.replicaCount', 'spec.traits[0].trait.spec.replicaCount'],
    ['spec.components[0].scopes[0].scopeRef.name', 'spec.components[0].scopes[0].scope.name'],
    ['spec.components[0].componentName', 'spec.components[0].componentName'],
  ])('%s stands at %s', (canonical, source) => {
    const application = anApplication(
      [
        {
          componentName: 'web',
          traits: [{ name: 'foo', properties: { a: 1 } }, { trait: { name: 'footrait', properties: { a: 1 } } }],
          scopes: [{ scope: { apiVersion: 'v1', kind: 'S', name: 's' } }],
        } as never,
      ],
      { traits: [{ trait: scaler() }] },
    );
    const { origins } = normalize(application, [web]);
    expect(formatFieldPath(originOf(origins, parseFieldPath(canonical)))).toBe(source);
  });

  test('traits behind an Autoscaler are still found', () => {
    const autoscaler = aTrait('autoscaling.knative.dev/v1', 'Autoscaler', { minScale: 1 });
    const route = aTrait('extended.oam.dev/v1', 'Route');
    const application = anApplication([{ componentName: 'web', traits: [{ trait: autoscaler }, { trait: route }] }]);
    const result = normalize(application, [aComponent('web', KNATIVE)]);
    expect(traitsOf(result)).toEqual([[route]]);
    expect(originOf(result.origins, ['spec', 'components', 0, 'traits', 0, 'trait'])).toEqual([
      'spec',
      'components',
      0,
      'traits',
      1,
      'trait',
    ]);
  });
});
