import type { NetworkScope, TypedReference } from '@capstan/oam-model';
import { expect, test } from 'vitest';
import { judgeNetworkScope, NOT_ENFORCED } from './judge.ts';

function aScope(workloadRefs: readonly TypedReference[], conditions: readonly object[] = []): NetworkScope {
  return {
    apiVersion: 'core.oam.dev/v1alpha2',
    kind: 'NetworkScope',
    metadata: { name: 'net', namespace: 'shop' },
    spec: { workloadRefs },
    status: { conditions },
  } as NetworkScope;
}

const reference = (name: string) => ({ apiVersion: 'apps/v1', kind: 'Deployment', name });
const messages = (scope: NetworkScope) => judgeNetworkScope(scope).map(({ message }) => message);

test('it names the workloads and says that nothing enforces it', () => {
  expect(judgeNetworkScope(aScope([reference('a'), reference('b')]))).toEqual([
    { type: 'Synced', status: 'True', reason: 'ReconcileSuccess', message: '' },
    {
      type: 'Enforced',
      status: 'False',
      reason: NOT_ENFORCED,
      message: 'nothing in this cluster acts on network scopes; workloads in this one: Deployment a, Deployment b',
    },
  ]);
  expect(messages(aScope([]))[1]).toMatch(/: none$/);
  const many = Array.from({ length: 12 }, (_, at) => reference(`d${at}`));
  expect(messages(aScope(many))[1]).toMatch(/Deployment d9 and 2 more$/);
});

test('an incomplete reference is named', () => {
  expect(messages(aScope([reference('a'), reference('')]))[0]).toBe(
    'spec.workloadRefs[1] needs apiVersion, kind and name',
  );
});

test('what another controller says about enforcement is left to it', () => {
  const enforced = { type: 'Enforced', status: 'True', reason: 'Meshed', message: '' };
  expect(judgeNetworkScope(aScope([], [enforced])).map(({ type }) => type)).toEqual(['Synced']);
});
