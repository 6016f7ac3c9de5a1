import type { JsonObject, KubernetesObject } from '@capstan/base';
import {
  type ApplicationConfiguration,
  type Component,
  type CustomResourceDefinition,
  type Definition,
  type DefinitionCatalog,
  normalizeApplication,
} from '@capstan/oam-model';
import { describe, expect, test } from 'vitest';
import { mutateApplication, mutateComponent, namesTraits } from './mutate.ts';
import { nothingToJudge, requestOf, reviewOf } from './review.ts';
import { judgeApplication } from './validate-application.ts';
import { componentProblems } from './validate-component.ts';

const V = 'core.oam.dev/v1alpha2';

function crd(plural: string, kind: string, group = 'example.com', version = 'v1'): CustomResourceDefinition {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: { group, names: { plural, kind }, versions: [{ name: version, served: true, storage: true }] },
  } as unknown as CustomResourceDefinition;
}

function definition(kind: string, name: string, spec: JsonObject = {}, labels = {}): Definition {
  const metadata = { name, labels };
  return { apiVersion: V, kind, metadata, spec: { definitionRef: { name }, ...spec } } as unknown as Definition;
}

const foos = crd('foos', 'Foo');
const catalog: DefinitionCatalog = {
  crds: [foos, crd('bars', 'Bar'), crd('bazs', 'Baz'), crd('versioners', 'Versioner'), crd('meshes', 'Mesh')],
  definitions: [
    definition('WorkloadDefinition', 'foos.example.com', {}, { stateful: 'yes' }),
    definition('TraitDefinition', 'bars.example.com'),
    definition('TraitDefinition', 'bazs.example.com', {
      appliesToWorkloads: ['*.other.com', 'example.com'],
      conflictsWith: ['bars.example.com'],
    }),
    definition('TraitDefinition', 'versioners.example.com', { revisionEnabled: true }),
    definition('ScopeDefinition', 'meshes.example.com', { allowComponentOverlap: false }),
  ],
};

const foo = { apiVersion: 'example.com/v1', kind: 'Foo' };
const bar = { trait: { apiVersion: 'example.com/v1', kind: 'Bar' } };
const baz = { trait: { apiVersion: 'example.com/v1', kind: 'Baz' } };
const versioner = { trait: { apiVersion: 'example.com/v1', kind: 'Versioner' } };

function component(name: string, workload: unknown = foo, more: JsonObject = {}): Component {
  return {
    apiVersion: V,
    kind: 'Component',
    metadata: { name, namespace: 'ns' },
    spec: { workload, ...more },
  } as never;
}

function application(components: readonly JsonObject[], more: JsonObject = {}): ApplicationConfiguration {
  const metadata = { name: 'app', namespace: 'ns' };
  return { apiVersion: V, kind: 'ApplicationConfiguration', metadata, spec: { components, ...more } } as never;
}

const params = [
  { name: 'name', fieldPaths: ['metadata.name'] },
  { name: 'namespace', fieldPaths: ['metadata.namespace'] },
  { name: 'size', fieldPaths: ['spec.size'], required: false },
];

function judge(components: readonly JsonObject[], known: readonly Component[] = [component('c')], using = catalog) {
  const stated = application(components);
  const byName = new Map(known.map((each) => [each.metadata.name, each]));
  const canonical = normalizeApplication({ application: stated, components: byName, catalog: using });
  const serves = ({ kind }: KubernetesObject) => kind !== 'Unknown';
  return judgeApplication({ application: stated, canonical, catalog: using, serves });
}

describe('an application', () => {
  test.each<[string, JsonObject[], Component[]]>([
    ['with a trait that applies to everything', [{ componentName: 'c', traits: [bar] }], [component('c')]],
    ['with a revision', [{ revisionName: 'c-v1' }], [component('c-v1')]],
    [
      'that sets the namespace of a versioned workload by a parameter',
      [{ componentName: 'c', traits: [versioner], parameterValues: [{ name: 'namespace', value: 'ns' }] }],
      [component('c', foo, { parameters: params })],
    ],
    [
      'whose trait applies to a label of the WorkloadDefinition',
      [{ componentName: 'c', traits: [{ trait: { apiVersion: 'example.com/v1', kind: 'Sel' } }] }],
      [component('c')],
    ],
  ])('%s is admitted', (_what, components, known) => {
    const selecting = definition('TraitDefinition', 'sels.example.com', {
      appliesToWorkloads: ['labelSelector:stateful=yes'],
    });
    const using = { crds: [...catalog.crds, crd('sels', 'Sel')], definitions: [...catalog.definitions, selecting] };
    expect(judge(components, known, using).denial).toBeUndefined();
  });

  test.each<[string, JsonObject[], string, Component[]?]>([
    ['without a name', [{}], 'spec.components[0]: one of componentName and revisionName must be set'],
    [
      'of a missing Component',
      [{ componentName: 'x' }],
      'cannot get component "x": components.core.oam.dev "x" not found',
    ],
    [
      'of a missing revision',
      [{ revisionName: 'x-v2' }],
      'cannot get component "x-v2": cannot get component revision "x-v2": controllerrevisions.apps "x-v2" not found',
    ],
    [
      'of a workload without Definition',
      [{ componentName: 'c' }],
      'cannot get workload definition of component "c": workloaddefinitions.core.oam.dev "bars.example.com" not found',
      [component('c', bar.trait)],
    ],
    [
      'of a kind that is not served',
      [{ componentName: 'c' }],
      'cannot get workload definition of component "c": no matches for kind "Unknown" in version "a.b/v1"',
      [component('c', { apiVersion: 'a.b/v1', kind: 'Unknown' })],
    ],
    [
      'of a trait without Definition',
      [{ componentName: 'c', traits: [{ trait: foo }] }],
      'cannot get trait definition in component "c": traitdefinitions.core.oam.dev "foos.example.com" not found',
    ],
    [
      'of a trait whose label names no Definition',
      [
        {
          componentName: 'c',
          traits: [{ trait: { ...bar.trait, metadata: { labels: { 'trait.oam.dev/type': 'no' } } } }],
        },
      ],
      'cannot get trait definition in component "c": traitdefinitions.core.oam.dev "no" not found',
    ],
    [
      'with both names',
      [{ componentName: 'c', revisionName: 'c-v1' }],
      'componentName "c" and revisionName "c-v1" are mutually exclusive, you can only specify one of them',
      [component('c'), component('c-v1')],
    ],
    [
      'that names a versioned workload',
      [{ componentName: 'c', traits: [versioner] }],
      'versioning-enabled component\'s workload name MUST NOT be assigned, expect workload name "own" to be empty.',
      [component('c', { ...foo, metadata: { name: 'own' } })],
    ],
    [
      'that names a versioned workload by a parameter',
      [{ componentName: 'c', traits: [versioner], parameterValues: [{ name: 'name', value: 'own' }] }],
      'versioning-enabled component\'s workload name MUST NOT be assigned, expect workload name "own" to be empty.',
      [component('c', foo, { parameters: params })],
    ],
    [
      'with a trait that does not apply, where a bare group does not count',
      [{ componentName: 'c', traits: [baz] }],
      'the trait "bazs.example.com" cannot apply to workload "foos.example.com" of component "c" (appliable: ["*.other.com" "example.com"])',
    ],
    [
      'with a value for no parameter',
      [{ componentName: 'c', parameterValues: [{ name: 'x', value: 1 }] }],
      'cannot resolve parameter values for component "c": unsupported parameter "x"',
    ],
    [
      'with a cycle of dependencies',
      [
        { componentName: 'c', dependencies: ['d'] },
        { componentName: 'd', dependencies: ['c'] },
      ],
      'spec.components[1].dependencies[0]: the dependencies form a cycle: c -> d -> c',
      [component('c'), component('d')],
    ],
    [
      'with a component in two scopes of a kind that allows one',
      [{ componentName: 'c', scopes: ['one', 'two'].map((name) => ({ scopeRef: { ...foo, kind: 'Mesh', name } })) }],
      'component "c" cannot be in scope "two": it is in scope "one" and ScopeDefinition "meshes.example.com" does not allow overlap',
    ],
  ])('%s is denied', (_what, components, message, known) => {
    expect(judge(components, known).denial).toBe(message);
  });

  test('a conflict is denied and names the field of the Definition that says so', () => {
    const definitions = catalog.definitions.map((each) =>
      each.metadata.name === 'bazs.example.com'
        ? definition('TraitDefinition', 'bazs.example.com', { conflictsWith: ['bars.example.com'] })
        : each,
    );
    const { denial } = judge([{ componentName: 'c', traits: [bar, baz] }], undefined, { ...catalog, definitions });
    expect(denial).toContain('bazs.example.com conflicts with bars.example.com');
  });

  test('traits that nobody completed are denied before anything else, each with its place', () => {
    const trait = { name: 'bars.example.com', properties: { a: 1 } };
    const { denial } = judge([{ componentName: 'missing', traits: [{ trait }] }]);
    expect(denial).toMatch(
      /^\[spec\.components\[0\]\.traits\[0\]\.trait: Invalid value: .*'name' info that should be mutated to GVK, .*'properties' info that should be mutated to spec, .*missing GVK, api = , kind = ,\]$/,
    );
  });

  test('of the rules the first that fails decides, with all that it found', () => {
    const { denial } = judge(
      [
        { componentName: 'c', revisionName: 'c-v1', traits: [baz] },
        { componentName: 'c', revisionName: 'c-v2' },
      ],
      [component('c-v1'), component('c-v2')],
    );
    expect(denial).toMatch(
      /^\[componentName "c" and revisionName "c-v1" .*, componentName "c" and revisionName "c-v2" .*\]$/,
    );
  });

  test("the talks' form is admitted with a warning that names the modern one", () => {
    const { denial, warnings } = judge([{ componentName: 'c', traits: [{ name: 'bars.example.com' }] }]);
    expect(denial).toBeUndefined();
    expect(warnings.join()).toContain('spec.components[0].traits[0].name');
  });

  test('fields that a kind does not know are admitted with a warning', () => {
    const schema = { type: 'object', properties: { spec: { type: 'object', properties: { key: {} } } } };
    const versions = [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }];
    const strict = {
      ...crd('bars', 'Bar'),
      spec: { ...crd('bars', 'Bar').spec, versions },
    } as CustomResourceDefinition;
    const using = {
      ...catalog,
      crds: [...catalog.crds.filter(({ metadata }) => !metadata.name.startsWith('bars')), strict],
    };
    const trait = { ...bar.trait, spec: { key: 'k', foo: 'f' } };
    const { denial, warnings } = judge([{ componentName: 'c', traits: [{ trait }] }], undefined, using);
    expect(denial).toBeUndefined();
    expect(warnings).toEqual(['component "c", trait Bar: "foo" is not a field of spec, so it is left out']);
  });
});

describe('mutation', () => {
  const byName = { name: 'bars.example.com', properties: { key: 'test' }, metadata: { name: 't', labels: { a: 'b' } } };

  test('a trait that names its Definition becomes an object of its kind, and nothing else changes', () => {
    const stated = application([{ componentName: 'c', traits: [bar, { trait: byName }] }], {
      traits: [{ name: 'bar' }],
    });
    expect(mutateApplication(stated, catalog)).toEqual({
      allowed: true,
      patch: [
        {
          op: 'replace',
          path: '/spec/components/0/traits/1/trait',
          value: {
            apiVersion: 'example.com/v1',
            kind: 'Bar',
            metadata: { name: 't', labels: { a: 'b', 'trait.oam.dev/type': 'bars.example.com' } },
            spec: { key: 'test' },
          },
        },
      ],
    });
  });

  test('only traits with a name of any kind inside are looked at', () => {
    const stated = (trait: object) => application([{ componentName: 'c', traits: [{ trait }] }]);
    expect(namesTraits(stated({ name: { a: 1 } }))).toBe(true);
    expect(namesTraits(stated(bar.trait))).toBe(false);
    expect(namesTraits(application([{ componentName: 'c', traits: [{ name: 'bar' }] }]))).toBe(false);
    expect(namesTraits({ ...application([]), spec: { components: 'none' } })).toBe(false);
  });

  test.each([
    ['no string', { name: { a: 1 } }, 'name of trait should be string instead of map[string]interface {}'],
    ['unknown', { name: 'nobody' }, 'traitdefinitions.core.oam.dev "nobody" not found'],
  ])('a trait whose name is %s is a bad request', (_what, trait, message) => {
    const verdict = mutateApplication(application([{ componentName: 'c', traits: [{ trait }] }]), catalog);
    expect(verdict).toMatchObject({ allowed: false, code: 400, message: expect.stringContaining(message) });
  });

  test("a workload of a type becomes an object of its kind with the Component's labels and annotations", () => {
    const typed = component('c', {
      type: 'foos.example.com',
      metadata: { name: 'w', labels: { own: 'x' } },
      spec: { a: 1 },
    });
    Object.assign(typed.metadata, {
      labels: { team: 'a' },
      annotations: { note: 'b', 'kubectl.kubernetes.io/last-applied-configuration': '{}' },
    });
    expect(mutateComponent(typed, catalog)).toMatchObject({
      allowed: true,
      patch: [
        {
          op: 'replace',
          path: '/spec/workload',
          value: {
            apiVersion: 'example.com/v1',
            kind: 'Foo',
            metadata: {
              name: 'w',
              namespace: 'ns',
              labels: { team: 'a', 'workload.oam.dev/type': 'foos.example.com' },
              annotations: { note: 'b' },
            },
            spec: { a: 1 },
          },
        },
      ],
    });
    expect(mutateComponent(component('c'), catalog)).toEqual({ allowed: true });
  });

  test.each([
    ['no string', { a: 1 }, 'workload content has an unknown type field'],
    ['unknown', 'nobody', 'workloaddefinitions.core.oam.dev "nobody" not found'],
  ])('a workload whose type is %s is a bad request', (_what, type, message) => {
    expect(mutateComponent(component('c', { type }), catalog)).toEqual({ allowed: false, code: 400, message });
  });
});

test.each<[string, Component, string[]]>([
  ['sound', component('c', foo, { parameters: params }), []],
  ['of a name that is none', component('C_1'), ['metadata.name: Invalid value: "C_1": a lowercase RFC 1123 subdomain']],
  [
    'of a workload that is a text',
    component('c', 'bad'),
    ['spec.workload: Invalid value: "bad": the workload is malformat'],
  ],
  ['of a workload with a type', component('c', { ...foo, type: 'x' }), ['the workload contains type info']],
  [
    'of a workload without kind',
    component('c', { apiVersion: 'v1' }),
    ['the workload data missing GVK, api = v1, kind = ,'],
  ],
  [
    'of a parameter that can set nothing',
    component('c', foo, { parameters: [{ name: 'p', fieldPaths: ['spec..a'] }] }),
    ['spec.parameters[0].fieldPaths[0]: Invalid value: "spec..a"'],
  ],
])('a Component %s', (_what, stated, expected) => {
  const problems = componentProblems(stated);
  expect(problems).toHaveLength(expected.length);
  for (const [index, text] of expected.entries()) expect(problems[index]).toContain(text);
});

describe('reviews', () => {
  const request = { uid: 'u1', operation: 'UPDATE', object: component('c'), oldObject: component('c') } as const;

  test.each(['admission.k8s.io/v1', 'admission.k8s.io/v1beta1'])('%s is answered in its version', (apiVersion) => {
    const review = { apiVersion, kind: 'AdmissionReview', request };
    expect(requestOf(review)).toBe(request);
    const patch = [{ op: 'replace', path: '/spec/workload', value: 1 }] as const;
    expect(reviewOf(review, 'u1', { allowed: true, patch, warnings: ['old'] })).toEqual({
      apiVersion,
      kind: 'AdmissionReview',
      response: {
        uid: 'u1',
        allowed: true,
        patchType: 'JSONPatch',
        patch: Buffer.from(JSON.stringify(patch)).toString('base64'),
        warnings: ['old'],
      },
    });
  });

  test.each([
    null,
    1,
    {},
    { apiVersion: 'v1', kind: 'AdmissionReview', request },
    { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview' },
  ])('%j is no review', (body) => expect(requestOf(body)).toBeUndefined());

  test('what is being deleted, and a spec that does not change, is not judged again', () => {
    const deleting = component('d', 'bad');
    deleting.metadata.deletionTimestamp = '2026-01-01T00:00:00Z';
    expect(nothingToJudge(request)).toBe(true);
    expect(nothingToJudge({ ...request, object: component('c', { ...foo, kind: 'Bar' }) })).toBe(false);
    expect(nothingToJudge({ ...request, object: deleting })).toBe(true);
    expect(nothingToJudge({ ...request, operation: 'DELETE' })).toBe(true);
    expect(nothingToJudge({ ...request, operation: 'CREATE' })).toBe(false);
  });
});
