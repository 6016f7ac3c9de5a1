import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { KeyPair, ServiceDialer } from '../model/options.ts';
import { requestHttp } from './node-http.ts';

/**
 * A dialer that asks an HTTP proxy on a unix socket for a tunnel to `NAME.NAMESPACE.svc:PORT`, as the real server's
 * egress selector with HTTPConnect does. Rejects with the proxy's words when it refuses.
 */
export function dialThroughProxy(socketPath: string): ServiceDialer {
  return ({ namespace, name, port }) =>
    new Promise<Duplex>((resolve, reject) => {
      const target = `${name}.${namespace}.svc:${port}`;
      const sent = requestHttp({ socketPath, method: 'CONNECT', path: target });
      sent.on('connect', ({ statusCode, statusMessage }, stream) => {
        if (statusCode === 200) return resolve(stream);
        stream.destroy();
        reject(
          new Error(`proxy error from ${socketPath} while dialing ${target}, code ${statusCode}: ${statusMessage}`),
        );
      });
      sent.on('error', (cause) => reject(new Error(`dialing proxy ${socketPath} failed: ${cause.message}`, { cause })));
      sent.end();
    });
}

/** How a connection proves who is there, and who calls. */
export interface TlsChecks {
  readonly servername: string;
  /** PEM; the system's authorities where absent. */
  readonly ca?: string | undefined;
  readonly insecure?: boolean;
  readonly client?: KeyPair | undefined;
}

/** Speaks TLS on a stream. Rejects with the words that Go's TLS has for a certificate that does not hold. */
export async function secure(stream: Duplex, checks: TlsChecks): Promise<TLSSocket> {
  const socket = connectTls({
    socket: stream,
    servername: checks.servername,
    rejectUnauthorized: checks.insecure !== true,
    ...(checks.ca !== undefined && { ca: checks.ca }),
    ...(checks.client && { cert: checks.client.certificate, key: checks.client.key }),
  });
  try {
    await once(socket, 'secureConnect');
    return socket;
  } catch (error) {
    stream.destroy();
    throw new Error(tlsMessage(error as NodeJS.ErrnoException), { cause: error });
  }
}

const UNTRUSTED = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
]);

function tlsMessage(error: NodeJS.ErrnoException): string {
  const failed = 'tls: failed to verify certificate: x509:';
  if (UNTRUSTED.has(error.code ?? '')) return `${failed} certificate signed by unknown authority`;
  if (error.code === 'CERT_HAS_EXPIRED') return `${failed} certificate has expired or is not yet valid`;
  if (error.code === 'ERR_TLS_CERT_ALTNAME_INVALID') return `${failed} ${error.message}`;
  return error.message;
}
