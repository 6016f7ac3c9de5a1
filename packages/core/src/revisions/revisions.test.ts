import type { KubernetesObject } from '@capstan/base';
import type { Component } from '@capstan/oam-model';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { componentOf, componentOfRevision } from './component-of.ts';
import { decideRevisions } from './decide.ts';
import { type ComponentRevision, componentRevisionName, takeSnapshot } from './snapshot.ts';

function aComponent(image: string, more: Partial<Component> = {}): Component {
  const workload = { apiVersion: 'example.com/v1', kind: 'Foo', metadata: { name: '' }, spec: { image } };
  return {
    apiVersion: 'core.oam.dev/v1alpha2',
    kind: 'Component',
    metadata: { name: 'web', namespace: 'ns', uid: 'uid-1', generation: 1 },
    spec: { workload },
    ...more,
  };
}

function recorded(component: Component, revision: number): Component {
  return { ...component, status: { observedGeneration: 1, latestRevision: { name: `web-v${revision}`, revision } } };
}

function decide(component: Component, revisions: ComponentRevision[] = [], limit = 50, pins: string[] = []) {
  const decision = decideRevisions({ component, revisions, limit, pins: () => new Set(pins) });
  return {
    create: decision.create?.metadata.name,
    latest: decision.latestRevision.name,
    prune: decision.prune.map(({ metadata }) => metadata.name),
  };
}

const v1 = takeSnapshot(aComponent('1'), 1);
const v2 = takeSnapshot(aComponent('2'), 2);
const v3 = takeSnapshot(aComponent('3'), 3);
const ofOther = (revision: ComponentRevision): ComponentRevision => ({
  ...revision,
  metadata: { ...revision.metadata, ownerReferences: [] },
});

describe('the revision of a component', () => {
  test.each<[string, Component, ComponentRevision[], string | undefined, string]>([
    ['is the first of a new one', aComponent('1'), [], 'web-v1', 'web-v1'],
    ['stays while the spec does', recorded(aComponent('1'), 1), [v1], undefined, 'web-v1'],
    ['is the next after a change', recorded(aComponent('2'), 1), [v1], 'web-v2', 'web-v2'],
    ['is the next also back to an older spec', recorded(aComponent('1'), 2), [v1, v2], 'web-v3', 'web-v3'],
    ['is found when the status was lost', aComponent('2'), [v1, v2], undefined, 'web-v2'],
    ['is found when the last status write was lost', recorded(aComponent('2'), 1), [v1, v2], undefined, 'web-v2'],
    ['is the next when the status was lost before a change', aComponent('3'), [v1, v2], 'web-v3', 'web-v3'],
    ['is the next when the snapshot is gone', recorded(aComponent('2'), 2), [v1], 'web-v3', 'web-v3'],
    [
      'is the next when the snapshot is no component',
      recorded(aComponent('1'), 1),
      [{ ...v1, data: {} }],
      'web-v2',
      'web-v2',
    ],
    [
      'is the next after those of an earlier component',
      aComponent('1'),
      [ofOther(v1), ofOther(v2)],
      'web-v3',
      'web-v3',
    ],
  ])('%s', (_, component, revisions, create, latest) => {
    expect(decide(component, revisions)).toEqual({ create, latest, prune: [] });
  });

  test('does not depend on the order of keys, nor on metadata', () => {
    const { workload } = aComponent('1').spec;
    const spec = { workload: Object.fromEntries(Object.entries(workload).reverse()) as KubernetesObject };
    const component = aComponent('1', { spec, metadata: { name: 'web', uid: 'uid-1', labels: { a: 'b' } } });
    expect(decide(recorded(component, 1), [v1]).create).toBeUndefined();
  });

  test('is a snapshot of the whole component, which names it', () => {
    const managedFields = [{ manager: 'kubectl' }];
    const component = aComponent('1');
    const snapshot = takeSnapshot({ ...component, metadata: { ...component.metadata, managedFields } }, 4);
    expect(snapshot).toEqual({
      apiVersion: 'apps/v1',
      kind: 'ControllerRevision',
      metadata: {
        name: 'web-v4',
        namespace: 'ns',
        labels: { 'controller.oam.dev/component': 'web' },
        ownerReferences: [
          { apiVersion: 'core.oam.dev/v1alpha2', kind: 'Component', name: 'web', uid: 'uid-1', controller: true },
        ],
      },
      revision: 4,
      data: { ...component, status: { observedGeneration: 1, latestRevision: { name: 'web-v4', revision: 4 } } },
    });
  });
});

describe('revisions beyond the limit', () => {
  const latest = recorded(aComponent('3'), 3);
  test.each<[string, number, string[], string[]]>([
    ['are none within it', 3, [], []],
    ['are the oldest', 2, [], ['web-v1']],
    ['are never the newest', 0, [], ['web-v1', 'web-v2']],
    ['are not those that applications ask for, which do not count', 1, ['web-v1'], ['web-v2']],
    ['are counted without those that applications ask for', 2, ['web-v1'], []],
    ['are counted without those that nobody has', 2, ['web-v9', 'other-v1'], ['web-v1']],
  ])('%s', (_, limit, pins, pruned) => {
    expect(decide(latest, [v3, v1, v2], limit, pins).prune).toEqual(pruned);
  });

  test('count the one that is about to be made', () => {
    expect(decide(recorded(aComponent('3'), 2), [v1, v2], 2)).toEqual({
      create: 'web-v3',
      latest: 'web-v3',
      prune: ['web-v1'],
    });
  });

  test('are never those of an earlier component', () => {
    expect(decide(latest, [ofOther(v1), v3], 1).prune).toEqual([]);
  });
});

test('numbers only grow, whatever is lost in between', () => {
  const step = fc.record({
    image: fc.constantFrom('1', '2', '3'),
    loses: fc.constantFrom('nothing', 'status', 'newest', 'component'),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), fc.integer({ min: 1, max: 4 }), (steps, limit) => {
      let revisions: ComponentRevision[] = [];
      let status: Component['status'];
      let uid = 'uid-0';
      let highest = 0;
      for (const [index, { image, loses }] of steps.entries()) {
        if (loses === 'status') status = undefined;
        if (loses === 'component') uid = `uid-${index + 1}`;
        if (loses === 'component') status = undefined;
        if (loses === 'newest' && status)
          revisions = revisions.filter(({ metadata }) => metadata.name !== status?.latestRevision?.name);
        const component = aComponent(image, { metadata: { name: 'web', uid }, ...(status ? { status } : {}) });
        const decision = decideRevisions({ component, revisions, limit, pins: () => new Set() });
        const names = new Set(revisions.map(({ metadata }) => metadata.name));
        if (decision.create) {
          expect(names.has(decision.create.metadata.name)).toBe(false);
          expect(decision.create.revision).toBeGreaterThan(
            revisions.reduce((most, one) => Math.max(most, one.revision), 0),
          );
          revisions = [...revisions, decision.create];
        }
        revisions = revisions.filter((revision) => !decision.prune.includes(revision));
        status = { latestRevision: decision.latestRevision };
        if (loses === 'nothing') expect(decision.latestRevision.revision).toBeGreaterThanOrEqual(highest);
        highest = decision.latestRevision.revision;
        const settled = decideRevisions({
          component: { ...component, status },
          revisions,
          limit,
          pins: () => new Set(),
        });
        expect(settled).toEqual({ latestRevision: decision.latestRevision, prune: [] });
      }
    }),
  );
});

describe('the component that an entry means', () => {
  const latest = recorded(aComponent('2'), 2);
  const components = new Map([
    ['web', latest],
    ['new', aComponent('1')],
  ]);
  const revisions = new Map<string, KubernetesObject>([
    ['web-v1', v1],
    ['odd-v1', { ...v1, data: { spec: {} } }],
  ]);

  test('is the component as it is', () => {
    const found = { component: latest, componentName: 'web', revisionName: 'web-v2', pending: false };
    expect(componentOf({ componentName: 'web' }, components, revisions)).toEqual(found);
    expect(componentOf({ componentName: 'new' }, components, revisions)).toMatchObject({
      revisionName: '',
      pending: true,
    });
  });

  test('waits for the revision of a spec that has none yet', () => {
    const edited = { ...latest, metadata: { ...latest.metadata, generation: 2 } };
    const found = componentOf({ componentName: 'web' }, new Map([['web', edited]]), revisions);
    expect(found).toMatchObject({ revisionName: 'web-v2', pending: true });
  });

  test.each([
    [1, false],
    [0, true],
  ])('waits for no revision that cannot be made (known of generation %s)', (observedGeneration, pending) => {
    const synced = {
      type: 'Synced',
      status: 'False',
      reason: 'ReconcileError',
      message: '',
      lastTransitionTime: '',
    } as const;
    const failed = aComponent('1', { status: { conditions: [{ ...synced, observedGeneration }] } });
    const found = componentOf({ componentName: 'web' }, new Map([['web', failed]]), revisions);
    expect(found).toMatchObject({ revisionName: '', pending });
  });

  test('is the revision that is named, whatever else is', () => {
    const entry = { componentName: 'new', revisionName: 'web-v1' };
    const found = { component: v1.data, componentName: 'web', revisionName: 'web-v1', pending: false };
    expect(componentOf(entry, components, revisions)).toEqual(found);
  });

  test.each([
    [{ componentName: 'none' }, 'cannot get component "none"'],
    [{}, 'cannot get component ""'],
    [{ revisionName: 'web-v9' }, 'cannot get component revision "web-v9"'],
    [{ revisionName: 'odd-v1' }, 'cannot get valid component data from controllerRevision "odd-v1"'],
  ])('is told when it is not there: %j', (entry, error) => {
    expect(componentOf(entry, components, revisions)).toEqual({ error });
  });

  test.each(['web', 'my-web', 'a-b-c', 'web-v1'])('is named as its revision up to the last dash: %s', (name) => {
    expect(componentOfRevision(componentRevisionName(name, 100))).toBe(name);
  });
});
