import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CapstanError, EXIT } from '@capstan/base';
import { OPERATOR_CODES } from '../codes.ts';

/** Where a server listens. Without a host on every address of the machine, as in Go. */
export interface ListenAddress {
  readonly host?: string;
  /** 0: any that is free. */
  readonly port: number;
}

/**
 * Reads `host:port`, `[v6]:port` or `:port`; undefined for '' and '0', which turn a server off. Rejects anything else with
 * CAPSTAN_OPERATOR_ADDRESS_INVALID (exit 2).
 */
export function parseAddress(flag: string, text: string): ListenAddress | undefined {
  if (text === '' || text === '0') return undefined;
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9.-]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (!match || port > 65_535) {
    throw new CapstanError(OPERATOR_CODES.addressInvalid, `${flag}: "${text}" is not an address`, {
      hint: 'Write HOST:PORT, for instance 127.0.0.1:8080; :8080 listens on every address, an empty text on none.',
      exit: EXIT.usage,
    });
  }
  const host = match[1] ?? match[2];
  return host ? { host, port } : { port };
}

/** Listens, and gives the port. Rejects with CAPSTAN_OPERATOR_ADDRESS_IN_USE (exit 5) when the address cannot be had. */
export async function listen(server: Server, address: ListenAddress): Promise<number> {
  const { host, port } = address;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, ...(host ? { host } : {}) }, () => {
      server.off('error', reject);
      resolve();
    });
  }).catch((cause: Error) => {
    throw new CapstanError(OPERATOR_CODES.addressInUse, `cannot listen on ${host ?? ''}:${port}: ${cause.message}`, {
      hint: 'Another program listens there, or the address is not one of this machine.',
      exit: EXIT.blocked,
      cause,
    });
  });
  return (server.address() as AddressInfo).port;
}

/** Takes no new connections, ends the idle ones, and resolves when the last request was answered or the time is over. */
export async function closeServer(server: Server, graceMs = 2000): Promise<void> {
  if (!server.listening) return;
  const timer = setTimeout(() => server.closeAllConnections(), graceMs);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
  clearTimeout(timer);
}
