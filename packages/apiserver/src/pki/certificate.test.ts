import { X509Certificate } from 'node:crypto';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { createAuthority, createClientCertificate, createServerCertificate } from './certificate.ts';
import { integer, objectIdentifier, tagged, time } from './der.ts';

test('leaves are signed by their authority and name what they are for', () => {
  const authority = createAuthority('test authority');
  const ca = new X509Certificate(authority.certificate);
  const server = new X509Certificate(createServerCertificate(authority, ['localhost', '127.0.0.1']).certificate);
  const client = new X509Certificate(
    createClientCertificate(authority, { commonName: 'jürgen', organizations: ['devs', 'ops'] }).certificate,
  );
  expect(ca.ca).toBe(true);
  expect(ca.checkIssued(ca)).toBe(true);
  expect(server.verify(ca.publicKey)).toBe(true);
  expect(server.checkIssued(ca)).toBe(true);
  expect(server.checkIP('127.0.0.1')).toBe('127.0.0.1');
  expect(server.checkHost('localhost')).toBe('localhost');
  expect(server.ca).toBe(false);
  expect(client.toLegacyObject().subject).toEqual({ O: ['devs', 'ops'], CN: 'jürgen' });
  expect(client.verify(createCaKey())).toBe(false);
  expect(Date.parse(server.validTo)).toBeGreaterThan(Date.now());
});

function createCaKey() {
  return new X509Certificate(createAuthority('another').certificate).publicKey;
}

test('both sides of a TLS connection accept each other', async () => {
  const authority = createAuthority('test authority');
  const client = createClientCertificate(authority, { commonName: 'ada' });
  const pair = createServerCertificate(authority, ['localhost', '127.0.0.1']);
  const server = createServer({
    cert: pair.certificate,
    key: pair.key,
    ca: authority.certificate,
    requestCert: true,
    rejectUnauthorized: true,
  });
  onTestFinished(() => void server.close());
  const user = new Promise((resolve) =>
    server.on('secureConnection', (socket: TLSSocket) => {
      resolve(socket.getPeerCertificate().subject.CN);
      socket.end();
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const options = { port, host: '127.0.0.1', ca: authority.certificate, cert: client.certificate, key: client.key };
  const socket = connect(options);
  onTestFinished(() => void socket.destroy());
  expect(await user).toBe('ada');
});

test.each([
  [tagged(4, Buffer.alloc(200)).subarray(0, 4), '0481c800'],
  [tagged(4, Buffer.alloc(300)).subarray(0, 4), '0482012c'],
  [integer(Buffer.from([0, 0, 0x80])), '02020080'],
  [integer(Buffer.from([0])), '020100'],
  [objectIdentifier('1.2.840.10045.4.3.2'), '06082a8648ce3d040302'],
  [time(new Date('2049-12-31T23:59:59.123Z')), '170d3439313233313233353935395a'],
  [time(new Date('2050-01-01T00:00:00Z')), '180f32303530303130313030303030305a'],
])('DER %#', (encoded, hex) => {
  expect(encoded.toString('hex')).toBe(hex);
});
