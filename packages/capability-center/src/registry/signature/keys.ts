import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';

/** A public key that a center's policy trusts. */
export interface TrustedKey {
  readonly key: KeyObject;
  /** `sha256:` and 16 digits of the key's DER form: how messages name it. */
  readonly name: string;
}

/** Reads a public key in PEM; throws an Error that says what is wrong with it. */
export function readPublicKey(pem: string): TrustedKey {
  if (/PRIVATE KEY/.test(pem)) throw new Error('it is a private key; a policy holds public keys');
  let key: KeyObject;
  try {
    key = createPublicKey(pem);
  } catch {
    throw new Error('it is no public key in PEM');
  }
  const curve = key.asymmetricKeyDetails?.namedCurve;
  const known = key.asymmetricKeyType === 'ed25519' || (key.asymmetricKeyType === 'ec' && curve === 'prime256v1');
  if (!known) throw new Error('it is neither ECDSA P-256 nor Ed25519');
  const der = key.export({ type: 'spki', format: 'der' });
  return { key, name: `sha256:${createHash('sha256').update(der).digest('hex').slice(0, 16)}` };
}

/** The first key whose signature of the message this is, as cosign makes it: ECDSA over SHA-256 in DER, or Ed25519. */
export function signerOf(keys: readonly TrustedKey[], message: Uint8Array, signature: Uint8Array): string | undefined {
  return keys.find(({ key }) => {
    try {
      return verify(key.asymmetricKeyType === 'ed25519' ? null : 'sha256', message, key, signature);
    } catch {
      return false;
    }
  })?.name;
}
