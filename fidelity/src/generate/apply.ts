import type { Step } from '../script/types.ts';
import type { BuiltinType } from './builtin.ts';

/** Server-side apply of a type: several managers, conflicts, force, removal, and mixes with other writes. */
export function applySteps(type: BuiltinType): Step[] {
  const { change, other } = type.template;
  const as = (manager: string, more = '') => `?fieldManager=${manager}${more}`;
  const label = (value: string) => ({ metadata: { labels: { color: value } } });
  return [
    ...type.prepare(),
    type.patch('apply', type.body(0, change), { case: 'no manager' }),
    type.patch('apply', type.body(0, change), { case: 'dry run of a creation', query: as('one', '&dryRun=All') }),
    type.patch('apply', type.body(0, change), { case: 'creates', query: as('one') }),
    type.patch('apply', type.body(0, change), { case: 'nothing new', query: as('one') }),
    type.patch('apply', type.partial(0, label('green')), { case: 'second manager adds a label', query: as('two') }),
    type.patch('apply', type.partial(0, other), { case: 'conflict', query: as('two') }),
    type.patch('apply', type.partial(0, other), { case: 'conflict, forced', query: as('two', '&force=true') }),
    type.patch('apply', type.body(0, other), { case: 'same value, shared', query: as('one') }),
    type.patch('apply', type.partial(0), { case: 'gives up everything', query: as('two') }),
    type.patch('apply', type.body(0), { case: 'removes a field', query: as('one') }),
    type.patch('merge', change, { case: 'after applies', query: as('editor') }),
    type.patch('apply', type.body(0, other), { case: 'conflict with an editor', query: as('one') }),
    type.patch('apply', type.body(0, label('blue')), { case: 'dry run', query: as('one', '&dryRun=All&force=true') }),
    type.patch('merge', { metadata: { managedFields: [{}] } }, { case: 'managedFields emptied' }),
    type.patch('apply', type.body(0, label('red')), {
      case: 'after managedFields were emptied',
      query: as('one', '&force=true'),
    }),
    type.get({ case: 'after applies' }),
    type.create(type.body(1, change), { query: '?fieldManager=creator' }),
    type.patch('apply', type.body(1, change), { case: 'onto a created object, same values', query: as('one') }, 1),
    type.patch('apply', type.body(1, other), { case: 'onto a created object, other values', query: as('one') }, 1),
    type.patch(
      'apply',
      { ...type.partial(1), metadata: { name: 'another' } },
      { case: 'another name', query: as('one') },
      1,
    ),
    type.patch(
      'apply',
      type.body(1, { metadata: { managedFields: [] } }),
      { case: 'with managedFields', query: as('one') },
      1,
    ),
    type.patch(
      'apply',
      type.body(1, { unknownField: 1 }),
      {
        case: 'unknown field, strict',
        query: as('one', '&force=true&fieldValidation=Strict'),
      },
      1,
    ),
    type.patch(
      'apply',
      type.body(1, { unknownField: 1 }),
      {
        case: 'unknown field',
        query: as('one', '&force=true'),
      },
      1,
    ),
    ...type.cleanUp(),
  ];
}
