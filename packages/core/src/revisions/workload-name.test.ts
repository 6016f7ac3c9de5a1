import type { KubernetesObject } from '@capstan/base';
import type { ApplicationConfiguration, Component } from '@capstan/oam-model';
import { describe, expect, test } from 'vitest';
import { historyWorkloads, type WorkloadNameInput, workloadNameFor } from './workload-name.ts';

const FOO = { apiVersion: 'example.com/v1', kind: 'Foo' };

function aComponent(latest?: string): Component {
  return {
    apiVersion: 'core.oam.dev/v1alpha2',
    kind: 'Component',
    metadata: { name: 'web', namespace: 'ns' },
    spec: { workload: aWorkload('') },
    ...(latest ? { status: { latestRevision: { name: latest, revision: 1 } } } : {}),
  };
}

function aWorkload(name: string, labels: Record<string, string> = {}, more: object = {}): KubernetesObject {
  return { ...FOO, metadata: { name, namespace: 'ns', labels, ...more } };
}

const ofRevision = (name: string, revision: string) => aWorkload(name, { 'app.oam.dev/revision': revision });

describe('a workload is named', () => {
  test.each<[string, Partial<WorkloadNameInput>, string]>([
    ['by itself', { workload: aWorkload('own'), revisionEnabled: true }, 'own'],
    ['by its instance', { workload: aWorkload('own'), instanceName: 'mine', revisionEnabled: true }, 'mine'],
    ['by its component', { component: aComponent('web-v2') }, 'web'],
    ['by its component when there is none of its kind yet', { component: aComponent() }, 'web'],
    ['by its revision', { revisionEnabled: true }, 'web-v2'],
    ['by its revision when another runs', { revisionEnabled: true, existing: ofRevision('web', 'web-v1') }, 'web-v2'],
    ['as it is when its revision runs', { revisionEnabled: true, existing: ofRevision('web', 'web-v2') }, 'web'],
  ])('%s', (_, input, name) => {
    const complete = { workload: aWorkload(''), component: aComponent('web-v2'), revisionEnabled: false, ...input };
    expect(workloadNameFor(complete)).toEqual({ name });
  });

  test('by a revision that must be there', () => {
    const { metadata: _, ...bare } = aWorkload('');
    const workload = bare as KubernetesObject;
    expect(workloadNameFor({ workload, component: aComponent(), revisionEnabled: true })).toEqual({
      error: 'cannot get latest revision for component "web" while revision is enabled',
    });
  });
});

describe('what the cluster has of a component', () => {
  const application: ApplicationConfiguration = {
    apiVersion: 'core.oam.dev/v1alpha2',
    kind: 'ApplicationConfiguration',
    metadata: { name: 'app', namespace: 'ns' },
    spec: { components: [] },
  };

  test('workloads of older revisions of this application in this namespace', () => {
    const labels = {
      'app.oam.dev/name': 'app',
      'app.oam.dev/component': 'web',
      'app.oam.dev/resourceType': 'WORKLOAD',
    };
    const live = [
      aWorkload('web-v10', labels),
      aWorkload('web-v2', labels, { uid: 'uid-2' }),
      aWorkload('web-v11', labels),
      aWorkload('web', labels),
      aWorkload('web-v3', { ...labels, 'app.oam.dev/name': 'other' }),
      aWorkload('web-v4', { ...labels, 'app.oam.dev/resourceType': 'TRAIT' }),
      aWorkload('web-v5', labels, { namespace: 'other' }),
      { ...aWorkload('web-v6', labels), kind: 'Bar' },
    ];
    const input = { application, componentName: 'web', workload: aWorkload('web'), revisionName: 'web-v11', live };
    expect(historyWorkloads(input)).toEqual([
      { revision: 'web-v2', workloadRef: { ...FOO, name: 'web-v2', uid: 'uid-2' } },
      { revision: 'web-v10', workloadRef: { ...FOO, name: 'web-v10' } },
    ]);
  });
});
