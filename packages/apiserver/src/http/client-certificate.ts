import type { IncomingMessage } from 'node:http';
import type { PeerCertificate, TLSSocket } from 'node:tls';
import type { ClientCertificate } from '../access/authenticator.ts';
import { unauthorized } from '../model/errors.ts';

type Known = ClientCertificate | 'bad' | 'none';

/** What a connection showed does not change while it lasts. */
const known = new WeakMap<object, Known>();

/** The certificate of a request's connection; undefined without one. Throws 401 for one that no authority vouches for. */
export function clientCertificate(request: IncomingMessage): ClientCertificate | undefined {
  // Sockets of HTTP/2 requests are proxies, one per request; their session is the same for all.
  const owner: object = (request as { stream?: { session?: object } }).stream?.session ?? request.socket;
  let found = known.get(owner);
  if (found === undefined) {
    found = read(request.socket as TLSSocket);
    known.set(owner, found);
  }
  if (found === 'bad') throw unauthorized();
  return found === 'none' ? undefined : found;
}

function read(socket: TLSSocket): Known {
  const certificate: Partial<PeerCertificate> | undefined = socket.getPeerCertificate();
  if (!certificate?.raw) return 'none';
  if (!socket.authorized) return 'bad';
  const { CN, O } = certificate.subject as { CN?: string | string[]; O?: string | string[] };
  const [user = ''] = list(CN);
  return { user, groups: list(O), raw: certificate.raw };
}

function list(value: string | string[] | undefined): string[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}
