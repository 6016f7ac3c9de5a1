import type { KubernetesObject } from '@capstan/base';
import { describe, expect, test } from 'vitest';
import { describeRule, permissionGrants } from './permissions.ts';

const RBAC = 'rbac.authorization.k8s.io/v1';

function binding(kind: string, role: string, roleKind: string, namespace?: string): KubernetesObject {
  return {
    apiVersion: RBAC,
    kind,
    metadata: { name: `${role}-binding`, ...(namespace ? { namespace } : {}) },
    roleRef: { kind: roleKind, name: role },
    subjects: [{ kind: 'ServiceAccount', name: 'operator' }],
  };
}

describe('a rule in words', () => {
  test.each([
    [
      { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list'] },
      'cluster',
      'get/list on secrets in all namespaces',
    ],
    [
      { apiGroups: ['apps'], resources: ['deployments'], verbs: ['*'] },
      'web',
      'everything on deployments (apps) in namespace web',
    ],
    [{ apiGroups: ['*'], resources: ['*'], verbs: ['get'] }, 'cluster', 'get on all kinds in all namespaces'],
    [
      { apiGroups: ['a.io', ''], resources: ['*'], verbs: ['get'] },
      'cluster',
      'get on all kinds of a.io, core in all namespaces',
    ],
    [
      { apiGroups: [''], resources: ['configmaps'], resourceNames: ['one'], verbs: ['update'] },
      'web',
      'update on configmaps named one in namespace web',
    ],
    [{ nonResourceURLs: ['/metrics'], verbs: ['get'] }, 'cluster', 'get on /metrics'],
  ])('%j', (rule, scope, words) => {
    expect(describeRule(rule, scope)).toBe(words);
  });
});

describe('what a package asks for', () => {
  const secrets = { apiGroups: [''], resources: ['secrets'], verbs: ['list'] };
  const role: KubernetesObject = {
    apiVersion: RBAC,
    kind: 'ClusterRole',
    metadata: { name: 'reader' },
    rules: [secrets],
  };

  test('a ClusterRole holds where its binding puts it', () => {
    const objects = [
      role,
      binding('ClusterRoleBinding', 'reader', 'ClusterRole'),
      binding('RoleBinding', 'reader', 'ClusterRole', 'web'),
    ];
    const grants = permissionGrants(objects, 'keda');
    expect(grants.map(({ scope, subjects }) => [scope, subjects])).toEqual([
      ['cluster', ['keda/operator']],
      ['web', ['keda/operator']],
    ]);
    expect(grants.map(({ notable }) => notable.length)).toEqual([1, 0]);
  });

  test('a role that nothing binds is not asked for', () => {
    expect(permissionGrants([role], 'keda')).toEqual([]);
  });

  test('a role of the cluster that is bound is named', () => {
    const [grant] = permissionGrants([binding('ClusterRoleBinding', 'cluster-admin', 'ClusterRole')], 'keda');
    expect(grant?.notable).toEqual(['everything that the existing ClusterRole cluster-admin allows in all namespaces']);
  });

  test('a role that is aggregated into the roles of people is asked for them', () => {
    const aggregated = {
      ...role,
      metadata: { name: 'x', labels: { 'rbac.authorization.k8s.io/aggregate-to-edit': 'true' } },
    };
    expect(permissionGrants([aggregated], 'keda')).toMatchObject([{ subjects: ['everyone with role edit'] }]);
  });

  test.each(['escalate', 'bind', 'impersonate'])('%s deserves a second look everywhere', (verb) => {
    const rules = [{ apiGroups: [RBAC], resources: ['roles'], verbs: [verb] }];
    const local: KubernetesObject = { apiVersion: RBAC, kind: 'Role', metadata: { name: 'r' }, rules };
    const [grant] = permissionGrants([local, binding('RoleBinding', 'r', 'Role')], 'keda');
    expect(grant?.notable).toHaveLength(1);
  });
});
