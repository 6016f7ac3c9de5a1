import { describe, expect, test } from 'vitest';
import { aComponent, aCrd, anApplication } from '../../test/builders.ts';
import { aTrait, catalog, DEPLOYMENT, KNATIVE, normalize, said, scaler, traitsOf, web } from '../../test/dialect.ts';
import { formatFieldPath, parseFieldPath } from '../field-path.ts';
import { originOf } from './origins.ts';

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
