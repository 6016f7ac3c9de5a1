import type { KubernetesObject } from '@capstan/base';
import type { ApplicationConfiguration } from '@capstan/oam-model';
import { expect, test } from 'vitest';
import { objectKey } from '../src/application/names.ts';
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
