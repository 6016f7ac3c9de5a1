import { expect, test } from 'vitest';
import { type NamespaceFindings, namespaceConditions } from './namespace-conditions.ts';

const NOTHING: NamespaceFindings = {
  discovery: new Map(),
  failures: [],
  remaining: new Map(),
  finalizers: new Map(),
};
const THEN = '2026-01-01T00:00:00Z';
const NOW = '2026-01-02T00:00:00Z';

test('says that all is well in five conditions, and nothing new when asked again', () => {
  const fine = namespaceConditions([], NOTHING, THEN);
  expect(fine.map(({ type, status, reason }) => [type, status, reason])).toEqual([
    ['NamespaceDeletionDiscoveryFailure', 'False', 'ResourcesDiscovered'],
    ['NamespaceDeletionGroupVersionParsingFailure', 'False', 'ParsedGroupVersions'],
    ['NamespaceDeletionContentFailure', 'False', 'ContentDeleted'],
    ['NamespaceContentRemaining', 'False', 'ContentRemoved'],
    ['NamespaceFinalizersRemaining', 'False', 'ContentHasNoFinalizers'],
  ]);
  expect(namespaceConditions(fine, NOTHING, NOW)).toBe(fine);
});

test.each<[string, Partial<NamespaceFindings>, string]>([
  [
    'NamespaceDeletionContentFailure',
    { failures: ['b failed', 'a failed'] },
    'Failed to delete all resource types, 2 remaining: a failed, b failed',
  ],
  [
    'NamespaceContentRemaining',
    {
      remaining: new Map([
        ['pods.', 2],
        ['deployments.apps', 1],
      ]),
    },
    'Some resources are remaining: deployments.apps has 1 resource instances, pods. has 2 resource instances',
  ],
  [
    'NamespaceFinalizersRemaining',
    { finalizers: new Map([['a/b', 3]]) },
    'Some content in the namespace has finalizers remaining: a/b in 3 resource instances',
  ],
])('%s', (type, findings, message) => {
  const fine = namespaceConditions([], NOTHING, THEN);
  const bad = namespaceConditions(fine, { ...NOTHING, ...findings }, NOW);
  expect(bad.find((one) => one.type === type)).toMatchObject({ status: 'True', message, lastTransitionTime: NOW });
  expect(bad.filter((one) => one.type !== type)).toEqual(fine.filter((one) => one.type !== type));
});

test('does not speak of what remains where not all was looked at', () => {
  const pods: NamespaceFindings = { ...NOTHING, remaining: undefined, finalizers: new Map([['a/b', 1]]) };
  expect(namespaceConditions([], pods, NOW)).toEqual(namespaceConditions([], NOTHING, NOW));
});
