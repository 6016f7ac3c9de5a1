import { describe, expect, test } from 'vitest';
import type { ApplicationConfiguration, TypedReference } from './kinds/index.ts';
import {
  componentNameOf,
  instanceNameOf,
  objectMetadata,
  type TraitNamesInput,
  traitNames,
  workloadName,
} from './names.ts';

const trait = (kind: string, name?: string) =>
  ({ apiVersion: 'keda.sh/v1alpha1', kind, ...(name === undefined ? {} : { metadata: { name } }) }) as never;

const scaler = { object: trait('ScaledObject'), definitionName: 'scaledobjects.keda.sh' };
const reference = (name: string): TypedReference => ({ apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject', name });

function names(input: Partial<TraitNamesInput>): string[] {
  return traitNames({ application: 'shop', component: 'web', traits: [scaler], ...input });
}

test.each([
  ['own', 'own'],
  ['', 'component'],
  [undefined, 'component'],
])('a workload named %j is called %s', (name, expected) => {
  expect(workloadName(trait('Deployment', name), 'component')).toBe(expected);
});

test('the instance name of the application wins over the name of the workload, which every instance shares', () => {
  expect(workloadName(trait('Deployment', 'own'), 'component', 'frontend')).toBe('frontend');
  expect(workloadName(trait('Deployment', 'own'), 'component', '')).toBe('own');
});

test.each([
  [{ componentName: 'web' }, 'web', 'web'],
  [{ revisionName: 'web-app-v2' }, 'web-app', 'web-app'],
  [{ componentName: 'web', revisionName: 'api-v2' }, 'api', 'api'],
  [{ componentName: 'web', revisionName: '', instanceName: 'frontend' }, 'web', 'frontend'],
  [{ revisionName: 'odd' }, 'odd', 'odd'],
  [{}, '', ''],
])('%j means Component %j and instance %j', (entry, component, instance) => {
  expect([componentNameOf(entry), instanceNameOf(entry)]).toEqual([component, instance]);
});

describe('trait names', () => {
  test('a name of its own wins, also over what the status remembers', () => {
    const traits = [{ object: trait('ScaledObject', 'mine'), definitionName: 'scaledobjects.keda.sh' }];
    expect(names({ traits, previous: [reference('old')] })).toEqual(['mine']);
  });

  test('the name in the status is kept', () => {
    expect(names({ previous: [reference('web-scaledobject-5d8c7f')] })).toEqual(['web-scaledobject-5d8c7f']);
  });

  test('two unnamed traits of one kind keep two names', () => {
    expect(names({ traits: [scaler, scaler], previous: [reference('a'), reference('b')] })).toEqual(['a', 'b']);
  });

  test('a remembered name that another trait has by itself is not given again', () => {
    const own = { object: trait('ScaledObject', 'a'), definitionName: 'scaledobjects.keda.sh' };
    const [unnamed, named] = names({ traits: [scaler, own], previous: [reference('a')] });
    expect(named).toBe('a');
    expect(unnamed).toMatch(/^web-scaledobjects-[0-9a-f]{8}$/);
  });

  test.each([
    ['scaledobjects.keda.sh', 'scaledobjects'],
    ['Routes.extended.oam.dev', 'routes'],
    [undefined, 'dummy'],
    ['', 'trait'],
  ])('Definition %j gives the prefix web-%s', (definitionName, part) => {
    const traits = [{ object: trait('ScaledObject'), ...(definitionName === undefined ? {} : { definitionName }) }];
    expect(names({ traits })[0]).toMatch(new RegExp(`^web-${part}-[0-9a-f]{8}$`));
  });

  test('neither the spec nor a new version changes a name; application, component and place do', () => {
    const changed = {
      object: { ...(trait('ScaledObject') as object), apiVersion: 'keda.sh/v1', spec: { x: 1 } } as never,
      definitionName: 'scaledobjects.keda.sh',
    };
    expect(names({ traits: [changed] })).toEqual(names({}));
    const all = [
      names({}),
      names({ application: 'b' }),
      names({ component: 'b' }),
      names({ traits: [scaler, scaler] }).slice(1),
    ];
    expect(new Set(all.map(String)).size).toBe(4);
  });

  test('two instances of one Component have traits of their own, with the name of the Component in front', () => {
    const [one] = names({ instance: 'frontend' });
    expect(one).toMatch(/^web-scaledobjects-/);
    expect(new Set([one, ...names({ instance: 'backend' }), ...names({})]).size).toBe(3);
    expect(names({ instance: 'web' })).toEqual(names({}));
  });

  test('a long component leaves a name of at most 63 characters', () => {
    const [name] = names({ component: 'c'.repeat(63) });
    expect(name).toHaveLength(63);
  });
});

describe('metadata', () => {
  const application = {
    metadata: {
      name: 'shop',
      generation: 4,
      labels: { team: 'a', tier: 'app', 'app.oam.dev/name': 'forged' },
      annotations: {
        note: 'app',
        'kubectl.kubernetes.io/last-applied-configuration': '{}',
        'meta.helm.sh/release-name': 'r',
        'argocd.argoproj.io/tracking-id': 't',
      },
    },
  } as unknown as ApplicationConfiguration;
  const object = {
    metadata: { labels: { tier: 'web', 'app.oam.dev/component': 'forged' }, annotations: { note: 'own' } },
  } as never;

  test('ours win over those of the object, and these over those of the application', () => {
    expect(objectMetadata({ application, component: 'web', resourceType: 'TRAIT', object })).toEqual({
      labels: {
        team: 'a',
        tier: 'web',
        'app.kubernetes.io/managed-by': 'capstan',
        'app.oam.dev/name': 'shop',
        'app.oam.dev/component': 'web',
        'app.oam.dev/revision': '',
        'app.oam.dev/resourceType': 'TRAIT',
      },
      annotations: { note: 'own', 'app.oam.dev/generation': '4' },
    });
  });

  test('the revision is always a label, empty before the first one', () => {
    const input = { application, component: 'web', resourceType: 'WORKLOAD', object, revision: 'web-v2' } as const;
    expect(objectMetadata(input).labels['app.oam.dev/revision']).toBe('web-v2');
  });
});
