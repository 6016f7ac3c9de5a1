import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { KubeObject } from '../model/object.ts';
import type { UserInfo } from '../model/request.ts';
import { outdatedRoles, RoleAggregation } from './aggregation.ts';
import { forbiddenRequest } from './authorizer.ts';
import { writeBootstrapRoles } from './bootstrap.ts';
import { ROLE_KEYS } from './role-index.ts';
import { aCluster, admin, asks, bob, bobSubject, GROUP, NOW } from './testdata/cluster.ts';

describe('what they may do', () => {
  test('members of system:masters: everything', () => {
    expect(aCluster().access.authorize(asks(admin, 'delete', 'nodes'))).toEqual({ allowed: true });
  });

  test('others: what bindings grant, as soon as they are there and as long', () => {
    const { access, bind, remove } = aCluster();
    const list = asks(bob, 'list', 'pods', { namespace: 'n' });
    expect(access.authorize(list).allowed).toBe(false);
    bind('view', bobSubject, 'n');
    expect(access.authorize(list)).toEqual({
      allowed: true,
      reason: 'RBAC: allowed by RoleBinding "view-binding/n" of ClusterRole "view" to User "bob"',
    });
    expect(access.authorize({ ...list, namespace: 'other' }).allowed).toBe(false);
    expect(access.authorize({ ...list, resource: 'secrets' }).allowed).toBe(false);
    remove(ROLE_KEYS.roleBindings, 'n', 'view-binding');
    expect(access.authorize(list).allowed).toBe(false);
  });

  test('groups and service accounts are subjects too', () => {
    const { access, bind } = aCluster();
    bind('view', { kind: 'ServiceAccount', name: 's', namespace: 'n' });
    bind('edit', { kind: 'Group', name: 'dev' });
    const account = { username: 'system:serviceaccount:n:s', groups: ['system:serviceaccounts'] };
    expect(access.authorize(asks(account, 'list', 'pods'))).toMatchObject({
      reason: 'RBAC: allowed by ClusterRoleBinding "view-binding" of ClusterRole "view" to ServiceAccount "s/n"',
    });
    expect(access.authorize(asks({ username: 'x', groups: ['dev'] }, 'create', 'pods')).allowed).toBe(true);
  });

  test('discovery is for everybody who is known, health and version for all', () => {
    const { access } = aCluster();
    const path = (user: UserInfo, at: string) =>
      access.authorize(asks(user, 'get', '', { isResource: false, path: at })).allowed;
    const nobody = { username: 'system:anonymous', groups: ['system:unauthenticated'] };
    expect(['/apis/apps', '/version', '/metrics'].map((at) => path(bob, at))).toEqual([true, true, false]);
    expect(['/apis/apps', '/version', '/readyz'].map((at) => path(nobody, at))).toEqual([false, true, true]);
  });

  test('the 403 says who, what and where, and which role was looked for in vain', () => {
    const { access, bind } = aCluster();
    bind('nope', bobSubject);
    const attributes = asks(bob, 'create', 'configmaps', { namespace: 'default' });
    const error = forbiddenRequest(attributes, access.authorize(attributes).reason);
    expect(error.toStatus()).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message:
        'configmaps is forbidden: User "bob" cannot create resource "configmaps" in API group "" in the namespace "default": RBAC: clusterrole.rbac.authorization.k8s.io "nope" not found',
      reason: 'Forbidden',
      details: { kind: 'configmaps' },
      code: 403,
    });
    expect(forbiddenRequest(asks(bob, 'get', '', { isResource: false, path: '/a<b' })).message).toBe(
      'forbidden: User "bob" cannot get path "/a&lt;b"',
    );
    expect(forbiddenRequest(asks(bob, 'get', 'pods', { name: 'x', subresource: 'log' })).message).toBe(
      'pods "x" is forbidden: User "bob" cannot get resource "pods/log" in API group "" at the cluster scope',
    );
  });
});

describe('nobody grants more than they have', () => {
  function aLimitedUser() {
    const cluster = aCluster();
    const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] }];
    cluster.put(ROLE_KEYS.clusterRoles, { metadata: { name: 'limited' }, rules });
    cluster.bind('limited', bobSubject);
    cluster.bind('nope', bobSubject);
    const check = (resource: string, next: object, user = bob, live?: KubeObject) => {
      const object: KubeObject = { apiVersion: `${GROUP}/v1`, kind: 'X', metadata: { name: 'r' }, ...next };
      const namespace = resource.startsWith('cluster') ? '' : 'default';
      cluster.access.checkEscalation({ user, resource, namespace, name: '', next: object, live });
    };
    return { ...cluster, check };
  }
  const tooMuch = { rules: [{ apiGroups: [''], resources: ['pods', 'secrets'], verbs: ['get', 'delete'] }] };
  const aggregating = { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] } };
  const ref = (kind: string, name: string) => ({ roleRef: { apiGroup: GROUP, kind, name } });

  // Messages as the real server's.
  test.each([
    [
      'roles',
      tooMuch,
      403,
      'roles.rbac.authorization.k8s.io "r" is forbidden: user "bob" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["pods"], Verbs:["delete"]}\n{APIGroups:[""], Resources:["secrets"], Verbs:["get" "delete"]}; resolution errors: [roles.rbac.authorization.k8s.io "nope" not found]',
    ],
    [
      'clusterroles',
      aggregating,
      403,
      'clusterroles.rbac.authorization.k8s.io "r" is forbidden: must have cluster-admin privileges to use the aggregationRule',
    ],
    ['rolebindings', ref('Role', 'gone'), 404, 'rolebindings.rbac.authorization.k8s.io "gone" not found'],
    [
      'clusterrolebindings',
      ref('ClusterRole', 'gone'),
      404,
      'clusterrolebindings.rbac.authorization.k8s.io "gone" not found',
    ],
  ])('%s %j', (resource, next, code, message) => {
    expect(() => aLimitedUser().check(resource, next)).toThrow(expect.objectContaining({ code, message }));
  });

  test('what they have may be given on, roles and bindings alike', () => {
    const { check } = aLimitedUser();
    check('roles', { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] });
    check('rolebindings', ref('ClusterRole', 'limited'));
    expect(() => check('rolebindings', ref('ClusterRole', 'admin'))).toThrow('not currently held');
  });

  test('the verbs escalate and bind lift the rule', () => {
    const { check, put, bind } = aLimitedUser();
    const rules = [{ apiGroups: [GROUP], resources: ['clusterroles', 'roles'], verbs: ['escalate', 'bind'] }];
    put(ROLE_KEYS.clusterRoles, { metadata: { name: 'lifted' }, rules });
    bind('lifted', bobSubject);
    check('roles', tooMuch);
    check('clusterroles', aggregating);
    check('clusterrolebindings', ref('ClusterRole', 'cluster-admin'));
  });

  test('administrators are not asked, nor is a change of owners only', () => {
    const { check } = aLimitedUser();
    check('roles', tooMuch, admin);
    const live = { apiVersion: `${GROUP}/v1`, kind: 'X', metadata: { name: 'r' }, ...tooMuch };
    check('roles', { ...tooMuch, metadata: { finalizers: ['a/b'], name: 'r' } }, bob, live);
    expect(() => check('roles', { ...tooMuch, metadata: { name: 'r', labels: { a: 'b' } } }, bob, live)).toThrow();
  });
});

describe('bootstrap roles', () => {
  test('are written once, with their field managers', () => {
    const { store } = aCluster();
    expect(store.count(ROLE_KEYS.clusterRoles)).toBe(68);
    expect(store.count(ROLE_KEYS.clusterRoleBindings)).toBe(49);
    expect(writeBootstrapRoles(store, NOW)).toBe(0);
    // As the real server has it.
    const view = store.get(ROLE_KEYS.clusterRoles, '', 'view')?.object;
    const shared = { apiVersion: 'rbac.authorization.k8s.io/v1', fieldsType: 'FieldsV1', time: NOW };
    expect(view?.metadata.managedFields).toEqual([
      { ...shared, manager: 'clusterrole-aggregation-controller', operation: 'Apply', fieldsV1: { 'f:rules': {} } },
      {
        ...shared,
        manager: 'kube-apiserver',
        operation: 'Update',
        fieldsV1: {
          'f:aggregationRule': { '.': {}, 'f:clusterRoleSelectors': {} },
          'f:metadata': {
            'f:annotations': { '.': {}, 'f:rbac.authorization.kubernetes.io/autoupdate': {} },
            'f:labels': {
              '.': {},
              'f:kubernetes.io/bootstrapping': {},
              'f:rbac.authorization.k8s.io/aggregate-to-edit': {},
            },
          },
        },
      },
    ]);
  });

  test('have the rules that aggregation gives them', () => {
    const { store } = aCluster();
    const roles = () => store.list(ROLE_KEYS.clusterRoles).items.map((item) => item.object);
    expect(outdatedRoles(roles())).toEqual([]);
  });

  test('take up the rules of new roles with their labels, and no rule twice', () => {
    const { store, put } = aCluster();
    const rule = { apiGroups: ['x.example.com'], resources: ['things'], verbs: ['get'] };
    const labels = { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' };
    for (const name of ['x1', 'x2']) put(ROLE_KEYS.clusterRoles, { metadata: { name, labels }, rules: [rule] });
    const outdated = outdatedRoles(store.list(ROLE_KEYS.clusterRoles).items.map((item) => item.object));
    expect(outdated.map(([name]) => name)).toEqual(['view']);
    expect(outdated[0]?.[1].filter((one) => one.apiGroups?.[0] === 'x.example.com')).toEqual([rule]);
  });
});

describe('aggregation', () => {
  test('is repeated after every change of a role, once for changes that come together', async () => {
    const { store, put } = aCluster();
    const written: string[][] = [];
    const aggregation = new RoleAggregation(
      store,
      (name, rules) => {
        written.push([name, String(rules.length)]);
        const role = store.get(ROLE_KEYS.clusterRoles, '', name)?.object;
        if (role) put(ROLE_KEYS.clusterRoles, { ...role, rules });
      },
      () => {},
    );
    onTestFinished(() => aggregation.close());
    const aggregationRule = { clusterRoleSelectors: [{ matchExpressions: [{ key: 'x', operator: 'Exists' }] }] };
    put(ROLE_KEYS.clusterRoles, { metadata: { name: 'all' }, aggregationRule });
    for (const name of ['x1', 'x2']) {
      const rules = [{ apiGroups: [name], resources: ['things'], verbs: ['get'] }];
      put(ROLE_KEYS.clusterRoles, { metadata: { name, labels: { x: '' } }, rules });
    }
    await vi.waitFor(() => expect(written).toEqual([['all', '2']]));
    put(ROLE_KEYS.clusterRoles, { metadata: { name: 'x1' }, rules: [] });
    await vi.waitFor(() => expect(written.at(-1)).toEqual(['all', '1']));
  });

  test('reports writes that fail', async () => {
    const { store, put } = aCluster();
    const problems: unknown[] = [];
    const refuse = () => Promise.reject(new Error('refused'));
    const aggregation = new RoleAggregation(store, refuse, (error) => problems.push(error));
    onTestFinished(() => aggregation.close());
    const labels = { 'rbac.authorization.k8s.io/aggregate-to-edit': 'true' };
    put(ROLE_KEYS.clusterRoles, { metadata: { name: 'x', labels }, rules: [{ verbs: ['get'] }] });
    await vi.waitFor(() => expect(problems).toEqual([new Error('refused')]));
  });
});
