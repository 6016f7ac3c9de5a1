import 'reflect-metadata';
import { generateKeyPair, KeyObject, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import { promisify } from 'node:util';
import * as x509 from '@peculiar/x509';

/** A certificate and its private key, both as PEM. */
export interface KeyedCertificate {
  readonly certificate: string;
  readonly key: string;
}

/** What a leaf certificate is for. */
export interface LeafRequest {
  readonly commonName: string;
  /** DNS names and IP addresses. */
  readonly names?: readonly string[];
  readonly usage: 'server' | 'client';
  /** Default ten years. */
  readonly lifetimeMs?: number;
}

/** A certificate authority that can sign leaves. */
export interface Authority extends KeyedCertificate {
  issue(request: LeafRequest): Promise<KeyedCertificate>;
}

const EC = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGNING = { name: 'ECDSA', hash: 'SHA-256' } as const;
const YEAR_MS = 365 * 24 * 3_600_000;
/** For what lives on one machine and is thrown away, such as a sandbox; who renews asks for less. */
const LIFETIME_MS = 10 * YEAR_MS;
/** Clocks of virtual machines jump a little after a resume. */
const SKEW_MS = 3_600_000;

x509.cryptoProvider.set(webcrypto);

/**
 * Makes a new self-signed authority, valid for ten years unless told otherwise. Its leaves must have other names, or
 * clients take them for self-signed.
 */
export async function createAuthority(
  commonName: string,
  { lifetimeMs }: { readonly lifetimeMs?: number } = {},
): Promise<Authority> {
  const keys = await generateKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: `CN=${commonName}`,
    ...validity(lifetimeMs),
    signingAlgorithm: SIGNING,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.digitalSignature, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return authority(certificate, keys.privateKey);
}

/** The authority of a stored certificate and key. */
export async function loadAuthority(stored: KeyedCertificate): Promise<Authority> {
  const der = x509.PemConverter.decodeFirst(stored.key);
  const key = await webcrypto.subtle.importKey('pkcs8', der, EC, true, ['sign']);
  return authority(new x509.X509Certificate(stored.certificate), key);
}

/** A new RSA key, which is what service account tokens are signed with. */
export async function createServiceAccountKey(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function authority(issuer: x509.X509Certificate, signingKey: webcrypto.CryptoKey): Authority {
  return {
    certificate: pem(issuer),
    key: exportKey(signingKey),
    async issue(request) {
      const keys = await generateKeys();
      const names = (request.names ?? []).map((value) => ({ type: isIP(value) ? 'ip' : 'dns', value }) as const);
      const certificate = await x509.X509CertificateGenerator.create({
        serialNumber: serialNumber(),
        subject: `CN=${request.commonName}`,
        issuer: issuer.subject,
        ...validity(request.lifetimeMs),
        signingAlgorithm: SIGNING,
        publicKey: keys.publicKey,
        signingKey,
        extensions: [
          new x509.BasicConstraintsExtension(false, undefined, true),
          new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
          new x509.ExtendedKeyUsageExtension([
            request.usage === 'server' ? x509.ExtendedKeyUsage.serverAuth : x509.ExtendedKeyUsage.clientAuth,
          ]),
          ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
          await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey, false),
        ],
      });
      return { certificate: pem(certificate), key: exportKey(keys.privateKey) };
    },
  };
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(EC, true, ['sign', 'verify']) as Promise<webcrypto.CryptoKeyPair>;
}

/** RFC 5280 4.1.2.2: positive, so the first bit stays 0. */
function serialNumber(): string {
  const bytes = Buffer.from(webcrypto.getRandomValues(new Uint8Array(16)));
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x01;
  return bytes.toString('hex');
}

function validity(lifetimeMs = LIFETIME_MS): { notBefore: Date; notAfter: Date } {
  const now = Date.now();
  return { notBefore: new Date(now - SKEW_MS), notAfter: new Date(now + lifetimeMs) };
}

function pem(certificate: x509.X509Certificate): string {
  return `${certificate.toString('pem')}\n`;
}

function exportKey(key: webcrypto.CryptoKey): string {
  return KeyObject.from(key as webcrypto.CryptoKey)
    .export({ type: 'pkcs8', format: 'pem' })
    .toString();
}
