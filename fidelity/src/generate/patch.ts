import { jsonPatchOf } from '../script/merge-patch.ts';
import type { Step } from '../script/types.ts';
import type { BuiltinType } from './builtin.ts';

/** The three patches of a type, and how they are refused. */
export function patchSteps(type: BuiltinType): Step[] {
  const { change, other } = type.template;
  const label = (value: string | null) => ({ metadata: { labels: { color: value } } });
  return [
    ...type.prepare(),
    type.create(type.body(0), { save: { version: 'metadata.resourceVersion' } }),
    type.patch('json', jsonPatchOf(change, type.body(0)), { case: 'valid change' }),
    type.patch('merge', other, { case: 'valid change' }),
    type.patch('strategic', change, { case: 'valid change', query: '?fieldManager=tester' }),
    type.patch('strategic', change, { case: 'nothing new' }),
    type.patch('merge', label('green'), { case: 'label added' }),
    type.patch('merge', label('red'), { case: 'dry run', query: '?dryRun=All' }),
    type.patch('merge', label(null), { case: 'label removed' }),
    type.patch('json', [{ op: 'test', path: '/metadata/name', value: 'nobody' }], { case: 'test that fails' }),
    type.patch('json', [{ op: 'remove', path: '/metadata/annotations/none' }], { case: 'removal of nothing' }),
    type.patch('json', { op: 'add' }, { case: 'no list' }),
    type.patch(
      'merge',
      { metadata: { resourceVersion: '$(version)', labels: { late: 'x' } } },
      {
        case: 'old resourceVersion',
      },
    ),
    type.patch('merge', { metadata: { name: 'renamed' } }, { case: 'another name' }),
    type.patch('strategic', { metadata: { labels: { $patch: 'replace', only: 'x' } } }, { case: 'labels replaced' }),
    type.patch('merge', label('green'), { case: 'missing' }, 2),
    ...type.cleanUp(),
  ];
}

/** The status and scale subresources of a type. */
export function subresourceSteps(type: BuiltinType): Step[] {
  const { status, scale, change } = type.template;
  const steps: Step[] = [];
  if (status !== undefined) {
    steps.push(
      type.update(type.body(0, status, { metadata: { labels: { ignored: 'x' } } }), {
        case: 'status and labels',
        subresource: '/status',
      }),
      type.get({ case: 'after an update of the status' }),
      type.update(type.body(0, change, { status: {} }), { case: 'main resource leaves the status alone' }),
      type.patch('merge', { ...status, ...change }, { case: 'status and more', subresource: '/status' }),
      type.patch('strategic', status, { case: 'status', subresource: '/status' }),
      type.patch('apply', type.partial(0, status), {
        case: 'status',
        subresource: '/status',
        query: '?fieldManager=status-writer&force=true',
      }),
    );
  }
  if (scale) {
    const { name } = { name: type.name() };
    const body = (replicas: number) => ({
      apiVersion: 'autoscaling/v1',
      kind: 'Scale',
      metadata: { name, namespace: '$(ns)' },
      spec: { replicas },
    });
    steps.push(
      { request: `GET ${type.path(0, '/scale')}`, case: 'scale' },
      type.update(body(3), { case: 'scale', subresource: '/scale' }),
      type.update(body(-1), { case: 'negative scale', subresource: '/scale' }),
      type.patch('merge', { spec: { replicas: 4 } }, { case: 'scale', subresource: '/scale' }),
      type.get({ case: 'after scaling' }),
      { request: `GET ${type.path(2, '/scale')}`, case: 'scale of what is missing' },
    );
  }
  return steps.length === 0 ? [] : [...type.prepare(), type.create(type.body(0)), ...steps, ...type.cleanUp()];
}
