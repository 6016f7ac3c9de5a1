import { createPrivateKey, X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { createAuthority, createServiceAccountKey, loadAuthority } from './certificates.ts';

test('a leaf is signed by its authority, for its names and its use only', async () => {
  const authority = await createAuthority('test-ca');
  const leaf = await authority.issue({
    commonName: 'api',
    usage: 'server',
    names: ['127.0.0.1', 'kubernetes.default.svc'],
  });
  const certificate = new X509Certificate(leaf.certificate);
  const issuer = new X509Certificate(authority.certificate);
  expect(issuer.ca).toBe(true);
  expect(certificate.ca).toBe(false);
  expect(certificate.checkIssued(issuer)).toBe(true);
  expect(certificate.verify(issuer.publicKey)).toBe(true);
  expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
  expect(certificate.checkHost('kubernetes.default.svc')).toBe('kubernetes.default.svc');
  expect(certificate.checkHost('other.default.svc')).toBeUndefined();
  expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
  expect(certificate.checkPrivateKey(createPrivateKey(leaf.key))).toBe(true);
});

test('an authority that was stored signs as before', async () => {
  const { certificate, key } = await createAuthority('test-ca');
  const loaded = await loadAuthority({ certificate, key });
  const leaf = await loaded.issue({ commonName: 'front-proxy-client', usage: 'client' });
  expect(new X509Certificate(leaf.certificate).verify(new X509Certificate(certificate).publicKey)).toBe(true);
});

test('serial numbers are positive and differ', async () => {
  const authority = await createAuthority('test-ca');
  const leaves = await Promise.all([1, 2, 3].map(() => authority.issue({ commonName: 'one', usage: 'client' })));
  const serials = leaves.map(({ certificate }) => new X509Certificate(certificate).serialNumber);
  expect(new Set(serials).size).toBe(3);
  for (const serial of serials) expect(Number.parseInt(serial.slice(0, 2), 16)).toBeLessThan(0x80);
});

test('the service account key is RSA', async () => {
  expect(createPrivateKey(await createServiceAccountKey()).asymmetricKeyType).toBe('rsa');
});
