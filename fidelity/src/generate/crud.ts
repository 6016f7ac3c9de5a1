import type { Step } from '../script/types.ts';
import type { BuiltinType } from './builtin.ts';

/** Create, read and replace objects of a type, with the ways in which that is refused. */
export function crudSteps(type: BuiltinType): Step[] {
  const { change } = type.template;
  const missing = 2;
  return [
    ...type.prepare(),
    type.create(type.body(0), { case: 'dry run', query: '?dryRun=All' }),
    type.get({ case: 'missing' }),
    type.create(type.body(0), { case: 'minimal' }),
    type.create(type.body(0), { case: 'already there' }),
    type.get({ case: 'one', save: { version: 'metadata.resourceVersion' } }),
    type.create(type.body(1), { case: 'a second one, with a field manager', query: '?fieldManager=tester' }),
    type.list({ case: 'all' }),
    type.list({ case: 'first page', query: '?limit=1', save: { next: 'metadata.continue' } }),
    type.list({ case: 'second page', query: '?limit=1&continue=$(next)' }),
    type.list({ case: 'from any version', query: '?resourceVersion=0' }),
    type.update(type.body(0, change, { metadata: { resourceVersion: '$(version)' } }), {
      case: 'with resourceVersion',
    }),
    type.update(type.body(0, { metadata: { resourceVersion: '$(version)', annotations: { late: 'yes' } } }), {
      case: 'with an old resourceVersion',
    }),
    type.update(type.body(0), { case: 'without resourceVersion' }),
    type.get({ save: { object: '' } }),
    type.update(change, { case: 'read, changed and written back', from: 'object' }),
    type.get({ save: { object: '' } }),
    type.update({}, { case: 'with nothing new', from: 'object' }),
    type.update(
      { metadata: { labels: { more: 'x' } } },
      { case: 'dry run', query: '?dryRun=All&fieldManager=tester', from: 'object' },
    ),
    type.get({ case: 'after the updates' }),
    type.update(type.body(1), { case: 'name differs from the path' }),
    type.update(type.body(missing), { case: 'missing' }, missing),
    type.update(
      type.body(1, { metadata: { uid: '11111111-1111-4111-8111-111111111111' } }),
      { case: 'another uid' },
      1,
    ),
    ...type.cleanUp(),
  ];
}

/** Valid bodies with much in them, which shows defaults. */
export function defaultsSteps(type: BuiltinType): Step[] {
  const { full, variants = {} } = type.template;
  const bodies = { ...(full && { 'many fields': full }), ...variants };
  const steps = Object.entries(bodies).flatMap(([name, body]) => [
    type.create(type.body(0, body), { case: name }),
    type.delete({ query: '?gracePeriodSeconds=0' }),
    ...type.untilGone(),
  ]);
  return steps.length === 0 ? [] : [...type.prepare(), ...steps, ...type.cleanUp()];
}

/** Lists in other forms: Tables and metadata only. */
export function tableSteps(type: BuiltinType): Step[] {
  const accept = (as: string) => ({ accept: `application/json;as=${as};v=v1;g=meta.k8s.io` });
  const table = accept('Table');
  const metadata = accept('PartialObjectMetadata');
  const metadataList = accept('PartialObjectMetadataList');
  return [
    ...type.prepare(),
    type.create(type.body(0, type.template.full ?? {})),
    type.create(type.body(1)),
    type.list({ case: 'as Table', headers: table }),
    type.get({ case: 'as Table', headers: table }),
    type.list({ case: 'as Table with whole objects', headers: table, query: '?includeObject=Object&limit=1' }),
    type.list({ case: 'as Table without objects', headers: table, query: '?includeObject=None' }),
    type.list({ case: 'metadata only', headers: metadataList }),
    type.get({ case: 'metadata only', headers: metadata }),
    type.get({ case: 'as YAML', headers: { accept: 'application/yaml' }, only: ['status', 'contentType'] }),
    type.create(type.body(2), { case: 'answered as Table', headers: table }),
    ...type.cleanUp(),
  ];
}

/** Label and field selectors in lists. */
export function selectorSteps(type: BuiltinType): Step[] {
  const own = 'script%3D$(id)';
  const labelled = (color: string) => ({ metadata: { labels: { color } } });
  const lists: readonly (readonly [string, string])[] = [
    ['label equals', `labelSelector=${own},color%3Dgreen`],
    ['label in set', `labelSelector=${own},color+in+(green,red)`],
    ['label not in set', `labelSelector=${own},color+notin+(green)`],
    ['label exists', `labelSelector=${own},color`],
    ['label absent', `labelSelector=${own},!color`],
    ['bad label selector', 'labelSelector=color+within+(x)'],
    ['field name', `labelSelector=${own}&fieldSelector=metadata.name%3D${type.name(1)}`],
    ['field name differs', `labelSelector=${own}&fieldSelector=metadata.name!%3D${type.name(1)}`],
    ['unknown field', 'fieldSelector=spec.nothing%3D1'],
    ['bad field selector', 'fieldSelector=metadata.name'],
  ];
  return [
    ...type.prepare(),
    type.create(type.body(0, labelled('green'))),
    type.create(type.body(1, labelled('red'))),
    type.create(type.body(2)),
    ...lists.map(([name, query]) => type.list({ case: name, query: `?${query}` })),
    ...type.cleanUp(),
  ];
}
