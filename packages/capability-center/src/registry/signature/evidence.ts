import { createHash } from 'node:crypto';
import { signerOf, type TrustedKey } from './keys.ts';

/**
 * Something that claims to be a signature, kept as it was found so that it can be verified again from the cache.
 * `detached`: a signature of the file itself. `simple-signing`: cosign's payload that names a manifest's digest.
 * `bundle`: a Sigstore bundle, which signs a file or, in a DSSE envelope, a statement about a digest.
 */
export type SignatureEvidence =
  | { readonly kind: 'detached'; readonly signature: string }
  | { readonly kind: 'simple-signing'; readonly payload: string; readonly signature: string }
  | { readonly kind: 'bundle'; readonly bundle: string };

/** What must be signed: bytes, whose SHA-256 digest payloads and statements name. */
export interface SignedSubject {
  readonly bytes: Uint8Array;
}

/** The trusted key that signed the subject, by any of the pieces of evidence; undefined when none of them holds. */
export function trustedSigner(
  keys: readonly TrustedKey[],
  { bytes }: SignedSubject,
  evidence: readonly SignatureEvidence[],
): string | undefined {
  const hex = createHash('sha256').update(bytes).digest('hex');
  for (const piece of evidence) {
    const signer = signerByPiece(keys, bytes, hex, piece);
    if (signer !== undefined) return signer;
  }
  return undefined;
}

function signerByPiece(keys: readonly TrustedKey[], bytes: Uint8Array, hex: string, piece: SignatureEvidence) {
  switch (piece.kind) {
    case 'detached':
      return signerOf(keys, bytes, base64(piece.signature));
    case 'simple-signing': {
      const payload = Buffer.from(piece.payload, 'utf8');
      return simpleSigningDigest(payload) === `sha256:${hex}`
        ? signerOf(keys, payload, base64(piece.signature))
        : undefined;
    }
    case 'bundle':
      return signerOfBundle(keys, bytes, hex, piece.bundle);
  }
}

/** The manifest digest that a simple signing payload is about (containers/image, "atomic container signature"). */
function simpleSigningDigest(payload: Buffer): unknown {
  const critical = member(parse(payload.toString('utf8')), 'critical');
  if (member(critical, 'type') !== 'cosign container image signature') return undefined;
  return member(member(critical, 'image'), 'docker-manifest-digest');
}

/** A Sigstore bundle v0.3 with a key: a message signature, or a DSSE envelope with an in-toto statement. */
function signerOfBundle(keys: readonly TrustedKey[], bytes: Uint8Array, hex: string, text: string) {
  const bundle = parse(text);
  const message = member(bundle, 'messageSignature');
  if (message !== undefined) return signerOf(keys, bytes, base64(member(message, 'signature')));
  const envelope = member(bundle, 'dsseEnvelope');
  const type = member(envelope, 'payloadType');
  const payload = base64(member(envelope, 'payload'));
  if (typeof type !== 'string' || !statementNames(parse(payload.toString('utf8')), hex)) return undefined;
  const signatures = member(envelope, 'signatures');
  if (!Array.isArray(signatures)) return undefined;
  // DSSE, "pre-authentication encoding": what is signed is the type and the payload with their lengths.
  const signed = Buffer.concat([
    Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `, 'utf8'),
    payload,
  ]);
  for (const signature of signatures.slice(0, 16)) {
    const signer = signerOf(keys, signed, base64(member(signature, 'sig')));
    if (signer !== undefined) return signer;
  }
  return undefined;
}

const SIGN_PREDICATE = 'https://sigstore.dev/cosign/sign/v1';

function statementNames(statement: unknown, hex: string): boolean {
  const subjects = member(statement, 'subject');
  if (member(statement, 'predicateType') !== SIGN_PREDICATE || !Array.isArray(subjects)) return false;
  return subjects.some((subject) => member(member(subject, 'digest'), 'sha256') === hex);
}

function base64(value: unknown): Buffer {
  return Buffer.from(typeof value === 'string' ? value.trim() : '', 'base64');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}
