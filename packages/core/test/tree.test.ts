import type { KubernetesObject } from '@capstan/base';
import type { ApplicationConfiguration } from '@capstan/oam-model';
import { expect, test } from 'vitest';
import { objectKey } from '../src/application/names.ts';
import { DUMMY_TRAIT_MESSAGE } from '../src/application/trait-health.ts';
import { buildTree } from '../src/tree/build.ts';
import { anApplication } from './builders.ts';

/** The health that the tree shows of a component with this workload. */
function shownHealth(workload: KubernetesObject) {
  const application = anApplication([{ componentName: 'hello' }]);
  const { apiVersion, kind } = workload;
  const workloads = [{ componentName: 'hello', workloadRef: { apiVersion, kind, name: 'hello' }, traits: [] }];
  const status = { workloads } as unknown as ApplicationConfiguration['status'];
  const live = new Map([[objectKey({ apiVersion, kind, name: 'hello', namespace: 'team' }), workload]]);
  const facts = { live, unreadable: [], descendants: [], simulated: false };
  return buildTree({ ...facts, application: { ...application, ...(status ? { status } : {}) } }).application.children[0]
    ?.health;
}

const metadata = { name: 'hello', namespace: 'team', generation: 1 };
const ready = { type: 'Ready', status: 'True', reason: 'Ready', message: '', lastTransitionTime: 'x' };

test('a friendly workload that nobody has looked at is not shown as ready', () => {
  const workload = { apiVersion: 'workloads.capstan.dev/v1alpha1', kind: 'Serverless', metadata };
  expect(shownHealth(workload)).toMatchObject({ status: 'progressing', reason: 'NotObservedYet' });
  expect(shownHealth({ ...workload, status: { conditions: [ready] } })).toMatchObject({ status: 'ready' });
});

test('an object of others that says nothing is there, and that is all that can be asked', () => {
  expect(shownHealth({ apiVersion: 'v1', kind: 'ConfigMap', metadata })).toMatchObject({ status: 'ready' });
});

/** The health that the tree shows of a raw trait that says that it is ready, beside what the status says of it. */
function shownTrait(message: string | undefined, conditions: readonly object[] = []) {
  const application = anApplication([{ componentName: 'hello' }]);
  const traitRef = { apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject', name: 'hello' };
  const trait = { ...traitRef, metadata, status: { conditions: [ready] } } as KubernetesObject;
  const workloadRef = { apiVersion: 'v1', kind: 'ConfigMap', name: 'none' };
  const traits = [{ traitRef, ...(message === undefined ? {} : { message }) }];
  const inventory = [{ ...traitRef, namespace: 'team' }];
  const status = { conditions, inventory, workloads: [{ componentName: 'hello', workloadRef, traits }] };
  const live = new Map([[objectKey({ ...traitRef, namespace: 'team' }), trait]]);
  const facts = { live, unreadable: [], descendants: [], simulated: false };
  const shown = buildTree({ ...facts, application: { ...application, status } as unknown as KubernetesObject });
  return shown.application.children[0]?.children.find(({ role }) => role === 'trait')?.health;
}

test('a raw trait that its plugin finds wanting is not shown as ready', () => {
  const stalled = { ...ready, type: 'Stalled' };
  expect(shownTrait(undefined)).toMatchObject({ status: 'ready' });
  expect(shownTrait('nothing scales')).toMatchObject({ status: 'progressing', message: 'nothing scales' });
  expect(shownTrait('nothing scales', [stalled])).toMatchObject({ status: 'degraded', message: 'nothing scales' });
  expect(shownTrait('rollouts/hello has taken over what it makes')).toMatchObject({ status: 'ready' });
  expect(shownTrait(DUMMY_TRAIT_MESSAGE)).toMatchObject({ status: 'ready' });
});
