import type { Clock } from '@capstan/base';
import type { CenterRecord } from '../center/types.ts';
import type { CenterCache } from './cache.ts';
import type { CredentialsFor } from './remote/credentials.ts';
import type { SignatureEvidence } from './signature/evidence.ts';

/** The largest index that is read. */
export const MAX_INDEX_BYTES = 16 * 1024 * 1024;

/** The largest metadata file; what is larger does not fit in the Secrets that carry it either. */
export const MAX_METADATA_BYTES = 2 * 1024 * 1024;

/** The largest signature, payload or bundle. */
export const MAX_SIGNATURE_BYTES = 256 * 1024;

/** More signatures than these are not looked at. */
export const MAX_SIGNATURES = 32;

/** What a registry said, before anything of it is believed. */
export interface RegistrySnapshot {
  /** Text of index.json. */
  readonly index: string;
  /** In an OCI registry: the manifest that names the index and every document by digest. It is what is signed. */
  readonly manifest?: string;
  /** Empty unless the center's policy asks for signatures. */
  readonly signatures: readonly SignatureEvidence[];
  /** `ETag` of the index on a web server. */
  readonly etag?: string;
}

/** How the files of one registry are read. Reads reject with whatever failed; the reader says it in the center's name. */
export interface RegistrySource {
  /** How a file of the registry is named in messages. */
  place(path: string): string;
  /** Reads the index, and its signatures where they are wanted. */
  snapshot(options: { readonly signatures: boolean; readonly previous?: RegistrySnapshot }): Promise<RegistrySnapshot>;
  /** Reads a metadata file that the snapshot's index lists. */
  document(snapshot: RegistrySnapshot, path: string): Promise<string>;
}

/** What reading registries takes beside their records. */
export interface RegistryAccess {
  /** Credentials of a center by host. Default: none. */
  credentials?(center: CenterRecord): CredentialsFor;
  /** Default: below the user's cache directory. */
  readonly cache?: CenterCache;
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
}
