import { generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type SignatureEvidence, trustedSigner } from './evidence.ts';
import { readPublicKey } from './keys.ts';

/** Made with cosign 3.1.3: `generate-key-pair`, `sign-blob` and `sign`, each with and without the new bundle format. */
const cosign = JSON.parse(readFileSync(new URL('./testdata/cosign-3.1.3.json', import.meta.url), 'utf8')) as Record<
  'publicKey' | 'index' | 'detached' | 'blobBundle' | 'manifest' | 'manifestBundle' | 'payload' | 'payloadSignature',
  string
>;

const ofCosign: readonly [string, string, SignatureEvidence][] = [
  ['sign-blob --output-signature', cosign.index, { kind: 'detached', signature: cosign.detached }],
  ['sign-blob --bundle', cosign.index, { kind: 'bundle', bundle: cosign.blobBundle }],
  [
    'sign, simple signing',
    cosign.manifest,
    { kind: 'simple-signing', payload: cosign.payload, signature: cosign.payloadSignature },
  ],
  ['sign, bundle with a DSSE envelope', cosign.manifest, { kind: 'bundle', bundle: cosign.manifestBundle }],
];

const signedBy = (pem: string, text: string, evidence: readonly SignatureEvidence[]) =>
  trustedSigner([readPublicKey(pem)], { bytes: Buffer.from(text) }, evidence);

test.each(ofCosign)('what cosign makes with %s holds for its key and its content only', (_, subject, evidence) => {
  expect(signedBy(cosign.publicKey, subject, [evidence])).toBe(readPublicKey(cosign.publicKey).name);
  expect(signedBy(cosign.publicKey, `${subject} `, [evidence])).toBeUndefined();
  expect(signedBy(aKey('ed25519').pem, subject, [evidence])).toBeUndefined();
  expect(signedBy(aKey('ec').pem, subject, [evidence])).toBeUndefined();
});

test.each(['ec', 'ed25519'] as const)('a detached signature of a key of type %s', (type) => {
  const { pem, privateKey } = aKey(type);
  const signature = sign(type === 'ec' ? 'sha256' : null, Buffer.from('text'), privateKey).toString('base64');
  expect(signedBy(pem, 'text', [{ kind: 'detached', signature: `${signature}\n` }])).toMatch(/^sha256:/);
  expect(signedBy(pem, 'Text', [{ kind: 'detached', signature }])).toBeUndefined();
});

test('a rightly signed payload about something else is no signature of this', () => {
  const { pem, privateKey } = aKey('ec');
  const of = (payload: object): SignatureEvidence => {
    const text = JSON.stringify(payload);
    return {
      kind: 'simple-signing',
      payload: text,
      signature: sign('sha256', Buffer.from(text), privateKey).toString('base64'),
    };
  };
  const image = { 'docker-manifest-digest': `sha256:${'0'.repeat(64)}` };
  expect(
    signedBy(pem, 'text', [of({ critical: { type: 'cosign container image signature', image } })]),
  ).toBeUndefined();
  expect(signedBy(pem, 'text', [of({})])).toBeUndefined();
});

test('whatever stands in place of a signature, nothing is thrown and nothing is accepted', () => {
  const { pem } = aKey('ec');
  const evidence = fc.oneof(
    fc.record({ kind: fc.constant('detached' as const), signature: fc.string() }),
    fc.record({ kind: fc.constant('simple-signing' as const), payload: fc.json(), signature: fc.base64String() }),
    fc.record({ kind: fc.constant('bundle' as const), bundle: fc.json() }),
    fc.record({
      kind: fc.constant('bundle' as const),
      bundle: fc
        .record({
          dsseEnvelope: fc.record({ payloadType: fc.anything(), payload: fc.anything(), signatures: fc.anything() }),
        })
        .map((bundle) => JSON.stringify(bundle) ?? ''),
    }),
  );
  fc.assert(
    fc.property(fc.array(evidence, { maxLength: 4 }), (pieces) => {
      expect(signedBy(pem, 'text', pieces)).toBeUndefined();
    }),
  );
});

test.each([
  ['a private key', aKey('ec').privatePem, 'it is a private key'],
  ['another curve', aKey('secp384r1').pem, 'neither ECDSA P-256 nor Ed25519'],
  ['RSA', aKey('rsa').pem, 'neither ECDSA P-256 nor Ed25519'],
  ['text', 'ssh-ed25519 AAAA', 'no public key in PEM'],
])('%s cannot be a key of a policy', (_, pem, reason) => {
  expect(() => readPublicKey(pem)).toThrow(reason);
});

function aKey(type: 'ec' | 'secp384r1' | 'ed25519' | 'rsa') {
  const { publicKey, privateKey } =
    type === 'ed25519'
      ? generateKeyPairSync('ed25519')
      : type === 'rsa'
        ? generateKeyPairSync('rsa', { modulusLength: 2048 })
        : generateKeyPairSync('ec', { namedCurve: type === 'ec' ? 'P-256' : type });
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  return { pem, privateKey, privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}
