import { RemoteFailure } from './http.ts';

/** The parts of an address `oci://HOST/REPOSITORY[:TAG][@DIGEST]`. */
export interface OciReference {
  /** With the port, where one is named. */
  readonly host: string;
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: string;
}

const HOST = /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:\d{1,5})?$|^\[[0-9A-Fa-f:]+\](:\d{1,5})?$/;
const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const REPOSITORY = new RegExp(`^${COMPONENT}(?:/${COMPONENT})*$`);
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;

/** A SHA-256 digest as registries write it. */
export const OCI_DIGEST = /^sha256:[0-9a-f]{64}$/;

/** Parses an address of an OCI registry (OCI distribution specification, "Pulling manifests"); throws RemoteFailure. */
export function parseOciReference(text: string): OciReference {
  const match = /^oci:\/\/([^/]+)\/(.+)$/.exec(text);
  if (!match) throw new RemoteFailure(`${text} is not oci://HOST/REPOSITORY`);
  const [, host = '', rest = ''] = match;
  const [named = '', digest, ...more] = rest.split('@');
  const colon = named.indexOf(':');
  const repository = colon < 0 ? named : named.slice(0, colon);
  const tag = colon < 0 ? undefined : named.slice(colon + 1);
  const wrong =
    !HOST.test(host) ||
    !REPOSITORY.test(repository) ||
    repository.length > 255 ||
    more.length > 0 ||
    (tag !== undefined && !TAG.test(tag)) ||
    (digest !== undefined && !OCI_DIGEST.test(digest));
  if (wrong) throw new RemoteFailure(`${text} is not oci://HOST/REPOSITORY[:TAG][@DIGEST]`);
  return { host, repository, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) };
}
