import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const EMPTY = { mediaType: 'application/vnd.oci.empty.v1+json', content: Buffer.from('{}') };

/** One layer to push. */
export interface Layer {
  readonly mediaType: string;
  readonly content: Buffer;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** What to push, as `oras push` would make it. */
export interface Artifact {
  readonly tag: string;
  readonly artifactType: string;
  readonly layers: readonly Layer[];
  /** Default: the empty configuration. */
  readonly config?: Layer;
  readonly subject?: object;
}

/** `sha256:` and the digest of bytes. */
export const sha256 = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** Pushes an artifact to a registry without TLS; answers the digest of its manifest. */
export async function pushArtifact(repository: string, artifact: Artifact, authorization?: string): Promise<string> {
  const [host = '', ...path] = repository.split('/');
  const base = `http://${host}/v2/${path.join('/')}`;
  const headers = authorization === undefined ? {} : { authorization };
  const config = await pushBlob(base, artifact.config ?? EMPTY, headers);
  const layers = [];
  for (const layer of artifact.layers) {
    const { annotations } = layer;
    layers.push({ ...(await pushBlob(base, layer, headers)), ...(annotations ? { annotations } : {}) });
  }
  const { artifactType, subject, tag } = artifact;
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = Buffer.from(
    JSON.stringify({ schemaVersion: 2, mediaType, artifactType, config, layers, ...(subject ? { subject } : {}) }),
  );
  const url = `${base}/manifests/${tag}`;
  await put(url, manifest, { ...headers, 'content-type': mediaType });
  return sha256(manifest);
}

/** The layers of a directory registry: every file under its path as title, as the documentation pushes them. */
export async function registryLayers(directory: string): Promise<Layer[]> {
  const files = await readdir(directory, { recursive: true });
  const wanted = files.filter((file) => file === 'index.json' || /^packages\/.*\.json$/.test(file)).sort();
  return Promise.all(
    wanted.map(async (file) => ({
      mediaType: `application/vnd.capstan.registry.${file === 'index.json' ? 'index' : 'package'}.v1+json`,
      content: await readFile(join(directory, file)),
      annotations: { 'org.opencontainers.image.title': file },
    })),
  );
}

async function pushBlob(base: string, { mediaType, content }: Layer, headers: Readonly<Record<string, string>>) {
  const digest = sha256(content);
  const started = await fetch(`${base}/blobs/uploads/`, { method: 'POST', headers });
  const location = new URL(started.headers.get('location') ?? '', base);
  if (started.status !== 202) throw new Error(`${base} answers ${started.status}`);
  location.searchParams.set('digest', digest);
  await put(location.href, content, { ...headers, 'content-type': 'application/octet-stream' });
  return { mediaType, digest, size: content.length };
}

async function put(url: string, body: Buffer, headers: Readonly<Record<string, string>>): Promise<void> {
  const response = await fetch(url, { method: 'PUT', headers, body: new Uint8Array(body) });
  if (response.status !== 201) throw new Error(`${url} answers ${response.status}: ${await response.text()}`);
}
