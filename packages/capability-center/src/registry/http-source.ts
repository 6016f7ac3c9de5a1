import { fileSignatures } from './directory-source.ts';
import { authorizationOf, type CredentialsFor } from './remote/credentials.ts';
import { fetchBounded, RemoteFailure } from './remote/http.ts';
import { requireOk } from './remote/oci-client.ts';
import { MAX_INDEX_BYTES, MAX_METADATA_BYTES, MAX_SIGNATURE_BYTES, type RegistrySource } from './source.ts';

const INDEX_TIMEOUT_MS = 15_000;
const DOCUMENT_TIMEOUT_MS = 30_000;

/** The files of a registry on a web server, below an address. An index that did not change is not sent again. */
export function httpSource(
  location: string,
  credentials: CredentialsFor,
  signal: AbortSignal | undefined,
): RegistrySource {
  const base = location.endsWith('/') ? location : `${location}/`;
  const host = URL.parse(base)?.host ?? '';
  const read = async (path: string, maxBytes: number, timeoutMs: number, headers: Record<string, string> = {}) => {
    const authorization = authorizationOf(await credentials(host));
    return fetchBounded({ url: new URL(path, base).href, headers, authorization, maxBytes, timeoutMs, signal });
  };
  return {
    place: (path) => `${base}${path}`,
    async snapshot({ signatures, previous }) {
      const condition = previous?.etag === undefined ? {} : { 'if-none-match': previous.etag };
      const response = await read('index.json', MAX_INDEX_BYTES, INDEX_TIMEOUT_MS, condition);
      const same = response.status === 304 ? previous : undefined;
      if (!same) requireOk(response, host);
      const etag = same ? same.etag : response.header('etag');
      const found = signatures
        ? await fileSignatures(async (path) => {
            const answer = await read(path, MAX_SIGNATURE_BYTES, INDEX_TIMEOUT_MS);
            if (answer.status === 404) return undefined;
            requireOk(answer, host);
            return answer.body.toString('utf8');
          })
        : [];
      const index = same ? same.index : response.body.toString('utf8');
      return { index, signatures: found, ...(etag === undefined ? {} : { etag }) };
    },
    async document(_snapshot, path) {
      const response = await read(path, MAX_METADATA_BYTES, DOCUMENT_TIMEOUT_MS);
      if (response.status === 404) throw new RemoteFailure(`there is no ${base}${path}`, { status: 404 });
      requireOk(response, host);
      return response.body.toString('utf8');
    },
  };
}
