import { describe, expect, test } from 'vitest';
import { definitionFor, matchDefinitions, nearestDefinitions } from './catalog.ts';
import type { Definition } from './kinds/index.ts';
import type { CustomResourceDefinition } from './schema/types.ts';

function aDefinition(kind: Definition['kind'], crd: string, name = crd): Definition {
  const spec = { definitionRef: { name: crd }, allowComponentOverlap: true };
  return { apiVersion: 'core.oam.dev/v1alpha2', kind, metadata: { name }, spec } as Definition;
}

function aCrd(kind: string, plural: string, group: string, shortNames: string[] = []): CustomResourceDefinition {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, plural, singular: kind.toLowerCase(), shortNames },
      versions: [],
    },
  };
}

const catalog = {
  definitions: [
    aDefinition('TraitDefinition', 'autoscales.traits.capstan.dev'),
    aDefinition('TraitDefinition', 'scaledobjects.keda.sh'),
    aDefinition('TraitDefinition', 'scaledobjects.other.io', 'special'),
    aDefinition('WorkloadDefinition', 'deployments.apps'),
    aDefinition('ScopeDefinition', 'healthscopes.core.oam.dev'),
  ],
  crds: [
    aCrd('Autoscale', 'autoscales', 'traits.capstan.dev'),
    aCrd('ScaledObject', 'scaledobjects', 'keda.sh', ['so']),
    aCrd('ScaledObject', 'scaledobjects', 'other.io'),
  ],
};
const namesOf = (query: string) => matchDefinitions(query, catalog).map(({ definition }) => definition.metadata.name);

describe('names that users type', () => {
  test.each([
    ['autoscale', ['autoscales.traits.capstan.dev']],
    ['Autoscale', ['autoscales.traits.capstan.dev']],
    ['autoscales', ['autoscales.traits.capstan.dev']],
    ['autoscales.traits.capstan.dev', ['autoscales.traits.capstan.dev']],
    ['so', ['scaledobjects.keda.sh']],
    ['scaledobject', ['scaledobjects.keda.sh', 'special']],
    ['scaledobjects.other.io', ['special']],
    ['special', ['special']],
    ['deployment', ['deployments.apps']],
    ['autoscal', []],
    ['', []],
  ])('%j means %j', (query, names) => {
    expect(namesOf(query)).toEqual(names);
  });

  test('a Definition of that very name is meant, not another of the same CRD; in each role by itself', () => {
    const again = {
      ...catalog,
      definitions: [
        aDefinition('TraitDefinition', 'scaledobjects.keda.sh', 'again'),
        aDefinition('WorkloadDefinition', 'scaledobjects.keda.sh', 'once'),
        ...catalog.definitions,
      ],
    };
    const named = matchDefinitions('scaledobjects.keda.sh', again).map(({ definition }) => definition.metadata.name);
    expect(named).toEqual(['once', 'scaledobjects.keda.sh']);
  });

  test('the nearest short names are offered once', () => {
    expect(nearestDefinitions('autoscal', catalog)).toEqual(['autoscale']);
    expect(nearestDefinitions('scaledobjekt', catalog)).toEqual(['scaledobject']);
  });

  test('a match tells role, short name and CRD', () => {
    expect(matchDefinitions('autoscale', catalog)).toMatchObject([
      { role: 'trait', shortName: 'autoscale', crd: catalog.crds[0] },
    ]);
    expect(matchDefinitions('deployment', catalog)[0]).not.toHaveProperty('crd');
    expect(matchDefinitions('healthscope', catalog)[0]?.role).toBe('scope');
  });
});

describe('the Definition of an object', () => {
  const object = (apiVersion: string, kind: string, labels = {}) => ({
    apiVersion,
    kind,
    metadata: { name: 'x', labels },
  });
  test.each([
    ['by the group and kind of its CRD', object('keda.sh/v1', 'ScaledObject'), 'trait', 'scaledobjects.keda.sh'],
    ['by the guessed name without a CRD', object('apps/v1', 'Deployment'), 'workload', 'deployments.apps'],
    ['not in another role', object('apps/v1', 'Deployment'), 'trait', undefined],
    ['not of another group', object('foo.io/v1', 'ScaledObject'), 'trait', undefined],
    ['by its label', object('foo.io/v1', 'ScaledObject', { 'trait.oam.dev/type': 'special' }), 'trait', 'special'],
    [
      'by its label over its kind',
      object('keda.sh/v1', 'ScaledObject', { 'trait.oam.dev/type': 'special' }),
      'trait',
      'special',
    ],
    [
      'nowhere when its label names none',
      object('keda.sh/v1', 'ScaledObject', { 'trait.oam.dev/type': 'gone' }),
      'trait',
      undefined,
    ],
    ['not by a CRD alone: names are the convention', object('other.io/v1', 'ScaledObject'), 'trait', undefined],
  ] as const)('is found %s', (_how, from, role, name) => {
    expect(definitionFor(from, role, catalog)?.definition.metadata.name).toBe(name);
  });

  test('an object without metadata has one too', () => {
    const bare = { apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject' } as never;
    expect(definitionFor(bare, 'trait', catalog)?.definition.metadata.name).toBe('scaledobjects.keda.sh');
  });
});
