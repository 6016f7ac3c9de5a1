import { generateKeyPairSync } from 'node:crypto';
import { onTestFinished } from 'vitest';
import type { KubeObject } from '../../model/object.ts';
import type { RequestAttributes, UserInfo } from '../../model/request.ts';
import { createMemoryStore } from '../../storage/memory.ts';
import { Access } from '../access.ts';
import { writeBootstrapRoles } from '../bootstrap.ts';
import { ROLE_KEYS } from '../role-index.ts';

/* A cluster for tests of access control. */

/** When everything happens. */
export const NOW = '2026-01-02T03:04:05Z';
/** The API group of roles. */
export const GROUP = 'rbac.authorization.k8s.io';
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const serviceAccountKey = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
/** May do everything. */
export const admin: UserInfo = { username: 'root', groups: ['system:masters'] };
/** May do nothing but what a binding grants. */
export const bob: UserInfo = { username: 'bob', groups: ['system:authenticated'] };

/** Access control over an empty cluster with the bootstrap roles; time stands still until it is moved. */
export function aCluster() {
  const store = createMemoryStore();
  writeBootstrapRoles(store, NOW);
  const clock = { now: Date.parse(NOW) };
  const tokens = new Map([
    ['admin-token', admin],
    ['bob-token', { username: 'bob', groups: [] }],
  ]);
  const access = new Access({ store, tokens, serviceAccountKey, now: () => clock.now });
  onTestFinished(() => {
    access.close();
    store.close();
  });
  const put = (key: string, object: Partial<KubeObject> & Pick<KubeObject, 'metadata'>) => {
    const { namespace = '', name = '' } = object.metadata;
    const expected = store.get(key, namespace, name)?.revision ?? 0;
    store.write({ key, namespace, name, expected, object: { apiVersion: 'v1', kind: 'X', ...object } });
  };
  const remove = (key: string, namespace: string, name: string) => {
    store.write({ key, namespace, name, expected: store.get(key, namespace, name)?.revision ?? 0, object: undefined });
  };
  const bind = (role: string, subject: object, namespace = '', kind = 'ClusterRole') => {
    const key = namespace === '' ? ROLE_KEYS.clusterRoleBindings : ROLE_KEYS.roleBindings;
    const roleRef = { apiGroup: GROUP, kind, name: role };
    const metadata = { name: `${role}-binding`, ...(namespace !== '' && { namespace }) };
    put(key, { metadata, roleRef, subjects: [subject] });
  };
  return { store, access, clock, put, remove, bind };
}

/** A request for a resource. */
export function asks(
  user: UserInfo,
  verb: string,
  resource: string,
  more: Partial<RequestAttributes> = {},
): RequestAttributes {
  const shared = { isResource: true, path: '', group: '', version: 'v1', subresource: '', namespace: '', name: '' };
  return { ...shared, user, verb, resource, ...more };
}

/** Bob in a binding. */
export const bobSubject = { kind: 'User', apiGroup: GROUP, name: 'bob' };

