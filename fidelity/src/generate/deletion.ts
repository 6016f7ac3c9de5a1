import type { Step } from '../script/types.ts';
import type { BuiltinType } from './builtin.ts';

const FOREIGN_UID = '11111111-1111-4111-8111-111111111111';

/** Ways to delete an object of a type. */
export function deletionSteps(type: BuiltinType): Step[] {
  const finalizer = { metadata: { finalizers: ['example.com/wait'] } };
  const again = (): Step => type.create(type.body(0));
  const policy = (propagationPolicy: string) => ({ apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy });
  const now = '?gracePeriodSeconds=0';
  return [
    ...type.prepare(),
    type.delete({ case: 'missing' }),
    type.create(type.body(0), { save: { uid: 'metadata.uid', version: 'metadata.resourceVersion' } }),
    type.delete({ case: 'dry run', query: '?dryRun=All' }),
    type.delete({ case: 'uid that differs', body: { preconditions: { uid: FOREIGN_UID } } }),
    type.delete({ case: 'resourceVersion that differs', body: { preconditions: { resourceVersion: '1' } } }),
    type.delete({ case: 'bad policy', query: '?propagationPolicy=Sideways' }),
    type.delete({ case: 'right uid', query: now, body: { preconditions: { uid: '$(uid)' } } }),
    ...type.untilGone(),
    type.get({ case: 'after deletion' }),
    again(),
    type.delete({ case: 'plain', query: now }),
    ...type.untilGone(),
    ...['Background', 'Orphan', 'Foreground'].flatMap((name) => [
      again(),
      type.delete({ case: name.toLowerCase(), query: now, body: policy(name) }),
      ...type.untilGone(),
    ]),
    type.create(type.body(1, finalizer), { case: 'with finalizer' }),
    type.delete({ case: 'with finalizer', query: now }, 1),
    ...settled(type),
    type.get({ case: 'being deleted' }, 1),
    type.delete({ case: 'with finalizer, again', query: now }, 1),
    ...settled(type),
    type.patch(
      'merge',
      { metadata: { finalizers: ['example.com/other'] } },
      { case: 'new finalizer while being deleted' },
      1,
    ),
    type.patch('merge', { metadata: { finalizers: null } }, { case: 'last finalizer' }, 1),
    type.get({ case: 'after the last finalizer' }, 1),
    ...(type.template.noCollectionDelete ? [] : collectionSteps(type)),
    ...type.cleanUp(),
  ];
}

function collectionSteps(type: BuiltinType): Step[] {
  const remove = (selector: string, name: string): Step => ({
    request: `DELETE ${type.collection}?gracePeriodSeconds=0&labelSelector=${selector}`,
    case: name,
  });
  return [
    type.create(type.body(0, { metadata: { labels: { color: 'green' } } })),
    type.create(type.body(1)),
    remove('script%3D$(id),color%3Dred', 'none'),
    remove('script%3D$(id),color%3Dgreen', 'one'),
    ...type.untilGone(),
    type.list({ case: 'after a collection was deleted' }),
    remove('script%3D$(id)', 'all'),
  ];
}

/** Types that orphan by default have one more finalizer until the garbage collector has seen them. */
function settled(type: BuiltinType): Step[] {
  return type.template.protected ? [] : [type.get({ until: { path: 'metadata.finalizers[1]', absent: true } }, 1)];
}
