import type { KindReference, KubernetesObject } from '@capstan/base';
import type {
  ApplicationConfiguration,
  ScopeDefinition,
  TypedReference,
  WorkloadStatusEntry,
} from '@capstan/oam-model';
import { describe, expect, test } from 'vitest';
import { SCOPE_FINALIZER, type ScopesInput } from './model.ts';
import { planScopes } from './plan.ts';
import {
  finalizersAfterLeaving,
  finalizersToJoin,
  isStillIn,
  scopeDefinitionFor,
  scopeEntries,
  scopesToRecord,
} from './records.ts';
import { withReferences } from './references.ts';

const HEALTH = { apiVersion: 'core.oam.dev/v1alpha2', kind: 'HealthScope' };
const NETWORK = { apiVersion: 'core.oam.dev/v1alpha2', kind: 'NetworkScope' };
const WEB: TypedReference = { apiVersion: 'example.com/v1', kind: 'Foo', name: 'web' };
const API: TypedReference = { ...WEB, name: 'api' };

function aScope(reference: KindReference, name: string, refs?: unknown): KubernetesObject {
  const spec = refs === undefined ? {} : { workloadRefs: refs };
  return { ...reference, metadata: { name, namespace: 'ns' }, spec };
}

function aDefinition(spec: Partial<ScopeDefinition['spec']> = {}): ScopeDefinition {
  return {
    apiVersion: 'core.oam.dev/v1alpha2',
    kind: 'ScopeDefinition',
    metadata: { name: 'scopes.core.oam.dev' },
    spec: {
      definitionRef: { name: 'scopes.core.oam.dev' },
      workloadRefsPath: 'spec.workloadRefs',
      allowComponentOverlap: true,
      ...spec,
    },
  };
}

interface World {
  wanted?: Record<string, TypedReference[]>;
  recorded?: Record<string, TypedReference[]>;
  scopes?: KubernetesObject[];
  definition?: ScopeDefinition | undefined;
}

function plan(world: World) {
  const { wanted = {}, recorded = {}, scopes = [] } = world;
  const definition = 'definition' in world ? world.definition : aDefinition();
  const input: ScopesInput = {
    wanted: Object.entries(wanted).map(([name, list]) => ({
      component: name,
      workload: { ...WEB, name },
      scopes: list,
    })),
    recorded: Object.entries(recorded).map(([name, list]) => anEntry(name, list)),
    definition: () => definition,
    scope: ({ kind, name }) => scopes.find((scope) => scope.kind === kind && scope.metadata.name === name),
    scopesOfKind: ({ kind }) => scopes.filter((scope) => scope.kind === kind),
  };
  const { writes, problems } = planScopes(input);
  return {
    problems,
    writes: writes.map(({ scope, add, remove }) => [
      scope.name,
      ...add.map(({ name }) => `+${name}`),
      ...remove.map(({ name }) => `-${name}`),
    ]),
  };
}

function anEntry(name: string, scopes: TypedReference[]): WorkloadStatusEntry {
  return { componentName: name, workloadRef: { ...WEB, name }, scopes: scopes.map((scopeRef) => ({ scopeRef })) };
}

const h = { ...HEALTH, name: 'h' };
const h2 = { ...HEALTH, name: 'h2' };

describe('references to workloads', () => {
  test.each<[string, World, string[][]]>([
    ['are added', { wanted: { web: [h] }, scopes: [aScope(HEALTH, 'h', [])] }, [['h', '+web']]],
    ['are added where there is no list yet', { wanted: { web: [h] }, scopes: [aScope(HEALTH, 'h')] }, [['h', '+web']]],
    [
      'of several components are one write',
      { wanted: { web: [h], api: [h] }, scopes: [aScope(HEALTH, 'h', [])] },
      [['h', '+web', '+api']],
    ],
    ['are left where they are', { wanted: { web: [h] }, scopes: [aScope(HEALTH, 'h', [{ ...WEB, uid: 'u' }])] }, []],
    [
      'come back when somebody took them away',
      { wanted: { web: [h] }, recorded: { web: [h] }, scopes: [aScope(HEALTH, 'h', [API])] },
      [['h', '+web']],
    ],
    [
      'go when the component leaves the scope',
      { wanted: { web: [] }, recorded: { web: [h] }, scopes: [aScope(HEALTH, 'h', [WEB])] },
      [['h', '-web']],
    ],
    [
      'go when the workload leaves the application',
      { wanted: { 'web-v2': [h] }, recorded: { web: [h] }, scopes: [aScope(HEALTH, 'h', [WEB])] },
      [['h', '+web-v2', '-web']],
    ],
    [
      'go with the application',
      { recorded: { web: [h], api: [h, h2] }, scopes: [aScope(HEALTH, 'h', [WEB, API]), aScope(HEALTH, 'h2', [API])] },
      [
        ['h', '-web', '-api'],
        ['h2', '-api'],
      ],
    ],
    [
      'that others put there stay',
      { wanted: { web: [] }, recorded: { web: [] }, scopes: [aScope(HEALTH, 'h', [WEB])] },
      [],
    ],
    [
      'are on record and not in the cache',
      { recorded: { web: [h] }, scopes: [aScope(HEALTH, 'h', [])] },
      [['h', '-web']],
    ],
    ['of a scope that is gone are gone', { recorded: { web: [h] } }, []],
    [
      'cannot be found without a Definition, which holds nobody up',
      { recorded: { web: [h] }, scopes: [aScope(HEALTH, 'h', [WEB])], definition: undefined },
      [],
    ],
    [
      'are not asked for',
      { wanted: { web: [h] }, scopes: [aScope(HEALTH, 'h')], definition: aDefinition({ workloadRefsPath: '' }) },
      [],
    ],
    ['have no list to be taken from', { recorded: { web: [h] }, scopes: [aScope(HEALTH, 'h', 'odd')] }, []],
  ])('%s', (_, world, writes) => {
    expect(plan(world)).toEqual({ writes, problems: [] });
  });

  test.each<[string, World, string, string]>([
    ['the scope', {}, 'render', 'cannot get scope "h"'],
    [
      'the Definition',
      { scopes: [aScope(HEALTH, 'h', [])], definition: undefined },
      'apply',
      'cannot find scope definition "core.oam.dev/v1alpha2" "HealthScope" "h"',
    ],
    [
      'a list',
      { scopes: [aScope(HEALTH, 'h', 'odd')] },
      'apply',
      'cannot find scope workloadRef "core.oam.dev/v1alpha2" "HealthScope" "h" with workloadRefsPath "spec.workloadRefs": it holds no list',
    ],
    [
      'a path',
      { scopes: [aScope(HEALTH, 'h', [])], definition: aDefinition({ workloadRefsPath: 'spec..refs' }) },
      'apply',
      'cannot find scope workloadRef "core.oam.dev/v1alpha2" "HealthScope" "h" with workloadRefsPath "spec..refs": it holds no list',
    ],
  ])('cannot be added without %s', (_, world, stage, message) => {
    expect(plan({ wanted: { web: [h] }, ...world })).toEqual({
      writes: [],
      problems: [{ stage, component: 'web', message }],
    });
  });
});

describe('a Definition that does not allow overlap', () => {
  const definition = aDefinition({ allowComponentOverlap: false });
  const [n1, n2] = ['n1', 'n2'].map((name) => ({ ...NETWORK, name })) as [TypedReference, TypedReference];
  const message = (name: string, other: string) =>
    `component "web" cannot be in scope "${name}": it is in scope "${other}" and ScopeDefinition "scopes.core.oam.dev" does not allow overlap`;

  test('refuses a second scope of the kind in the application', () => {
    const scopes = [aScope(NETWORK, 'n1', []), aScope(NETWORK, 'n2', [])];
    const { problems } = plan({ wanted: { web: [n1, n2] }, scopes, definition });
    expect(problems).toEqual([{ stage: 'render', component: 'web', message: message('n2', 'n1') }]);
  });

  test('refuses a scope while another in the namespace has the workload', () => {
    const scopes = [aScope(NETWORK, 'n1', [WEB]), aScope(NETWORK, 'n2', [])];
    const { problems } = plan({ wanted: { web: [n2] }, scopes, definition });
    expect(problems).toEqual([{ stage: 'render', component: 'web', message: message('n2', 'n1') }]);
  });

  test('lets a component move from one to another', () => {
    const scopes = [aScope(NETWORK, 'n1', [WEB]), aScope(NETWORK, 'n2', [])];
    const moved = plan({ wanted: { web: [n2] }, recorded: { web: [n1] }, scopes, definition });
    expect(moved).toEqual({
      writes: [
        ['n1', '-web'],
        ['n2', '+web'],
      ],
      problems: [],
    });
  });

  test('lets different components be in different scopes, and scopes of other kinds be', () => {
    const scopes = [aScope(NETWORK, 'n1', [API]), aScope(NETWORK, 'n2', []), aScope(HEALTH, 'h', [])];
    const { problems } = plan({ wanted: { web: [n2, h], api: [n1] }, scopes, definition });
    expect(problems).toEqual([]);
  });
});

test('references of others, their order and their fields stay', () => {
  const write = { scope: h, path: 'spec.workloadRefs', add: [WEB, WEB], remove: [API] };
  const other = { ...WEB, name: 'other', uid: 'u' };
  expect(withReferences(aScope(HEALTH, 'h', [API, other]), write)).toEqual(aScope(HEALTH, 'h', [other, WEB]));
  expect(withReferences(aScope(HEALTH, 'h', [other, WEB]), write)).toBeUndefined();
  expect(withReferences(aScope(HEALTH, 'h'), { ...write, remove: [] })).toEqual(aScope(HEALTH, 'h', [WEB]));
});

describe('the application', () => {
  function anApplication(metadata: object, scoped: boolean): ApplicationConfiguration {
    return {
      apiVersion: 'core.oam.dev/v1alpha2',
      kind: 'ApplicationConfiguration',
      metadata: { name: 'app', namespace: 'ns', ...metadata },
      spec: { components: [{ componentName: 'web', scopes: scoped ? [{ scopeRef: h }] : [] }] },
    };
  }
  const has = { finalizers: ['other', SCOPE_FINALIZER] };
  const going = { deletionTimestamp: '2026-01-01T00:00:00Z' };

  test.each<[string, object, boolean, string[] | undefined, string[] | undefined]>([
    ['gets its finalizer for its first scope', { finalizers: ['other'] }, true, ['other', SCOPE_FINALIZER], undefined],
    ['keeps it while it has scopes', has, true, undefined, undefined],
    ['has none without scopes', {}, false, undefined, undefined],
    ['loses it with its last scope', has, false, undefined, ['other']],
    ['loses it when it is deleted', { ...has, ...going }, true, undefined, ['other']],
    ['gets none when it is deleted', going, true, undefined, undefined],
  ])('%s', (_, metadata, scoped, toJoin, afterLeaving) => {
    const application = anApplication(metadata, scoped);
    expect(finalizersToJoin(application)).toEqual(toJoin);
    expect(finalizersAfterLeaving(application)).toEqual(afterLeaving);
  });

  test('has the scopes on record before it joins them', () => {
    const recorded = [anEntry('web', [h2])];
    const wanted = (scopes: TypedReference[], name = 'web') => [
      { component: name, workload: { ...WEB, name }, scopes },
    ];
    expect(scopesToRecord(recorded, wanted([h2]))).toBeUndefined();
    expect(scopesToRecord(recorded, wanted([h]))).toEqual([anEntry('web', [h2, h])]);
    expect(scopesToRecord(recorded, wanted([h], 'api'))).toEqual([anEntry('web', [h2]), anEntry('api', [h])]);
    expect(scopesToRecord(recorded, wanted([], 'api'))).toBeUndefined();
  });

  test.each<[string, KubernetesObject, string, boolean]>([
    ['while its workload is in it', aScope(HEALTH, 'h2', [API, WEB]), 'spec.workloadRefs', true],
    ['unless its workload was taken out', aScope(HEALTH, 'h2', [API]), 'spec.workloadRefs', false],
    ['unless the list is elsewhere', aScope(HEALTH, 'h2', [WEB]), 'spec.other', false],
    ['unless it has not joined yet', aScope(HEALTH, 'h', [WEB]), 'spec.workloadRefs', false],
  ])('needs not look at a scope that changed %s', (_, scope, path, still) => {
    const application = { ...anApplication({}, true), status: { workloads: [anEntry('web', [h2])] } };
    expect(isStillIn(application, scope, path)).toBe(still);
    const stores = [{ componentName: 'web', dataInputs: [{ inputStore: h2 }] }];
    expect(isStillIn({ ...application, spec: { components: stores } }, scope, path)).toBe(false);
  });

  test('keeps what others say of its scopes', () => {
    const before = [
      { status: 'fine', scopeRef: { ...h, uid: 'u' } },
      { status: 'old', scopeRef: h2 },
    ];
    expect(scopeEntries(before, [h, { ...NETWORK, name: 'n' }])).toEqual([
      { status: 'fine', scopeRef: h },
      { scopeRef: { ...NETWORK, name: 'n' } },
    ]);
  });
});

test('a Definition is found by its own name first', () => {
  const named = { ...aDefinition(), metadata: { name: 'healthscopes.core.oam.dev' } };
  const referring = aDefinition({ definitionRef: { name: 'healthscopes.core.oam.dev' } });
  expect(scopeDefinitionFor([referring, named], 'healthscopes.core.oam.dev')).toBe(named);
  expect(scopeDefinitionFor([referring], 'healthscopes.core.oam.dev')).toBe(referring);
  expect(scopeDefinitionFor([referring], 'none')).toBeUndefined();
});
