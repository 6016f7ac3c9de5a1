import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket, type TLSSocketOptions } from 'node:tls';
import type { Attachment } from '../attach/attachment.ts';

const CONNECT_MS = 5_000;

/** Opens a connection to the process of an attachment. Rejects when nothing accepts it within 5 s. */
export async function dialAttached({ host, hostPort }: Attachment): Promise<Socket> {
  const socket = connect({ host, port: hostPort, timeout: CONNECT_MS });
  socket.once('timeout', () => socket.destroy(new Error(`no answer within ${CONNECT_MS / 1_000} s`)));
  await once(socket, 'connect');
  socket.setTimeout(0);
  return socket;
}

/** Joins the API server's stream to the process; TLS ends here where the attachment says so. */
export function forward(stream: Duplex, target: Socket, attachment: Attachment, tls: TLSSocketOptions): void {
  const near = attachment.tls === 'end' ? new TLSSocket(stream, { ...tls, isServer: true }) : stream;
  const end = () => {
    stream.destroy();
    target.destroy();
  };
  for (const side of [near, target]) side.on('error', end).on('close', end);
  near.pipe(target).pipe(near);
}
