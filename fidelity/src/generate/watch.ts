import type { Step } from '../script/types.ts';
import type { BuiltinType } from './builtin.ts';

/** Watches of a type: from a version, with initial events, with a selector, and in other forms. */
export function watchSteps(type: BuiltinType): Step[] {
  const { change } = type.template;
  const as = (kind: string) => ({ accept: `application/json;as=${kind};v=v1;g=meta.k8s.io` });
  const own = '&labelSelector=script%3D$(id)';
  const gone = '?gracePeriodSeconds=0';
  const color = (value: string | null) => ({ metadata: { labels: { color: value } } });
  const initial = '&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
  return [
    ...type.prepare(),
    type.create(type.body(1)),
    type.list({ save: { version: 'metadata.resourceVersion' } }),
    type.watch('plain', '&resourceVersion=$(version)'),
    type.watch('table', '&resourceVersion=$(version)', as('Table')),
    type.watch('metadata', '&resourceVersion=$(version)', as('PartialObjectMetadata')),
    type.watch('selected', `&resourceVersion=$(version)${own},color%3Dgreen`),
    type.watch('list', initial),
    type.create(type.body(0)),
    type.patch('merge', change),
    type.patch('merge', color('green')),
    type.patch('merge', color('red')),
    type.patch('merge', color('green')),
    type.delete({ query: gone }),
    { collect: 'plain', events: 6, case: 'from a version' },
    { collect: 'table', events: 6, case: 'as Table' },
    { collect: 'metadata', events: 6, case: 'metadata only' },
    { collect: 'selected', events: 4, case: 'objects that begin and cease to match' },
    // A second watch from the same version gets everything from the history.
    type.watch('again', '&resourceVersion=$(version)'),
    { collect: 'again', events: 6, case: 'from the history' },
    { collect: 'list', events: 8, case: 'initial events and what follows' },
    ...type.untilGone(),
    type.watch('any', '&resourceVersion=0'),
    { collect: 'any', events: 1, case: 'from any version' },
    type.watch('named', `&resourceVersion=$(version)&fieldSelector=metadata.name%3D${type.name(1)}`),
    type.delete({ query: gone }, 1),
    { collect: 'named', events: 1, case: 'one object by name' },
    ...type.cleanUp(),
  ];
}
