import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../model/object.ts';
import { aCluster, admin, bob, bobSubject, NOW } from './testdata/cluster.ts';

describe('reviews', () => {
  function review(resource: string, body: object, user = bob, namespace = '') {
    const { access, bind } = aCluster();
    bind('view', bobSubject, 'n');
    const full: KubeObject = { apiVersion: 'authorization.k8s.io/v1', kind: 'Review', metadata: {}, ...body };
    return access.review({ user, resource, namespace, body: full, now: NOW });
  }
  const pods = (namespace: string) => ({ verb: 'list', resource: 'pods', namespace });

  test('of access say whether, and why', () => {
    const spec = { resourceAttributes: pods('n') };
    const reason = 'RBAC: allowed by RoleBinding "view-binding/n" of ClusterRole "view" to User "bob"';
    expect(review('selfsubjectaccessreviews', { spec })).toMatchObject({ spec, status: { allowed: true, reason } });
    expect(review('selfsubjectaccessreviews', { spec: { resourceAttributes: pods('o') } })?.['status']).toEqual({
      allowed: false,
    });
    expect(review('subjectaccessreviews', { spec: { ...spec, user: 'bob' } }, admin)?.['status']).toEqual({
      allowed: true,
      reason,
    });
    const local = { metadata: { namespace: 'n' }, spec: { ...spec, user: 'eve' } };
    expect(review('localsubjectaccessreviews', local, admin, 'n')?.['status']).toEqual({ allowed: false });
    const path = { spec: { nonResourceAttributes: { path: '/version', verb: 'get' } } };
    expect(review('selfsubjectaccessreviews', path)?.['status']).toMatchObject({ allowed: true });
  });

  test.each([
    [
      'selfsubjectaccessreviews',
      { spec: {} },
      422,
      '.authorization.k8s.io "" is invalid: spec.resourceAttributes: Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified',
    ],
    [
      'subjectaccessreviews',
      { spec: { resourceAttributes: {} } },
      422,
      '.authorization.k8s.io "" is invalid: spec.user: Invalid value: "": at least one of user or group must be specified',
    ],
    [
      'selfsubjectaccessreviews',
      { metadata: { name: 'x', managedFields: [] }, spec: { resourceAttributes: {} } },
      422,
      '.authorization.k8s.io "" is invalid: metadata: Invalid value: {"managedFields":[],"name":"x"}: must be empty',
    ],
    [
      'localsubjectaccessreviews',
      { spec: { user: 'bob', resourceAttributes: {} } },
      400,
      'spec.resourceAttributes.namespace must match namespace: n',
    ],
    ['selfsubjectrulesreviews', { spec: {} }, 400, 'no namespace on request'],
    ['tokenreviews', { spec: {} }, 400, 'token is required for TokenReview in authentication'],
  ])('%s %j is refused', (resource, body, code, message) => {
    expect(() => review(resource, body, bob, 'n')).toThrow(expect.objectContaining({ code, message }));
  });

  test('of rules list them, without the question', () => {
    const answer = review('selfsubjectrulesreviews', { spec: { namespace: 'n' } });
    expect(answer).toMatchObject({ metadata: {}, spec: {}, status: { incomplete: false } });
    const { resourceRules, nonResourceRules } = (answer?.['status'] ?? {}) as Record<string, readonly object[]>;
    expect(resourceRules).toContainEqual({
      verbs: ['create'],
      apiGroups: ['authentication.k8s.io'],
      resources: ['selfsubjectreviews'],
    });
    expect(nonResourceRules?.length).toBe(2);
  });

  test('of rules tell which roles were looked for in vain', () => {
    const { access, bind } = aCluster();
    bind('nope', bobSubject);
    const body: KubeObject = { apiVersion: 'v1', kind: 'X', metadata: {}, spec: { namespace: 'n' } };
    const answer = access.review({ user: bob, resource: 'selfsubjectrulesreviews', namespace: '', body, now: NOW });
    expect(answer?.['status']).toMatchObject({
      evaluationError: 'clusterrole.rbac.authorization.k8s.io "nope" not found',
    });
  });

  test('of oneself and of tokens tell the user', () => {
    expect(review('selfsubjectreviews', {})).toMatchObject({
      metadata: { creationTimestamp: NOW },
      status: { userInfo: bob },
    });
    expect(review('tokenreviews', { spec: { token: 'bob-token' } })?.['status']).toEqual({
      authenticated: true,
      user: { username: 'bob', groups: ['system:authenticated'] },
      audiences: ['https://kubernetes.default.svc'],
    });
    const failed = { user: {}, error: 'invalid bearer token' };
    expect(review('tokenreviews', { spec: { token: 'abc' } })?.['status']).toEqual(failed);
    expect(review('tokenreviews', { spec: { token: 'bob-token', audiences: ['x'] } })?.['status']).toEqual(failed);
  });

  test('other resources are none', () => {
    expect(review('pods', {})).toBe(undefined);
  });
});
