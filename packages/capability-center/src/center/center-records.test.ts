import { expect, test } from 'vitest';
import { centerSecret, parseCenterSecret } from './center-records.ts';

const record = {
  name: 'capstan',
  type: 'directory' as const,
  location: '/srv/registry',
  mirrors: [{ name: 'stand-ins', directory: '/srv/stand-ins' }],
};

const secretOf = (content: unknown) => ({
  ...centerSecret(record),
  data: {
    'center.json': Buffer.from(typeof content === 'string' ? content : JSON.stringify(content)).toString('base64'),
  },
});

test('a record survives its Secret', () => {
  const secret = centerSecret(record);
  expect(secret.metadata).toMatchObject({
    name: 'capstan-center-capstan',
    namespace: 'capstan-system',
    labels: { 'capstan.dev/record': 'center' },
  });
  expect(parseCenterSecret(secret)).toEqual(record);
});

test.each([
  ['no JSON', '{', 'is not JSON'],
  ['null', 'null', 'no DNS label'],
  ['an unknown type', { ...record, type: 'ftp' }, '"ftp"'],
  ['an OCI address without a repository', { ...record, type: 'oci', location: 'oci://host' }, 'is not oci://'],
  ['credentials in its address', { ...record, type: 'http', location: 'https://u:p@host/x' }, 'carries credentials'],
  ['a private key', { ...record, verify: { keys: ['-----BEGIN PRIVATE KEY-----'] } }, 'is a private key'],
  ['credentials that name nothing', { ...record, credentials: { secretRef: {} } }, 'neither a Secret nor a variable'],
  ['a mirror from nowhere', { ...record, mirrors: [{ name: 'a', from: 'x', to: '/y' }] }, 'from which address'],
  ['a relative location', { ...record, location: '../x' }, 'no absolute path'],
  ['a relative mirror', { ...record, mirrors: [{ name: 'a', directory: 'b' }] }, 'no absolute directory'],
])('a record with %s is refused by name', (_, content, reason) => {
  const run = () => parseCenterSecret(secretOf(content));
  expect(run).toThrow(
    expect.objectContaining({ code: 'CAPSTAN_CENTER_INVALID', message: expect.stringContaining(reason) }),
  );
  expect(run).toThrow(/capstan-center-capstan/);
});
