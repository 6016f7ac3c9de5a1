import type { KubernetesObject } from '@capstan/base';
import type { Component } from '@capstan/oam-model';
import { describe, expect, test } from 'vitest';
import { diffLines, planLines } from '../render/change-plan.ts';
import type { Terminal } from '../render/terminal.ts';
import { asApplied, componentAsApplied } from './as-applied.ts';
import { type ChangePlan, changesNothing, type ObjectChange } from './model.ts';

const pipe: Terminal = { isTTY: false, columns: undefined, color: false, ellipsis: '…' };

describe('an object as it would stand in the cluster', () => {
  const live: KubernetesObject = {
    apiVersion: 'v1',
    kind: 'W',
    metadata: {
      name: 'web',
      uid: 'u',
      resourceVersion: '7',
      generation: 3,
      labels: { dropped: '1', foreign: '2' },
      managedFields: [
        {
          manager: 'capstan',
          operation: 'Apply',
          fieldsV1: { 'f:metadata': { 'f:labels': { 'f:dropped': {} } }, 'f:spec': { 'f:a': {} } },
        },
      ],
    },
    spec: { a: 1 },
    status: { seen: true },
  };
  const desired = (spec: object): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'W',
    metadata: { name: 'web', labels: { fresh: '3' } },
    spec,
  });

  test('keeps what others own, and its status', () => {
    expect(asApplied(desired({ a: 1 }), live, 'capstan')).toMatchObject({
      metadata: { uid: 'u', generation: 3, labels: { fresh: '3', foreign: '2' } },
      status: { seen: true },
    });
    expect(asApplied(desired({ a: 1 }), live, 'capstan').metadata.labels).not.toHaveProperty('dropped');
  });

  test('has the next generation where its spec differs, and the first where it is new', () => {
    expect(asApplied(desired({ a: 2 }), live, 'capstan').metadata.generation).toBe(4);
    expect(asApplied(desired({ a: 2 }), undefined, 'capstan').metadata.generation).toBe(1);
  });

  test('a component gets its next revision only with another spec', () => {
    const component = (image: string): Component =>
      ({ ...desired({ workload: { image } }), kind: 'Component' }) as unknown as Component;
    const status = { observedGeneration: 3, latestRevision: { name: 'web-v4', revision: 4 } };
    const known = { ...component('a'), metadata: live.metadata, status } as Component;
    expect(componentAsApplied(component('a'), known, 'capstan').status?.latestRevision?.name).toBe('web-v4');
    expect(componentAsApplied(component('b'), known, 'capstan').status?.latestRevision?.name).toBe('web-v5');
    expect(componentAsApplied(component('b'), undefined, 'capstan').status?.latestRevision?.name).toBe('web-v1');
  });
});

test('a default that the API server filled in makes no revision', () => {
  const component = (parameter: object) =>
    ({
      apiVersion: 'core.oam.dev/v1alpha2',
      kind: 'Component',
      metadata: { name: 'web' },
      spec: { workload: { apiVersion: 'v1', kind: 'W' }, parameters: [parameter] },
    }) as unknown as Component;
  const stated = { name: 'image', fieldPaths: ['spec.image'] };
  const live = component({ ...stated, required: false });
  live.metadata.generation = 1;
  live.status = { observedGeneration: 1, latestRevision: { name: 'web-v1', revision: 1 } };
  const revisionOf = (parameter: object) =>
    componentAsApplied(component(parameter), live, 'capstan').status?.latestRevision?.name;
  expect(revisionOf(stated)).toBe('web-v1');
  expect(revisionOf({ ...stated, required: true })).toBe('web-v2');
});

describe('a plan', () => {
  const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', origin: 'application' } as const;
  const image = { path: 'spec.image', change: 'changed', before: 'a:1', after: 'a:2' } as const;
  const secret = { path: 'data.KEY', change: 'changed', hidden: true } as const;
  const waits = { application: 'shop', component: 'web', waitsFor: ['waits for db'] };
  const objects: ObjectChange[] = [
    { ...deployment, action: 'changed', fields: [image], ...waits },
    { ...deployment, name: 'two', action: 'changed', fields: [image, secret], restartsPods: true, ...waits },
    { ...deployment, name: 'same', action: 'unchanged', fields: [] },
    { apiVersion: 'v1', kind: 'Service', name: 'web', origin: 'application', action: 'created', fields: [] },
    { apiVersion: 'v1', kind: 'Service', name: 'old', origin: 'application', action: 'removed', fields: [] },
  ];
  const plan: ChangePlan = { namespace: 'web', objects, warnings: [], unreadable: ['hidden'] };

  test('is told with a sign for each object, its fields, and once what it waits for', () => {
    expect(planLines(plan, pipe)).toEqual([
      '  ~ deployment/web  spec.image: a:1 -> a:2',
      '      later: waits for db',
      '  ~ deployment/two',
      '      spec.image: a:1 -> a:2',
      '      data.KEY: (changed, hidden)',
      '      restarts pods',
      '  + service/web',
      '  - service/old',
      '  = 1 unchanged',
      '  ? what becomes of application hidden is not compared: you may not read it',
    ]);
  });

  test('is a difference with a count at its end', () => {
    expect(diffLines(plan, pipe)).toEqual([
      'deployment.apps/web',
      '  spec.image: a:1 -> a:2',
      '  later: waits for db',
      'deployment.apps/two',
      '  spec.image: a:1 -> a:2',
      '  data.KEY: (changed, hidden)',
      '  restarts pods',
      'service/web  (new)',
      'service/old  (removed)',
      '? what becomes of application hidden is not compared: you may not read it',
      '3 objects differ, 1 the same, 1 removed',
    ]);
  });

  test('changes nothing when every object is as it is', () => {
    expect(changesNothing(plan)).toBe(false);
    expect(changesNothing({ objects: objects.slice(2, 3) })).toBe(true);
  });
});
