import { expect, test } from 'vitest';
import { helmNote } from './helm-notes.ts';

test.each([
  [
    'level=DEBUG msg="Created resource via patch" namespace=keda name=keda-operator gvk="apps/v1, Kind=Deployment"',
    'created deployment/keda/keda-operator',
  ],
  [
    'level=DEBUG msg="waiting for resource" namespace=keda name=a kind=Service expectedStatus=Current actualStatus=Unknown',
    'waiting for service/keda/a',
  ],
  [
    'level=DEBUG msg="waiting for resource" namespace="" name=a kind=ClusterRole expectedStatus=NotFound actualStatus=Current',
    'waiting until clusterrole/a is gone',
  ],
  ['level=DEBUG msg="starting delete resource" namespace="" name=keda kind=ClusterRole', 'deleting clusterrole/keda'],
  ['level=DEBUG msg="purge requested" release=keda', undefined],
  ['some other text', undefined],
])('%s', (line, expected) => {
  expect(helmNote(line, new Set())).toBe(expected);
});

test('the same thing is told once', () => {
  const seen = new Set<string>();
  const line = 'level=DEBUG msg="starting delete resource" namespace="" name=keda kind=ClusterRole';
  expect([helmNote(line, seen), helmNote(line, seen)]).toEqual(['deleting clusterrole/keda', undefined]);
});
