import { join } from 'node:path';
import { readBounded } from './bounded-read.ts';
import type { SignatureEvidence } from './signature/evidence.ts';
import { MAX_INDEX_BYTES, MAX_METADATA_BYTES, MAX_SIGNATURE_BYTES, type RegistrySource } from './source.ts';

/** A detached signature of index.json, as `cosign sign-blob --output-signature` writes it. */
export const DETACHED_SIGNATURE = 'index.json.sig';

/** A Sigstore bundle for index.json, as `cosign sign-blob --bundle` writes it. */
export const SIGNATURE_BUNDLE = 'index.json.sigstore.json';

/** The files of a registry in a directory. */
export function directorySource(location: string): RegistrySource {
  const text = (path: string, maxBytes: number) => readBounded(join(location, path), maxBytes);
  return {
    place: (path) => join(location, path),
    async snapshot({ signatures }) {
      const index = await text('index.json', MAX_INDEX_BYTES);
      const found = signatures ? await fileSignatures((path) => orAbsent(text(path, MAX_SIGNATURE_BYTES))) : [];
      return { index, signatures: found };
    },
    document: (_snapshot, path) => text(path, MAX_METADATA_BYTES),
  };
}

/** The signatures beside an index file, by a function that answers undefined for files that are not there. */
export async function fileSignatures(
  read: (path: string) => Promise<string | undefined>,
): Promise<SignatureEvidence[]> {
  const [signature, bundle] = await Promise.all([read(DETACHED_SIGNATURE), read(SIGNATURE_BUNDLE)]);
  return [
    ...(signature === undefined ? [] : [{ kind: 'detached' as const, signature }]),
    ...(bundle === undefined ? [] : [{ kind: 'bundle' as const, bundle }]),
  ];
}

async function orAbsent(reading: Promise<string>): Promise<string | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
