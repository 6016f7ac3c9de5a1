import { digestOfText } from '@capstan/capability-model';
import { authorizationOf, type Credentials, type CredentialsFor } from './credentials.ts';
import { fetchBounded, isLoopback, RemoteFailure, type RemoteResponse } from './http.ts';
import { OCI_DIGEST } from './oci-reference.ts';

/** Media type of an OCI image manifest, the only kind of manifest that is read. */
export const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';

const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json';
const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;
const MAX_TOKEN_BYTES = 256 * 1024;

/** A descriptor of the OCI image specification. */
export interface OciDescriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A manifest as its registry holds it. */
export interface OciManifest {
  readonly digest: string;
  readonly bytes: Buffer;
  readonly artifactType: string;
  readonly layers: readonly OciDescriptor[];
}

/** Options of `openOciRepository`. */
export interface OciRepositoryOptions {
  readonly host: string;
  readonly repository: string;
  readonly plainHttp?: boolean;
  readonly credentials: CredentialsFor;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Reads of one repository of an OCI registry. Everything that a digest names is checked against it. */
export interface OciRepository {
  /** The manifest of a tag or digest; undefined when there is none. */
  manifest(reference: string): Promise<OciManifest | undefined>;
  blob(descriptor: OciDescriptor, maxBytes: number): Promise<Buffer>;
  /** Manifests that refer to a digest, by the referrers API or its tag schema. */
  referrers(digest: string): Promise<readonly OciDescriptor[]>;
}

/**
 * A repository of an OCI registry (OCI distribution specification 1.1), with basic or token authentication as the
 * registry asks. Every read rejects with RemoteFailure when it fails, is too large or is not what its digest says.
 */
export function openOciRepository(options: OciRepositoryOptions): OciRepository {
  const { host, repository } = options;
  const get = authenticatedGet(options);
  const path = (kind: string, reference: string) => `/v2/${repository}/${kind}/${reference}`;
  const manifest = async (reference: string): Promise<OciManifest | undefined> => {
    const accept = { accept: `${MANIFEST_TYPE}, ${INDEX_TYPE}` };
    const response = await get(path('manifests', reference), MAX_MANIFEST_BYTES, accept);
    if (response.status === 404) return undefined;
    requireOk(response, host);
    const digest = digestOfText(response.body);
    if (OCI_DIGEST.test(reference) && digest !== reference) {
      throw new RemoteFailure(`${host} answers ${digest} for ${reference}`);
    }
    return parseManifest(response.body, digest);
  };
  return {
    manifest,
    async blob({ digest, size }, maxBytes) {
      if (size > maxBytes) throw new RemoteFailure(`${digest} has ${size} bytes; at most ${maxBytes} are read`);
      const response = await get(path('blobs', digest), Math.min(size, maxBytes), {});
      requireOk(response, host);
      const found = digestOfText(response.body);
      if (found !== digest) throw new RemoteFailure(`${host} answers ${found} for ${digest}`);
      return response.body;
    },
    async referrers(digest) {
      const accept = { accept: INDEX_TYPE };
      const response = await get(path('referrers', digest), MAX_MANIFEST_BYTES, accept);
      if (response.status === 200) return descriptorsOf(response.body, 'manifests');
      const fallback = await get(path('manifests', digest.replace(':', '-')), MAX_MANIFEST_BYTES, accept);
      return fallback.status === 200 ? descriptorsOf(fallback.body, 'manifests') : [];
    },
  };
}

/** Parses an image manifest; throws RemoteFailure. */
export function parseManifest(bytes: Buffer, digest: string): OciManifest {
  const value = parseObject(bytes);
  const { mediaType = MANIFEST_TYPE, artifactType, config } = value;
  if (mediaType !== MANIFEST_TYPE) throw new RemoteFailure(`${digest} is a ${String(mediaType)}, not an OCI manifest`);
  const configType = isObject(config) ? config['mediaType'] : undefined;
  // Before OCI 1.1 the type of the configuration told what an artifact is.
  const type = typeof artifactType === 'string' && artifactType !== '' ? artifactType : configType;
  return { digest, bytes, artifactType: String(type), layers: descriptorsOf(bytes, 'layers') };
}

type Get = (path: string, maxBytes: number, headers: Readonly<Record<string, string>>) => Promise<RemoteResponse>;

function authenticatedGet(options: OciRepositoryOptions): Get {
  const { host, repository, plainHttp, timeoutMs, signal } = options;
  const hostname = host.replace(/:\d+$/, '');
  const origin = `${plainHttp || isLoopback(hostname) ? 'http' : 'https'}://${host}`;
  let authorization: string | undefined;
  return async (path, maxBytes, headers) => {
    const read = () => fetchBounded({ url: `${origin}${path}`, headers, authorization, maxBytes, timeoutMs, signal });
    const first = await read();
    if (first.status !== 401) return first;
    const credentials = await options.credentials(host);
    const challenge = first.header('www-authenticate') ?? '';
    authorization = await answer(challenge, credentials, { repository, timeoutMs, signal });
    if (authorization === undefined) return first;
    return read();
  };
}

/** Answers an authentication challenge (RFC 9110, 11; the registries' token authentication). */
async function answer(
  challenge: string,
  credentials: Credentials | undefined,
  options: Pick<OciRepositoryOptions, 'repository' | 'timeoutMs' | 'signal'>,
): Promise<string | undefined> {
  if (/^basic\b/i.test(challenge)) return authorizationOf(credentials);
  if (!/^bearer\b/i.test(challenge)) return undefined;
  if (credentials && 'token' in credentials) return authorizationOf(credentials);
  const parameters = Object.fromEntries([...challenge.matchAll(/(\w+)="([^"]*)"/g)].map((part) => [part[1], part[2]]));
  const realm = URL.parse(parameters['realm'] ?? '');
  if (!realm) throw new RemoteFailure('it asks for a token without saying where it is given');
  if (parameters['service'] !== undefined) realm.searchParams.set('service', parameters['service']);
  realm.searchParams.set('scope', `repository:${options.repository}:pull`);
  const { timeoutMs, signal } = options;
  const authorization = authorizationOf(credentials);
  const response = await fetchBounded({ url: realm.href, authorization, maxBytes: MAX_TOKEN_BYTES, timeoutMs, signal });
  requireOk(response, realm.host);
  const { token, access_token: accessToken } = parseObject(response.body);
  const given = typeof token === 'string' ? token : accessToken;
  if (typeof given !== 'string') throw new RemoteFailure(`${realm.host} answers no token`);
  return `Bearer ${given}`;
}

/** Throws RemoteFailure for every status but success. */
export function requireOk({ status }: RemoteResponse, host: string): void {
  if (status >= 200 && status < 300) return;
  const reasons: Readonly<Record<number, string>> = {
    401: 'asks for credentials, or does not accept those that it got',
    403: 'does not allow this to be read',
    404: 'has no such thing',
    429: 'is asked too often',
  };
  throw new RemoteFailure(`${host} ${reasons[status] ?? `answers with status ${status}`}`, { status });
}

function descriptorsOf(bytes: Buffer, member: 'layers' | 'manifests'): OciDescriptor[] {
  const list = parseObject(bytes)[member] ?? [];
  if (!Array.isArray(list) || !list.every(isDescriptor)) throw new RemoteFailure(`its ${member} are damaged`);
  return list;
}

function isDescriptor(value: unknown): value is OciDescriptor {
  if (!isObject(value)) return false;
  const { mediaType, digest, size, annotations = {} } = value;
  return (
    typeof mediaType === 'string' &&
    typeof digest === 'string' &&
    OCI_DIGEST.test(digest) &&
    Number.isSafeInteger(size) &&
    Number(size) >= 0 &&
    isObject(annotations) &&
    Object.values(annotations).every((annotation) => typeof annotation === 'string')
  );
}

function parseObject(bytes: Buffer): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    throw new RemoteFailure('its answer is not JSON', { cause });
  }
  if (!isObject(value)) throw new RemoteFailure('its answer is not a JSON object');
  return value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
