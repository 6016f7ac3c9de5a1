import { createPublicKey, type JsonWebKey, verify } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../model/object.ts';
import { aCluster, admin, NOW } from './testdata/cluster.ts';

describe('service account tokens', () => {
  function anAccount() {
    const cluster = aCluster();
    cluster.put('serviceaccounts.', { metadata: { namespace: 'n', name: 's', uid: 'uid-s' } });
    cluster.put('pods.', { metadata: { namespace: 'n', name: 'p', uid: 'uid-p' }, spec: { serviceAccountName: 's' } });
    cluster.put('secrets.', { metadata: { namespace: 'n', name: 'x', uid: 'uid-x' } });
    const request = (spec: object = {}, metadata: object = {}, name = 's') => {
      const body: KubeObject = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', metadata, spec };
      return cluster.access.requestToken({ namespace: 'n', name, body, now: cluster.clock.now });
    };
    const tokenOf = (spec?: object) => (request(spec)['status'] as { token: string }).token;
    const use = (token: string) => cluster.access.authenticate({ authorization: `Bearer ${token}`, rawHeaders: [] });
    return { ...cluster, request, tokenOf, use };
  }
  const unauthorized = expect.objectContaining({ code: 401 });

  test('are issued with what the real server answers', () => {
    expect(anAccount().request()).toEqual({
      kind: 'TokenRequest',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: { name: 's', namespace: 'n', uid: 'uid-s', creationTimestamp: NOW },
      spec: { audiences: ['https://kubernetes.default.svc'], expirationSeconds: 3600, boundObjectRef: null },
      status: {
        token: expect.stringMatching(/^ey[\w-]+\.ey[\w-]+\.[\w-]+$/),
        expirationTimestamp: '2026-01-02T04:04:05Z',
      },
    });
  });

  test('stand for the account until they expire', () => {
    const { tokenOf, use, clock } = anAccount();
    const token = tokenOf({ expirationSeconds: 600 });
    expect(use(token)).toEqual({
      username: 'system:serviceaccount:n:s',
      uid: 'uid-s',
      groups: ['system:serviceaccounts', 'system:serviceaccounts:n', 'system:authenticated'],
      extra: { 'authentication.kubernetes.io/credential-id': [expect.stringMatching(/^JTI=/)] },
    });
    clock.now += 659_000;
    expect(use(token).uid).toBe('uid-s');
    clock.now += 2_000;
    expect(() => use(token)).toThrow(unauthorized);
  });

  test('can be checked by others with the published key', () => {
    const { access, tokenOf } = anAccount();
    const { keys } = access.keySet() as { keys: (JsonWebKey & { kid: string })[] };
    const [header = '', payload = '', signature = ''] = tokenOf().split('.');
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({ alg: 'RS256', kid: keys[0]?.kid });
    const key = createPublicKey({ key: keys[0] ?? {}, format: 'jwk' });
    const signed = Buffer.from(`${header}.${payload}`);
    expect(verify('RSA-SHA256', signed, key, Buffer.from(signature, 'base64url'))).toBe(true);
  });

  test('end with the account, also when another of the same name follows', () => {
    const { tokenOf, use, put, remove } = anAccount();
    const token = tokenOf();
    remove('serviceaccounts.', 'n', 's');
    expect(() => use(token)).toThrow(unauthorized);
    put('serviceaccounts.', { metadata: { namespace: 'n', name: 's', uid: 'another' } });
    expect(() => use(token)).toThrow(unauthorized);
  });

  test.each([
    ['Pod', 'p', 'pods.'],
    ['Secret', 'x', 'secrets.'],
  ])('bound to a %s end with it', (kind, name, key) => {
    const { tokenOf, use, remove } = anAccount();
    const token = tokenOf({ boundObjectRef: { kind, apiVersion: 'v1', name } });
    expect(use(token).username).toBe('system:serviceaccount:n:s');
    remove(key, 'n', name);
    expect(() => use(token)).toThrow(unauthorized);
  });

  test('of a Pod name it', () => {
    const { tokenOf, use } = anAccount();
    const user = use(tokenOf({ boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'p' } }));
    expect(user.extra).toMatchObject({
      'authentication.kubernetes.io/pod-name': ['p'],
      'authentication.kubernetes.io/pod-uid': ['uid-p'],
    });
  });

  test('of another audience, another key or changed ones are refused', () => {
    const { tokenOf, use } = anAccount();
    expect(() => use(tokenOf({ audiences: ['x'] }))).toThrow(unauthorized);
    const [header, , signature] = tokenOf().split('.');
    const claims = { iss: 'https://kubernetes.default.svc', 'kubernetes.io': { serviceaccount: { name: 's' } } };
    const forged = Buffer.from(JSON.stringify(claims)).toString('base64url');
    expect(() => use(`${header}.${forged}.${signature}`)).toThrow(unauthorized);
    const unsigned = Buffer.from('{"alg":"none"}').toString('base64url');
    expect(() => use(`${unsigned}.${forged}.`)).toThrow(unauthorized);
  });

  test('for another audience pass its reviews', () => {
    const { access, tokenOf } = anAccount();
    const token = tokenOf({ audiences: ['x', 'y'] });
    const ask = (audiences: string[]) => {
      const body: KubeObject = { apiVersion: 'v1', kind: 'TokenReview', metadata: {}, spec: { token, audiences } };
      return access.review({ user: admin, resource: 'tokenreviews', namespace: '', body, now: NOW })?.['status'];
    };
    expect(ask(['y', 'z'])).toMatchObject({ authenticated: true, audiences: ['y'] });
    expect(ask([])).toEqual({
      user: {},
      error:
        '[invalid bearer token, token audiences ["x" "y"] is invalid for the target audiences ["https://kubernetes.default.svc"]]',
    });
  });

  test.each([
    [{ expirationSeconds: 5 }, {}, 's', 422, 'may not specify a duration less than 10 minutes'],
    [{ expirationSeconds: 2 ** 33 }, {}, 's', 422, 'may not specify a duration larger than 2^32 seconds'],
    [{}, {}, 'gone', 404, 'serviceaccounts "gone" not found'],
    [{}, { name: 'other' }, 's', 422, 'must match the service account name if specified'],
    [{}, { namespace: 'other' }, 's', 422, 'must match the service account namespace if specified'],
    [
      {},
      { uid: 'other' },
      's',
      409,
      'the UID in the token request (other) does not match the UID of the service account (uid-s)',
    ],
    [{ boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'gone' } }, {}, 's', 404, 'pods "gone" not found'],
    [
      { boundObjectRef: { kind: 'Job', apiVersion: 'batch/v1', name: 'j' } },
      {},
      's',
      400,
      'cannot bind token to object of type batch/v1, Kind=Job',
    ],
    [
      { boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'p', uid: 'x' } },
      {},
      's',
      409,
      'the UID in the bound object reference (x) does not match the UID in record',
    ],
  ])('%j %j for %s is refused', (spec, metadata, name, code, message) => {
    const attempt = () => anAccount().request(spec, metadata, name);
    expect(attempt).toThrow(expect.objectContaining({ code, message: expect.stringContaining(message) }));
  });
});
