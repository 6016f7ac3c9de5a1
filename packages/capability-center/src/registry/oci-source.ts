import { digestOfText } from '@capstan/capability-model';
import type { OciCenter } from '../center/types.ts';
import type { CredentialsFor } from './remote/credentials.ts';
import { RemoteFailure } from './remote/http.ts';
import {
  type OciDescriptor,
  type OciManifest,
  type OciRepository,
  openOciRepository,
  parseManifest,
} from './remote/oci-client.ts';
import { parseOciReference } from './remote/oci-reference.ts';
import type { SignatureEvidence } from './signature/evidence.ts';
import {
  MAX_INDEX_BYTES,
  MAX_METADATA_BYTES,
  MAX_SIGNATURE_BYTES,
  MAX_SIGNATURES,
  type RegistrySnapshot,
  type RegistrySource,
} from './source.ts';

/**
 * Artifact type of a registry: one manifest whose layers are index.json and every metadata file, each under its path as
 * title, as `oras push` makes it from a directory registry. So one tag changes the whole at once, one signature covers
 * all of it, and layers that did not change are neither pushed nor pulled again.
 */
export const REGISTRY_ARTIFACT_TYPE = 'application/vnd.capstan.registry.v1+json';

const TITLE = 'org.opencontainers.image.title';
const SIMPLE_SIGNING_TYPE = 'application/vnd.dev.cosign.simplesigning.v1+json';
const COSIGN_SIGNATURE = 'dev.cosignproject.cosign/signature';
const BUNDLE_TYPE = /^application\/vnd\.dev\.sigstore\.bundle\b/;
const TIMEOUT_MS = 30_000;

/** The files of a registry in an OCI registry. */
export function ociSource(
  center: OciCenter,
  credentials: CredentialsFor,
  signal: AbortSignal | undefined,
): RegistrySource {
  const reference = parseOciReference(center.location);
  const { host, repository: path, tag = 'latest', digest } = reference;
  const plain = center.plainHttp === undefined ? {} : { plainHttp: center.plainHttp };
  const repository = openOciRepository({
    host,
    repository: path,
    credentials,
    timeoutMs: TIMEOUT_MS,
    signal,
    ...plain,
  });
  return {
    place: (file) => `${center.location} (${file})`,
    async snapshot({ signatures, previous }) {
      const manifest = await repository.manifest(digest ?? tag);
      if (!manifest) throw new RemoteFailure(`${host} has no ${path}${digest ? `@${digest}` : `:${tag}`}`);
      const layer = layerOf(manifest, 'index.json');
      const index = await indexText(repository, layer, previous);
      const found = signatures ? await signaturesOf(repository, manifest.digest) : [];
      return { index, manifest: manifest.bytes.toString('utf8'), signatures: found };
    },
    async document(snapshot, file) {
      const bytes = await repository.blob(layerOf(manifestOf(snapshot), file), MAX_METADATA_BYTES);
      return bytes.toString('utf8');
    },
  };
}

/** The manifest of a snapshot; throws RemoteFailure unless it names the snapshot's index by digest. */
export function manifestOf(snapshot: RegistrySnapshot): OciManifest {
  const bytes = Buffer.from(snapshot.manifest ?? '', 'utf8');
  const manifest = parseManifest(bytes, digestOfText(bytes));
  if (layerOf(manifest, 'index.json').digest !== digestOfText(snapshot.index)) {
    throw new RemoteFailure('its manifest names another index.json');
  }
  return manifest;
}

function layerOf(manifest: OciManifest, path: string): OciDescriptor {
  if (manifest.artifactType !== REGISTRY_ARTIFACT_TYPE) {
    throw new RemoteFailure(`it is an artifact of type ${manifest.artifactType}, not ${REGISTRY_ARTIFACT_TYPE}`);
  }
  const layer = manifest.layers.find(({ annotations }) => annotations?.[TITLE] === path);
  if (!layer) throw new RemoteFailure(`its manifest has no layer with the title ${path}`);
  return layer;
}

async function indexText(repository: OciRepository, layer: OciDescriptor, previous: RegistrySnapshot | undefined) {
  if (previous && digestOfText(previous.index) === layer.digest) return previous.index;
  return (await repository.blob(layer, MAX_INDEX_BYTES)).toString('utf8');
}

/** cosign's signatures of a manifest: under the tag that it derives from the digest, and among the referrers. */
async function signaturesOf(repository: OciRepository, digest: string): Promise<SignatureEvidence[]> {
  const tagged = await repository.manifest(`${digest.replace(':', '-')}.sig`);
  const bundles: SignatureEvidence[] = [];
  const signed = tagged ? [tagged] : [];
  for (const { digest: referrer, artifactType = '' } of (await repository.referrers(digest)).slice(0, MAX_SIGNATURES)) {
    const ofCosign = BUNDLE_TYPE.test(artifactType) || artifactType.startsWith('application/vnd.dev.cosign.');
    const manifest = ofCosign ? await repository.manifest(referrer) : undefined;
    if (manifest) signed.push(manifest);
  }
  for (const layer of signed.flatMap(({ layers }) => layers).slice(0, MAX_SIGNATURES)) {
    const signature = layer.annotations?.[COSIGN_SIGNATURE];
    const simple = layer.mediaType === SIMPLE_SIGNING_TYPE && signature !== undefined;
    if (!simple && !BUNDLE_TYPE.test(layer.mediaType)) continue;
    const text = (await repository.blob(layer, MAX_SIGNATURE_BYTES)).toString('utf8');
    bundles.push(simple ? { kind: 'simple-signing', payload: text, signature } : { kind: 'bundle', bundle: text });
  }
  return bundles;
}
