import type { KubernetesObject } from '@capstan/base';
import { expect, test } from 'vitest';
import { foreignFinalizers, LONGEST_LEAVING_MS, leavingAmong } from './leaving.ts';
import { objectKey } from './names.ts';

test.each<[string, string[], string[]]>([
  ['none', [], []],
  ["a controller's", ['finalizer.flagger.app', 'finalizer.keda.sh'], ['finalizer.flagger.app', 'finalizer.keda.sh']],
  ["the garbage collector's", ['foregroundDeletion', 'orphan'], []],
  ["Kubernetes' own", ['kubernetes.io/pvc-protection', 'service.kubernetes.io/load-balancer-cleanup'], []],
  [
    'one that only looks like it',
    ['notkubernetes.io/x', 'kubernetes.io.example.dev/x'],
    ['notkubernetes.io/x', 'kubernetes.io.example.dev/x'],
  ],
  ['some of both', ['foregroundDeletion', 'a.example.dev/b'], ['a.example.dev/b']],
])('finalizers that ask for an order: %s', (_what, finalizers, expected) => {
  const object = { apiVersion: 'v1', kind: 'Any', metadata: { name: 'a', finalizers } };
  expect(foreignFinalizers(object)).toEqual(expected);
});

const START = Date.parse('2026-11-21T12:00:00Z');
const CANARY = { apiVersion: 'flagger.app/v1beta1', kind: 'Canary', namespace: 'team', name: 'web' };
const ROLLOUT = { apiVersion: 'traits.capstan.dev/v1alpha1', kind: 'Rollout', namespace: 'team', name: 'web-rollout' };
const WEB = { apiVersion: 'workloads.capstan.dev/v1alpha1', kind: 'WebService', namespace: 'team', name: 'web' };

function anObject(reference: typeof CANARY, uid: string, metadata: object): KubernetesObject {
  const { apiVersion, kind, namespace, name } = reference;
  return { apiVersion, kind, metadata: { name, namespace, uid, ...metadata } };
}

/** The inventory of an application whose Canary is as `metadata` says, and is controlled by the owner of this uid. */
function leaving(metadata: object, owner = 'rollout', now?: number, uid = 'canary') {
  const controller = { apiVersion: 'any/v1', kind: 'Any', name: 'any', uid: owner, controller: true };
  const labels = { 'app.oam.dev/component': 'web' };
  const live = [
    anObject(WEB, 'web', { labels: { 'app.oam.dev/resourceType': 'WORKLOAD' } }),
    anObject(ROLLOUT, 'rollout', { labels: { 'app.oam.dev/resourceType': 'TRAIT' } }),
    anObject(CANARY, 'canary', { labels, ownerReferences: [controller], ...metadata }),
  ];
  const inventory = [
    { ...WEB, uid: 'web' },
    { ...ROLLOUT, uid: 'rollout' },
    { ...CANARY, uid },
  ];
  const application = {
    apiVersion: 'core.oam.dev/v1alpha2',
    kind: 'ApplicationConfiguration',
    metadata: { name: 'shop' },
    spec: { components: [] },
    status: { inventory },
  } as const;
  const byKey = new Map(live.map((object) => [objectKey({ ...object, ...object.metadata }), object]));
  return leavingAmong({ application, live: byKey, ...(now === undefined ? {} : { now }) }, inventory);
}

const HELD = { finalizers: ['finalizer.flagger.app'] };
const GOING = { ...HELD, deletionTimestamp: new Date(START).toISOString() };
const UNTIL = START + LONGEST_LEAVING_MS;

test.each<[string, ReturnType<typeof leaving>, object[]]>([
  ['an object of a trait with a finalizer', leaving(HELD), [{ uid: 'canary', component: 'web', overdue: false }]],
  ['one without', leaving({}), []],
  ['one of a workload, for a workload is what others work on', leaving(HELD, 'web'), []],
  ['one whose trait is gone already', leaving(HELD, 'gone'), [{ uid: 'canary' }]],
  ['one that was replaced by another of its name', leaving(HELD, 'rollout', START, 'before'), []],
  ['one that was told to go', leaving(GOING, 'rollout', START), [{ until: UNTIL, overdue: false }]],
  ['a moment before its time is over', leaving(GOING, 'rollout', UNTIL - 1), [{ overdue: false }]],
  ['when its time is over', leaving(GOING, 'rollout', UNTIL), [{ until: UNTIL, overdue: true }]],
  ['without a clock it is never over', leaving(GOING), [{ until: UNTIL, overdue: false }]],
])('what leaves: %s', (_what, found, expected) => {
  expect(found).toMatchObject(expected);
  expect(found).toHaveLength(expected.length);
});
