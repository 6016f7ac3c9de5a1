import { EMPTY_CLUSTER, type KubernetesObject } from '@capstan/plugin-api';
import { expect, test } from 'vitest';
import { serverlessHealth, serverlessStatus, serviceHealth } from './health.ts';
import { aServerless, aService } from './testing/builders.ts';

type Given = Record<string, [status: string, reason?: string, message?: string]>;

function conditions(given: Given): object[] {
  return Object.entries(given).map(([type, [status, reason, message]]) => ({ type, status, reason, message }));
}

function live(given: Given, status: object = {}, generation = 1): KubernetesObject {
  const service = aService({}, { status: { observedGeneration: 1, conditions: conditions(given), ...status } });
  return { ...service, metadata: { ...service.metadata, generation } };
}

const READY: Given = { Ready: ['True'], ConfigurationsReady: ['True'], RoutesReady: ['True'] };

/** Conditions as Serving 1.23 writes them: without reason and message while they are true. */
test.each<[string, Given, string, string, RegExp]>([
  ['nothing written yet', {}, 'progressing', 'LatestGenerationNotObserved', /has not looked/],
  ['ready', READY, 'ready', 'Ready', /^$/],
  [
    'a revision that cannot start',
    {
      Ready: ['False', 'RevisionFailed', 'Revision "hello-00001" failed with message: Unable to fetch image'],
      ConfigurationsReady: ['False', 'RevisionFailed'],
      RoutesReady: ['Unknown', 'RevisionMissing'],
    },
    'degraded',
    'RevisionFailed',
    /Unable to fetch image$/,
  ],
  [
    'a first revision that cannot start, as Serving 1.23 tells it: why stands beside Ready',
    {
      Ready: ['False', 'RevisionMissing', 'Configuration "hello" does not have any ready Revision.'],
      ConfigurationsReady: ['False', 'RevisionFailed', 'Revision "hello-00001" failed: Unable to fetch image "x"'],
      RoutesReady: ['False', 'RevisionMissing', 'Configuration "hello" does not have any ready Revision.'],
    },
    'degraded',
    'RevisionFailed',
    /Unable to fetch image "x"$/,
  ],
  ['false without a word', { Ready: ['False'] }, 'degraded', 'NotReady', /is not ready/],
  [
    'a new revision on its way',
    { Ready: ['Unknown', 'OutOfDate', 'The Configuration is still working'], ConfigurationsReady: ['Unknown'] },
    'progressing',
    'OutOfDate',
    /still working/,
  ],
  ['unknown without a word', { Ready: ['Unknown'] }, 'progressing', 'Deploying', /bringing it up/],
  [
    'no networking layer',
    { ...READY, Ready: ['Unknown', 'IngressNotConfigured'], RoutesReady: ['Unknown', 'IngressNotConfigured'] },
    'progressing',
    'IngressNotConfigured',
    /ingress-class of the KnativeServing/,
  ],
])('%s', (_what, given, status, reason, message) => {
  const health = serviceHealth(live(given), [], EMPTY_CLUSTER);
  expect(health).toMatchObject({ status, reason });
  expect(health.message ?? '').toMatch(message);
});

test('what was said of an older generation says nothing', () => {
  expect(serviceHealth(live(READY, {}, 2), [], EMPTY_CLUSTER)).toMatchObject({
    status: 'progressing',
    reason: 'LatestGenerationNotObserved',
  });
});

test('one that is being deleted is not ready any more', () => {
  const service = live(READY);
  const leaving = { ...service, metadata: { ...service.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } };
  expect(serviceHealth(leaving, [], EMPTY_CLUSTER)).toMatchObject({ status: 'progressing', reason: 'Terminating' });
});

test('while a new revision fails, the last good one is named', () => {
  const names = { latestCreatedRevisionName: 'hello-00002', latestReadyRevisionName: 'hello-00001' };
  const failed: Given = { Ready: ['False', 'RevisionFailed', 'no such image'] };
  expect(serviceHealth(live(failed, names), [], EMPTY_CLUSTER).message).toBe('no such image; hello-00001 still serves');
});

test('scaled to zero it is idle, and healthy', () => {
  const name = 'hello-00001';
  const inactive = conditions({ Ready: ['True'], Active: ['False', 'NoTraffic'] });
  const revision = {
    apiVersion: 'serving.knative.dev/v1',
    kind: 'Revision',
    metadata: { name, namespace: 'shop' },
    status: { conditions: inactive },
  };
  const cluster = {
    ...EMPTY_CLUSTER,
    get: (asked: { name: string; namespace?: string }) =>
      asked.name === name && asked.namespace === 'shop' ? revision : undefined,
  };
  const service = live(READY, { latestReadyRevisionName: name, url: 'http://hello.shop.example.com' });
  expect(serviceHealth(service, [], cluster)).toMatchObject({ status: 'ready', reason: 'Idle' });
  expect(serviceHealth(service, [], EMPTY_CLUSTER)).toEqual({
    status: 'ready',
    reason: 'Ready',
    message: 'http://hello.shop.example.com',
  });
});

test('a Serverless is as healthy as its Service, and says where it answers', () => {
  const status = {
    url: 'http://hello.shop.example.com',
    latestCreatedRevisionName: 'hello-00002',
    latestReadyRevisionName: 'hello-00001',
    traffic: [
      { latestRevision: true, revisionName: 'hello-00001', percent: 90 },
      { revisionName: 'hello-00002', percent: 10, tag: 'next', url: 'http://next-hello.shop.example.com' },
    ],
  };
  const children = [live(READY, status)];
  expect(serverlessHealth(aServerless(), children, EMPTY_CLUSTER)).toMatchObject({ status: 'ready' });
  expect(serverlessStatus(aServerless(), children)).toEqual({
    url: 'http://hello.shop.example.com',
    latestCreatedRevision: 'hello-00002',
    latestReadyRevision: 'hello-00001',
    traffic: [
      { revision: 'hello-00001', percent: 90 },
      { revision: 'hello-00002', percent: 10, tag: 'next', url: 'http://next-hello.shop.example.com' },
    ],
  });
  expect(serverlessHealth(aServerless(), [], EMPTY_CLUSTER)).toMatchObject({ reason: 'Creating' });
  expect(serverlessStatus(aServerless(), [])).toEqual({});
});
