import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { OAM_CODES } from '../codes.ts';
import { parseDocuments } from '../files/documents.ts';
import type { Component, Definition } from '../kinds/index.ts';
import type { ValidationProblem } from '../problem.ts';
import type { CustomResourceDefinition, Schema } from '../schema/types.ts';
import { validateApplication } from './validate.ts';

function aCrd(kind: string, group: string, spec: Schema): CustomResourceDefinition {
  const plural = `${kind.toLowerCase()}s`;
  const schema: Schema = { type: 'object', required: ['spec'], properties: { spec } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, plural, singular: kind.toLowerCase() },
      versions: [
        { name: 'v1alpha1', served: true, storage: true, schema: { openAPIV3Schema: schema } },
        { name: 'v1', served: false, storage: false },
      ],
    },
  };
}

function aDefinition(kind: Definition['kind'], crd: string, spec: object = {}): Definition {
  const metadata = { name: crd };
  return {
    apiVersion: 'core.oam.dev/v1alpha2',
    kind,
    metadata,
    spec: { definitionRef: { name: crd }, ...spec },
  } as Definition;
}

const crds = [
  aCrd('WebService', 'workloads.capstan.dev', {
    type: 'object',
    required: ['image'],
    properties: { image: { type: 'string' }, port: { type: 'integer', minimum: 1 } },
  }),
  aCrd('Autoscale', 'traits.capstan.dev', {
    type: 'object',
    required: ['max', 'workloadRef'],
    properties: {
      min: { type: 'integer', default: 1 },
      max: { type: 'integer' },
      workloadRef: {
        type: 'object',
        'x-kubernetes-preserve-unknown-fields': true,
        properties: { kind: { type: 'string', enum: ['DaemonSet', 'Deployment'] } },
      },
    },
  }),
  aCrd('Route', 'traits.capstan.dev', { type: 'object', properties: { host: { type: 'string' } } }),
];
const definitions = [
  aDefinition('WorkloadDefinition', 'webservices.workloads.capstan.dev', {
    childResourceKinds: [{ apiVersion: 'apps/v1', kind: 'Deployment' }],
  }),
  aDefinition('WorkloadDefinition', 'configmaps.'),
  aDefinition('TraitDefinition', 'autoscales.traits.capstan.dev', {
    appliesToWorkloads: ['deployments.apps'],
    workloadRefPath: 'spec.workloadRef',
    extension: { target: 'child' },
    conflictsWith: ['routes.traits.capstan.dev'],
  }),
  aDefinition('TraitDefinition', 'routes.traits.capstan.dev'),
];

const component = (name: string, workload: string, more = '') => `---
apiVersion: core.oam.dev/v1alpha2
kind: Component
metadata:
  name: ${name}
spec:
  workload:
${workload.replace(/^/gm, '    ')}
${more ? `${more}\n` : ''}`;
const application = (components: string, name = 'shop') => `---
apiVersion: core.oam.dev/v1alpha2
kind: ApplicationConfiguration
metadata:
  name: ${name}
spec:
  components:
${components}
`;
const webService = (spec = '{image: x}') =>
  `apiVersion: workloads.capstan.dev/v1alpha1\nkind: WebService\nspec: ${spec}`;
const web = component('web', webService());
const autoscale = (spec = '{max: 3}') => trait('traits.capstan.dev/v1alpha1', 'Autoscale', spec);
const trait = (apiVersion: string, kind: string, spec: string) =>
  `        - trait: {apiVersion: ${apiVersion}, kind: ${kind}, spec: ${spec}}`;
const withTraits = (...traits: string[]) => `    - componentName: web\n      traits:\n${traits.join('\n')}`;

function validate(text: string, components: Component[] | undefined = []): ValidationProblem[] {
  const { documents, problems } = parseDocuments(text, 'app.yaml');
  expect(problems).toEqual([]);
  return validateApplication({ documents, definitions, crds, ...(components ? { components } : {}) });
}

/** The problems as `line code path`. */
const placesOf = (problems: readonly ValidationProblem[]) =>
  problems.map(({ source, code, path }) => `${source.line} ${code.replace('CAPSTAN_', '')} ${path}`);

test('a sound application has no problems', () => {
  expect(validate(web + application(withTraits(autoscale())))).toEqual([]);
});

describe('in one application', () => {
  const C = 'spec.components[0]';
  const T = `${C}.traits[0].trait`;
  test.each<[string, string, string[]]>([
    ['no components', application('    []'), ['7 APPLICATION_EMPTY spec.components']],
    ['a misspelt field', application('    - componentNam: web'), [`8 FIELD_UNKNOWN ${C}.componentNam`]],
    ['a wrong type', application('    - componentName: [web]'), [`8 FIELD_INVALID ${C}.componentName`]],
    ['another version of OAM', application('').replace('v1alpha2', 'v1beta1'), ['2 VERSION_NOT_SERVED apiVersion']],
    [
      'both names',
      web + application('    - {componentName: web, revisionName: web-v1}'),
      [`18 COMPONENT_AMBIGUOUS ${C}.revisionName`],
    ],
    ['no such component', web + application('    - componentName: wep'), [`18 COMPONENT_UNKNOWN ${C}.componentName`]],
    [
      'an unknown parameter',
      web + application('    - componentName: web\n      parameterValues:\n        - {name: x, value: 1}'),
      [`20 PARAMETER_UNKNOWN ${C}.parameterValues[0]`],
    ],
    [
      'the same workload twice',
      web + application('    - componentName: web\n    - componentName: web'),
      ['19 APPLICATION_NAME_TAKEN spec.components[1].componentName'],
    ],
    [
      'an unknown trait',
      web + application(withTraits(trait('keda.sh/v1alpha1', 'ScaledObject', '{}'))),
      [`20 TRAIT_UNKNOWN ${T}.kind`],
    ],
    [
      'a version that is not served',
      web + application(withTraits(trait('traits.capstan.dev/v1', 'Route', '{}'))),
      [`20 VERSION_NOT_SERVED ${T}.apiVersion`],
    ],
    [
      'a misspelt field of a trait',
      web + application(withTraits(autoscale('{max: 3, mini: 1}'))),
      [`20 FIELD_UNKNOWN ${T}.spec.mini`],
    ],
    ['a missing field of a trait', web + application(withTraits(autoscale('{}'))), [`20 FIELD_REQUIRED ${T}.spec.max`]],
    [
      'a misspelt field of metadata, once',
      web +
        application(
          withTraits(
            '        - trait: {apiVersion: traits.capstan.dev/v1alpha1, kind: Route, metadata: {nam: x}, spec: {}}',
          ),
        ),
      [`20 FIELD_UNKNOWN ${T}.metadata.nam`],
    ],
    [
      'traits in conflict',
      web + application(withTraits(trait('traits.capstan.dev/v1alpha1', 'Route', '{}'), autoscale())),
      [`21 TRAIT_CONFLICT ${C}.traits[1].trait.kind`],
    ],
    [
      'a trait by a name that nothing has',
      web + application('    - componentName: web\n      traits:\n        - {name: root}'),
      [`20 TRAIT_UNKNOWN ${C}.traits[0].name`],
    ],
    [
      'an unknown scope',
      web +
        application('    - componentName: web\n      scopes:\n        - scopeRef: {apiVersion: v1, kind: S, name: s}'),
      [`20 SCOPE_UNKNOWN ${C}.scopes[0].scopeRef.kind`],
    ],
    [
      'a name that is no label value',
      application('    []', 'Shop_1'),
      ['5 NAME_INVALID metadata.name', '7 APPLICATION_EMPTY spec.components'],
    ],
  ])('%s', (_what, text, expected) => {
    expect(placesOf(validate(text)).sort()).toEqual([...expected].sort());
  });

  test('a trait that does not fit the workload, with the rule', () => {
    const configMap = component('web', 'apiVersion: v1\nkind: ConfigMap');
    const [problem] = validate(configMap + application(withTraits(autoscale())));
    expect(problem).toMatchObject({
      code: OAM_CODES.traitNotApplicable,
      message:
        'the trait "autoscales.traits.capstan.dev" cannot apply to workload "configmaps." of component "web" (appliable: ["deployments.apps"])',
      next: ['capstan trait list --applies-to configmap --why'],
    });
  });

  test('an unknown trait carries what a search needs', () => {
    const [problem] = validate(web + application(withTraits(trait('keda.sh/v1alpha1', 'ScaledObject', '{}'))));
    expect(problem).toMatchObject({
      message: 'no TraitDefinition registers ScaledObject of keda.sh/v1alpha1',
      source: { file: 'app.yaml', line: 20 },
      hint: 'It comes with the capability "keda".',
      unknown: {
        role: 'trait',
        apiVersion: 'keda.sh/v1alpha1',
        kind: 'ScaledObject',
        shortName: 'scaledobject',
        capability: 'keda',
      },
      next: ['capstan cap search keda', 'capstan trait list'],
    });
  });
});

describe('in one Component', () => {
  test.each<[string, string, string[]]>([
    [
      'an unknown workload',
      component('web', 'apiVersion: a.b/v1\nkind: WebServic'),
      ['9 WORKLOAD_UNKNOWN spec.workload.kind'],
    ],
    ['no kind', component('web', 'apiVersion: a.b/v1'), ['7 FIELD_REQUIRED spec.workload.kind']],
    ['a wrong field', component('web', webService('{image: x, prt: 80}')), ['10 FIELD_UNKNOWN spec.workload.spec.prt']],
    ['a missing field', component('web', webService('{port: 80}')), ['10 FIELD_REQUIRED spec.workload.spec.image']],
    [
      'a bad field path',
      component('web', webService(), '  parameters:\n    - {name: p, fieldPaths: [spec.image, spec..image]}'),
      ['12 FIELD_PATH_INVALID spec.parameters[0].fieldPaths[1]'],
    ],
    [
      'a field path through a scalar',
      component('web', webService(), '  parameters:\n    - {name: p, fieldPaths: [kind.x]}'),
      ['12 FIELD_PATH_BLOCKED spec.parameters[0].fieldPaths[0]'],
    ],
    ['the dialect in metadata', web.replace('name: web', 'name: web\n  version: v1'), []],
    ['a part that slipped out', component('web', webService(), '  replicas: 3'), ['11 FIELD_UNKNOWN spec.replicas']],
  ])('%s', (_what, text, expected) => {
    expect(placesOf(validate(text))).toEqual(expected);
  });

  test('a value from a parameter counts: what it fills is not missing', () => {
    const text = component(
      'web',
      webService('{port: 80}'),
      '  parameters:\n    - {name: image, fieldPaths: [spec.image]}',
    );
    expect(validate(text)).toEqual([]);
    expect(placesOf(validate(text.replace('port: 80', 'prt: 80')))).toEqual([
      '10 FIELD_UNKNOWN spec.workload.spec.prt',
    ]);
    const use = application('    - componentName: web\n      parameterValues: [{name: image, value: redis}]');
    expect(validate(text + use)).toEqual([]);
    const empty = application('    - componentName: web');
    expect(placesOf(validate(text + empty))).toEqual(['10 FIELD_REQUIRED spec.workload.spec.image']);
  });

  test('a Component that two applications use is reported once', () => {
    const text =
      component('web', webService('{port: 80}')) +
      application('    - componentName: web') +
      application('    - componentName: web', 'two');
    expect(validate(text)).toHaveLength(1);
  });
});

describe('what the cluster knows', () => {
  const inCluster = (spec: object): Component => ({
    apiVersion: 'core.oam.dev/v1alpha2',
    kind: 'Component',
    metadata: { name: 'web' },
    spec: { workload: { apiVersion: 'workloads.capstan.dev/v1alpha1', kind: 'WebService', spec } as never },
  });

  test('a Component of the cluster will do; its problems stand where it is named', () => {
    expect(validate(application(withTraits(autoscale())), [inCluster({ image: 'x' })])).toEqual([]);
    const [problem] = validate(application(withTraits(autoscale())), [inCluster({})]);
    expect(problem).toMatchObject({
      path: 'spec.components[0].componentName',
      message: 'Component "web" of the cluster: spec.image is missing',
      source: { line: 8 },
    });
  });

  test('without its Components, one that is not in the file is taken to exist', () => {
    const { documents } = parseDocuments(application('    - componentName: web'), 'f');
    expect(validateApplication({ documents, definitions, crds })).toEqual([]);
  });

  test('Definitions in the file count', () => {
    const definition = `---
apiVersion: core.oam.dev/v1alpha2
kind: TraitDefinition
metadata: {name: things.acme.example}
spec: {definitionRef: {name: things.acme.example}}
`;
    const use = application(withTraits(trait('acme.example/v1', 'Thing', '{anything: goes}')));
    expect(validate(definition + web + use)).toEqual([]);
    const keda = (text: string) => text.replaceAll('things.acme.example', 'scaledobjects.keda.sh');
    const scaled = application(withTraits(trait('keda.k8s.io/v1alpha1', 'ScaledObject', '{anything: goes}')));
    expect(validate(keda(definition) + web + scaled)).toMatchObject([
      { code: OAM_CODES.kindUnknown, unknown: { capability: 'keda' }, next: ['capstan cap search keda'] },
    ]);
  });

  test('objects of other kinds are left to the server', () => {
    expect(validate('apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\nwhatever: 1')).toEqual([]);
  });
});

test('the misprints of the talk are named with their lines and the likely fix', () => {
  const text = readFileSync(new URL('../testdata/helloworld.yaml', import.meta.url), 'utf8');
  const problems = validate(text);
  const found = problems.filter(({ code }) => code === OAM_CODES.fieldUnknown);
  expect(found.map(({ source, message, hint }) => [source.line, message, hint])).toEqual([
    [
      50,
      '"template" is not a field of spec',
      'It stands beside "workload" and belongs inside: indent it so that it becomes spec.workload.spec.template.',
    ],
    [51, '"metatdata" is not a field that Kubernetes knows', 'Did you mean "metadata"?'],
  ]);
});

test('problems come in the order of the lines', () => {
  const lines = validate(
    component('a', 'apiVersion: a.b/v1\nkind: X') + application('    - componentName: b\n    - componentName: c'),
  ).map(({ source }) => source.line);
  expect(lines).toEqual([...lines].sort((a, b) => (a ?? 0) - (b ?? 0)));
  expect(lines).toHaveLength(3);
});
