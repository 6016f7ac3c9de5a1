import { describe, expect, test } from 'vitest';
import { aCluster } from './testdata/cluster.ts';

describe('who calls', () => {
  const caller = (headers: Record<string, string>) => ({
    authorization: headers['authorization'],
    rawHeaders: Object.entries(headers).flat(),
  });

  test.each([
    [{}, { username: 'system:anonymous', groups: ['system:unauthenticated'] }],
    [{ authorization: 'Basic x' }, { username: 'system:anonymous', groups: ['system:unauthenticated'] }],
    [{ authorization: 'Bearer admin-token' }, { username: 'root', groups: ['system:masters', 'system:authenticated'] }],
    [{ authorization: 'bearer  ' }, { username: 'system:anonymous', groups: ['system:unauthenticated'] }],
  ])('%j is %j', (headers, user) => {
    expect(aCluster().access.authenticate(caller(headers))).toEqual(user);
  });

  test('an unknown token is refused', () => {
    const attempt = () => aCluster().access.authenticate(caller({ authorization: 'Bearer nonsense' }));
    expect(attempt).toThrow(expect.objectContaining({ code: 401, message: 'Unauthorized' }));
  });

  test('a client certificate names its user and groups', () => {
    const certificate = { user: 'ann', groups: ['dev'], raw: Buffer.from('der') };
    expect(aCluster().access.authenticate({ certificate, rawHeaders: [] })).toEqual({
      username: 'ann',
      groups: ['dev', 'system:authenticated'],
      extra: { 'authentication.kubernetes.io/credential-id': [expect.stringMatching(/^X509SHA256=[0-9a-f]{64}$/)] },
    });
  });

  test('an administrator may be anyone', () => {
    const { access } = aCluster();
    const rawHeaders = ['Impersonate-User', 'a', 'Impersonate-Group', 'g1', 'Impersonate-Group', 'g2'];
    const more = ['Impersonate-Extra-Foo%2fBar', 'x', 'Impersonate-Uid', '5'];
    const user = access.authenticate({ authorization: 'Bearer admin-token', rawHeaders: [...rawHeaders, ...more] });
    const groups = ['g1', 'g2', 'system:authenticated'];
    expect(user).toEqual({ username: 'a', uid: '5', groups, extra: { 'foo/bar': ['x'] } });
  });

  test('a service account comes with its groups', () => {
    const rawHeaders = ['Impersonate-User', 'system:serviceaccount:n:s'];
    const user = aCluster().access.authenticate({ authorization: 'Bearer admin-token', rawHeaders });
    expect(user.groups).toEqual(['system:serviceaccounts', 'system:serviceaccounts:n', 'system:authenticated']);
  });

  // Messages as the real server's.
  test.each([
    [
      ['Impersonate-User', 'a'],
      403,
      'users "a" is forbidden: User "bob" cannot impersonate resource "users" in API group "" at the cluster scope',
    ],
    [
      ['Impersonate-User', 'system:serviceaccount:x:y'],
      403,
      'serviceaccounts "y" is forbidden: User "bob" cannot impersonate resource "serviceaccounts" in API group "" in the namespace "x"',
    ],
    [
      ['Impersonate-Group', 'a', 'Impersonate-Extra-Foo', 'a', 'Impersonate-Uid', '5'],
      400,
      'requested [{Group  a    } {UserExtra  a  authentication.k8s.io/v1  foo} {UID  5  authentication.k8s.io/v1  }] without impersonating a user',
    ],
  ])('%j is refused to others', (rawHeaders, code, message) => {
    const attempt = () => aCluster().access.authenticate({ authorization: 'Bearer bob-token', rawHeaders });
    expect(attempt).toThrow(expect.objectContaining({ code, message }));
  });
});
