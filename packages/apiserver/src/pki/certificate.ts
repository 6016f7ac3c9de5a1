import {
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto';
import { isIPv4 } from 'node:net';
import type { KeyPair } from '../model/options.ts';
import { bits, integer, objectIdentifier, octets, sequence, set, tagged, time, utf8, yes } from './der.ts';

/*
 * Certificates for loopback: ECDSA P-256 with SHA-256, version 3 (RFC 5280). Node can read certificates but not issue
 * them, and libraries that can cost more to import than the whole server takes to start.
 */

const OID = {
  commonName: '2.5.4.3',
  organization: '2.5.4.10',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  basicConstraints: '2.5.29.19',
  keyUsage: '2.5.29.15',
  extendedKeyUsage: '2.5.29.37',
  subjectAltName: '2.5.29.17',
  subjectKeyIdentifier: '2.5.29.14',
  authorityKeyIdentifier: '2.5.29.35',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
} as const;

const VERSION_3 = tagged(0xa0, integer(Buffer.from([2])));
const SIGNATURE_ALGORITHM = sequence(objectIdentifier(OID.ecdsaWithSha256));
const TEN_YEARS = 3650 * 24 * 3600 * 1000;
const ONE_HOUR = 3600 * 1000;
const MAXIMUM_IPV4_PART = 255;

/** Who a certificate is for. */
export interface Subject {
  readonly commonName: string;
  readonly organizations?: readonly string[];
}

/** A certificate authority that can issue. */
export interface Authority extends KeyPair {
  readonly subject: Subject;
}

/** A new self-signed authority. */
export function createAuthority(commonName: string): Authority {
  const keys = newKeys();
  const subject = { commonName };
  const certificate = issue(subject, keys.publicKey, subject, keys.privateKey, keys.publicKey, [
    extension(OID.basicConstraints, sequence(yes()), true),
    // keyCertSign and digitalSignature
    extension(OID.keyUsage, bits(Buffer.from([0x84]), 2), true),
  ]);
  return { subject, certificate, key: pem(keys.privateKey) };
}

/** A server's certificate for names and IPv4 addresses. */
export function createServerCertificate(authority: Authority, hosts: readonly string[]): KeyPair {
  const names = hosts.map((host) => (isIPv4(host) ? tagged(0x87, ipv4(host)) : tagged(0x82, Buffer.from(host))));
  return createLeaf(authority, { commonName: hosts[0] ?? 'localhost' }, OID.serverAuth, [
    extension(OID.subjectAltName, sequence(...names)),
  ]);
}

/** A client's certificate: the common name is the user, the organizations are its groups. */
export function createClientCertificate(authority: Authority, subject: Subject): KeyPair {
  return createLeaf(authority, subject, OID.clientAuth, []);
}

function createLeaf(authority: Authority, subject: Subject, usage: string, extensions: readonly Buffer[]): KeyPair {
  const keys = newKeys();
  const signer = createPrivateKey(authority.key);
  const issuerKey = new X509Certificate(authority.certificate).publicKey;
  const certificate = issue(subject, keys.publicKey, authority.subject, signer, issuerKey, [
    extension(OID.basicConstraints, sequence(), true),
    extension(OID.keyUsage, bits(Buffer.from([0x80]), 7), true),
    extension(OID.extendedKeyUsage, sequence(objectIdentifier(usage))),
    ...extensions,
  ]);
  return { certificate, key: pem(keys.privateKey) };
}

function newKeys(): { publicKey: KeyObject; privateKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
}

function issue(
  subject: Subject,
  publicKey: KeyObject,
  issuer: Subject,
  signer: KeyObject,
  issuerKey: KeyObject,
  extensions: readonly Buffer[],
): string {
  const now = Date.now();
  const identifiers = [
    extension(OID.subjectKeyIdentifier, octets(keyIdentifier(publicKey))),
    extension(OID.authorityKeyIdentifier, sequence(tagged(0x80, keyIdentifier(issuerKey)))),
  ];
  const body = sequence(
    VERSION_3,
    integer(serialNumber()),
    SIGNATURE_ALGORITHM,
    name(issuer),
    // An hour back, so that clocks that differ a little agree.
    sequence(time(new Date(now - ONE_HOUR)), time(new Date(now + TEN_YEARS))),
    name(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(...extensions, ...identifiers)),
  );
  const der = sequence(body, SIGNATURE_ALGORITHM, bits(sign('sha256', body, signer)));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

function serialNumber(): Buffer {
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x01;
  return serial;
}

function name(subject: Subject): Buffer {
  const organizations = (subject.organizations ?? []).map((text) => attribute(OID.organization, text));
  return sequence(...organizations, attribute(OID.commonName, subject.commonName));
}

function attribute(type: string, text: string): Buffer {
  return set(sequence(objectIdentifier(type), utf8(text)));
}

function extension(type: string, value: Uint8Array, critical = false): Buffer {
  return sequence(objectIdentifier(type), ...(critical ? [yes()] : []), octets(value));
}

function keyIdentifier(key: KeyObject): Buffer {
  return createHash('sha1')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest();
}

function ipv4(address: string): Buffer {
  return Buffer.from(address.split('.').map((part) => Number(part) & MAXIMUM_IPV4_PART));
}

function pem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}
