import type { JsonMap, Step } from '../script/types.ts';
import type { BuiltinType } from './builtin.ts';

/** What one server accepts and the other does not must not be in the way of later steps. */
const DRY = '?dryRun=All';
const UNKNOWN: JsonMap = { unknownField: 1, metadata: { unknownInside: 'x' } };

/** Bodies that are refused, and unknown fields in the three modes. */
export function validationSteps(type: BuiltinType): Step[] {
  const { apiVersion, kind, invalid, wrongType, restless } = type.template;
  const empty: JsonMap = { apiVersion, kind, metadata: { name: type.name() } };
  const metadata: Readonly<Record<string, JsonMap>> = {
    'no name': { name: null },
    'name with capitals': { name: 'UPPER' },
    'bad label': { labels: { 'a b': 'x', fine: 'not fine!' } },
    'bad annotation': { annotations: { 'a b': 'x' } },
    'bad finalizer': { finalizers: ['a b'] },
    'bad owner': { ownerReferences: [{ apiVersion: 'v1', kind: '', name: '', uid: '' }] },
    'resourceVersion at creation': { resourceVersion: '5' },
    'bad generateName': { name: null, generateName: 'Bad_' },
  };
  return [
    ...type.prepare(),
    type.create(empty, { case: 'only a name', query: '?dryRun=All' }),
    ...Object.entries(invalid).map(([name, patch]) => type.create(type.body(0, patch), { case: name, query: DRY })),
    ...Object.entries(metadata).map(([name, patch]) =>
      type.create(type.body(0, { metadata: patch }), { case: name, query: DRY }),
    ),
    type.create(type.body(0, wrongType), { case: 'wrong JSON type', query: DRY }),
    type.create(type.body(0, UNKNOWN), { case: 'unknown fields, strict', query: '?fieldValidation=Strict&dryRun=All' }),
    type.create(type.body(0, UNKNOWN), { case: 'unknown fields, warn', query: '?fieldValidation=Warn&dryRun=All' }),
    type.create(type.body(0, UNKNOWN), { case: 'unknown fields, ignore', query: '?fieldValidation=Ignore&dryRun=All' }),
    type.create({ ...type.body(0), kind: 'Nothing' }, { case: 'another kind' }),
    type.create({ ...type.body(0), apiVersion: 'example.com/v1' }, { case: 'another apiVersion' }),
    {
      request: `POST ${type.collection}`,
      text: '{"metadata": {',
      contentType: 'application/json',
      case: 'broken JSON',
    },
    ...(restless ? [] : changeSteps(type)),
    ...type.cleanUp(),
  ];
}

function changeSteps(type: BuiltinType): Step[] {
  const { wrongType, immutable, change } = type.template;
  return [
    type.create(type.body(0, immutable?.from ?? {})),
    ...(immutable ? [type.patch('merge', immutable.to, { case: 'immutable field' })] : []),
    type.patch('merge', wrongType, { case: 'wrong JSON type' }),
    type.patch('merge', { unknownField: 1 }, { case: 'unknown field, strict', query: '?fieldValidation=Strict' }),
    type.update(type.body(0, change, UNKNOWN), { case: 'unknown fields, strict', query: '?fieldValidation=Strict' }),
  ];
}
