import type { KubernetesObject, ObjectReference, OwnerReference } from '@capstan/base';
import { expect, test } from 'vitest';
import { currentInventory } from './inventory.ts';
import { objectKey } from './names.ts';

const WEB = { apiVersion: 'workloads.capstan.dev/v1alpha1', kind: 'WebService', namespace: 'team', name: 'web' };
const DOOR = { apiVersion: 'v1', kind: 'Service', namespace: 'team', name: 'web' };
const OURS = { 'app.oam.dev/name': 'shop' };

interface Recorded {
  readonly web?: string;
  readonly door?: string;
}

/** What the record says of a workload and its Service, what there is of both, and what the inventory then is. */
test.each<[what: string, recorded: Recorded, live: readonly KubernetesObject[], expected: Recorded]>([
  ['as it is', { web: 'w1', door: 'd1' }, [aWeb('w1'), aDoor('d1', 'w1')], { web: 'w1', door: 'd1' }],
  ['not there', { web: 'w1' }, [], { web: 'w1' }],
  ['made, and not told of', {}, [aWeb('w1'), aDoor('d1', 'w1')], { web: 'w1', door: 'd1' }],
  ['made anew', { web: 'w1', door: 'd1' }, [aWeb('w2'), aDoor('d2', 'w2')], { web: 'w2', door: 'd2' }],
  [
    'made anew below a workload that is not on record',
    { door: 'd1' },
    [aWeb('w2'), aDoor('d2', 'w2')],
    { web: 'w2', door: 'd2' },
  ],
  ["somebody's object before ours was made", {}, [aWeb('x1', 'other'), aDoor('d1', 'x1')], {}],
  [
    "somebody's object in place of ours",
    { web: 'w1', door: 'd1' },
    [aWeb('x1', 'other'), aDoor('x2')],
    { web: 'w1', door: 'd1' },
  ],
  ['without a controller, with our label', {}, [aDoor('d1')], { door: 'd1' }],
  [
    'without a controller, with the label of another application',
    {},
    [aDoor('d1', undefined, { 'app.oam.dev/name': 'other' })],
    {},
  ],
  ['without a controller, in place of ours', { door: 'd1' }, [aDoor('x1')], { door: 'd1' }],
])('the inventory of something %s', (_what, recorded, live, expected) => {
  const entries = ({ web, door }: Recorded) => [
    { ...WEB, ...(web ? { uid: web } : {}) },
    { ...DOOR, ...(door ? { uid: door } : {}) },
  ];
  const application = {
    apiVersion: 'core.oam.dev/v1alpha2',
    kind: 'ApplicationConfiguration',
    metadata: { name: 'shop', namespace: 'team', uid: 'app' },
    spec: { components: [] },
    status: { inventory: entries(recorded) },
  } as const;
  const byKey = new Map(live.map((object) => [objectKey({ ...object, ...object.metadata }), object]));
  expect(currentInventory({ application, live: byKey })).toEqual(entries(expected));
});

function aWeb(uid: string, application = 'app'): KubernetesObject {
  return anObject(WEB, uid, application, OURS);
}

function aDoor(uid: string, owner?: string, labels: Record<string, string> = OURS): KubernetesObject {
  return anObject(DOOR, uid, owner, labels);
}

function anObject(
  { apiVersion, kind, namespace, name }: ObjectReference,
  uid: string,
  owner: string | undefined,
  labels: Record<string, string>,
): KubernetesObject {
  const controller: OwnerReference = {
    apiVersion: 'any/v1',
    kind: 'Any',
    name: 'any',
    uid: owner ?? '',
    controller: true,
  };
  const ownerReferences = owner === undefined ? {} : { ownerReferences: [controller] };
  return { apiVersion, kind, metadata: { name, ...(namespace ? { namespace } : {}), uid, labels, ...ownerReferences } };
}
