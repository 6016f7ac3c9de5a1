import { CapstanError, EXIT } from '@capstan/base';
import type { CenterRecord } from '../../center/types.ts';
import { CENTER_CODES } from '../../codes.ts';
import { type SignatureEvidence, trustedSigner } from './evidence.ts';
import { readPublicKey } from './keys.ts';

/**
 * The key that signed what a center says, when its policy asks for one; undefined when it asks for none. Throws
 * CAPSTAN_REGISTRY_UNTRUSTED, which names the center, the keys that it expects and what was found instead.
 */
export function requireSignature(
  center: CenterRecord,
  bytes: Uint8Array,
  evidence: readonly SignatureEvidence[],
): string | undefined {
  if (!center.verify) return undefined;
  const keys = center.verify.keys.map(readPublicKey);
  const signer = trustedSigner(keys, { bytes }, evidence);
  if (signer !== undefined) return signer;
  const names = keys.map(({ name }) => name);
  const found =
    evidence.length === 0
      ? 'it carries no signature'
      : `none of its ${evidence.length} signature${evidence.length === 1 ? '' : 's'} is by that key for this content`;
  const wanted = `${names.length === 1 ? 'key' : 'one of the keys'} ${names.join(', ')}`;
  throw new CapstanError(
    CENTER_CODES.registryUntrusted,
    `The center ${center.name} must be signed by ${wanted}, but ${found}.`,
    {
      hint: `The policy of center ${center.name} asks for it; nothing of the center is used. Sign ${what(center)} with that key, or record the center with the right one (center add --key).`,
      fields: { center: center.name, keys: names, signatures: evidence.length },
      exit: EXIT.blocked,
    },
  );
}

function what(center: CenterRecord): string {
  return center.type === 'oci'
    ? 'the artifact (cosign sign --key)'
    : 'its index.json (cosign sign-blob --key, into index.json.sig)';
}
