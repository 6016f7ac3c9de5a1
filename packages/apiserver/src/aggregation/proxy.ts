import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { KeyPair } from '../model/options.ts';
import type { UserInfo } from '../model/request.ts';
import type { Outbound } from '../outbound/outbound.ts';
import type { RemoteService } from './aggregator.ts';

/** Hop-by-hop headers (RFC 9110 7.6.1), the caller's own credentials, and what HTTP/2 adds. */
const NOT_PASSED_ON = new Set([
  'authorization',
  'connection',
  'content-length',
  'host',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
const HEAD_MS = 60_000;

/**
 * Passes a request on to the server behind an APIService, as the user who was authenticated here, and its answer back as
 * it comes, watches included (kube-aggregator handler_proxy.go). Answers 503 when the server is not available.
 */
export async function proxyToService(
  remote: RemoteService,
  exchange: { readonly request: IncomingMessage; readonly response: ServerResponse; readonly user: UserInfo },
  parts: { readonly outbound: Outbound; readonly client?: KeyPair | undefined },
  body: Buffer,
): Promise<void> {
  const { request, response, user } = exchange;
  if (!remote.available) return refuse(response, 503, 'service unavailable');
  const headers = passedOn(request.headers);
  let answer: IncomingMessage;
  try {
    answer = await parts.outbound.open(remote.config, {
      method: request.method ?? 'GET',
      path: request.url ?? '/',
      headers: { ...headers, ...userHeaders(user) },
      ...(body.length > 0 && { body }),
      timeoutMs: HEAD_MS,
      client: parts.client,
    });
  } catch (error) {
    return refuse(response, 503, `error trying to reach service: ${(error as Error).message}`);
  }
  response.writeHead(answer.statusCode ?? 502, passedOn(answer.headers));
  // Either side may go away in the middle: the other one is then ended too.
  await pipeline(answer, response).catch(() => {});
}

/** How an aggregated server learns who calls (request header authentication). */
function userHeaders({ username, uid, groups, extra = {} }: UserInfo): Record<string, string | string[]> {
  const extras = Object.entries(extra).map(([key, values]) => [
    `x-remote-extra-${encodeURIComponent(key.toLowerCase())}`,
    [...values],
  ]);
  return {
    'x-remote-user': username,
    ...(uid && { 'x-remote-uid': uid }),
    'x-remote-group': [...groups],
    ...Object.fromEntries(extras),
  };
}

function passedOn(headers: IncomingMessage['headers']): Record<string, string | string[]> {
  const kept = Object.entries(headers).filter(
    ([name, value]) =>
      value !== undefined && !name.startsWith(':') && !name.startsWith('x-remote-') && !NOT_PASSED_ON.has(name),
  );
  return Object.fromEntries(kept) as Record<string, string | string[]>;
}

function refuse(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' });
  response.end(`${text}\n`);
}
