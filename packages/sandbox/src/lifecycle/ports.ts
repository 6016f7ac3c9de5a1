import { createServer } from 'node:net';
import { CapstanError } from '@capstan/base';
import { SANDBOX_CODES } from '../codes.ts';

/** What is known of the port before a start. */
export interface PortWish {
  /** Asked for by the user: nothing else will do. */
  readonly asked?: number | undefined;
  /** Used the last time: kept when it is free, so that kubeconfigs stay valid. */
  readonly remembered?: number | undefined;
}

/** The port to use; `instead` names the remembered port that was busy. */
export interface PortChoice {
  readonly port: number;
  readonly insteadOf?: number;
}

/**
 * A loopback port that is free now. Fails with CAPSTAN_SANDBOX_PORT_BUSY only for a port that was asked for.
 * Between this check and the server's start another program may take the port: the server then ends with a message of
 * its own.
 */
export async function choosePort(wish: PortWish): Promise<PortChoice> {
  if (wish.asked !== undefined) {
    if (await isFree(wish.asked)) return { port: wish.asked };
    throw new CapstanError(SANDBOX_CODES.portBusy, `Port ${wish.asked} on 127.0.0.1 is in use by another program`, {
      hint: 'Stop that program, choose another port, or leave the port out to get a free one.',
      fields: { port: wish.asked },
    });
  }
  if (wish.remembered !== undefined) {
    if (await isFree(wish.remembered)) return { port: wish.remembered };
    return { port: await freePort(), insteadOf: wish.remembered };
  }
  return { port: await freePort() };
}

/** Whether a server could listen there. */
export async function isFree(port: number): Promise<boolean> {
  try {
    await listenOnce(port);
    return true;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EADDRINUSE' || code === 'EACCES') return false;
    throw error;
  }
}

function freePort(): Promise<number> {
  return listenOnce(0);
}

function listenOnce(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => {
      const address = server.address();
      const got = typeof address === 'object' && address !== null ? address.port : port;
      server.close(() => resolve(got));
    });
  });
}
