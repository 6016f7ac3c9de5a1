import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent, createServer, request as httpsRequest } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@capstan/base';
import { createAuthority } from '@capstan/kube/pki';
import { parse, stringify } from 'yaml';
import {
  type Fault,
  type FaultAction,
  FaultList,
  type InjectedFault,
  type ProxiedRequest,
  statusObject,
} from './faults.ts';

/** A proxy in front of an API server that can do what networks and busy servers do. */
export interface FaultProxy {
  /** Kubeconfig of the way through the proxy: the original's context and user, the proxy's address and authority. */
  readonly kubeconfig: string;
  /** Everything that was asked through the proxy so far. */
  readonly requests: readonly ProxiedRequest[];
  /** Puts a fault in force for the next requests that match. Of several that match the first injected one is taken. */
  inject(fault: Fault): InjectedFault;
  /** Breaks the connections of requests that are being answered now, such as watches; returns how many. */
  cut(match?: (request: ProxiedRequest) => boolean): number;
  stop(): Promise<void>;
}

interface Upstream {
  readonly server: URL;
  readonly ca: string;
}

/**
 * Starts a proxy for the current context of a kubeconfig, over HTTPS on loopback. The user must log in with a token: a
 * client certificate would end at the proxy.
 */
export async function startFaultProxy(options: { readonly kubeconfig: string }): Promise<FaultProxy> {
  const config = parse(await readFile(options.kubeconfig, 'utf8'));
  const cluster = clusterOf(config);
  const upstream: Upstream = {
    server: new URL(cluster['server'] as string),
    ca: Buffer.from(cluster['certificate-authority-data'] as string, 'base64').toString('utf8'),
  };
  const authority = await createAuthority('fault-proxy-ca');
  const leaf = await authority.issue({ commonName: 'fault-proxy', names: ['127.0.0.1'], usage: 'server' });
  const proxy = new FaultyWay(upstream);
  const server = createServer({ cert: leaf.certificate, key: leaf.key }, (request, response) => {
    void proxy.handle(request, response);
  });
  server.on('connection', (connection) => proxy.accept(connection as Socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  cluster['server'] = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  cluster['certificate-authority-data'] = Buffer.from(authority.certificate).toString('base64');
  const directory = await mkdtemp(join(tmpdir(), 'capstan-proxy-'));
  const kubeconfig = join(directory, 'kubeconfig');
  await writeFile(kubeconfig, stringify(config), { mode: 0o600 });
  return {
    kubeconfig,
    requests: proxy.requests,
    inject: (fault) => proxy.faults.add(fault),
    cut: (match) => proxy.cut(match),
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      proxy.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

class FaultyWay {
  readonly requests: ProxiedRequest[] = [];
  readonly faults = new FaultList();
  readonly #upstream: Upstream;
  readonly #agent: Agent;
  readonly #connections = new Map<number | undefined, Socket>();
  readonly #open = new Map<ServerResponse, ProxiedRequest>();

  constructor(upstream: Upstream) {
    this.#upstream = upstream;
    this.#agent = new Agent({ keepAlive: true, ca: upstream.ca });
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname: path, searchParams: query } = new URL(request.url ?? '/', this.#upstream.server);
    const asked: ProxiedRequest = { method: request.method ?? 'GET', path, query };
    this.requests.push(asked);
    this.#open.set(response, asked);
    response.on('close', () => this.#open.delete(response));
    const action = this.faults.take(asked);
    if (action?.type === 'slow') await systemClock.sleep(action.ms);
    if (action?.type === 'hold') await action.until;
    if (response.destroyed) return;
    if (action?.type === 'status') refuse(response, action);
    else if (action?.type === 'reset') this.#reset(response);
    else if (action?.type === 'watch-expired') expire(response);
    else this.#forward(request, response, action);
  }

  cut(match: (request: ProxiedRequest) => boolean = () => true): number {
    const hit = [...this.#open].filter(([, asked]) => match(asked));
    for (const [response] of hit) this.#reset(response);
    return hit.length;
  }

  /** Remembers a connection below TLS, because only that one can be reset. */
  accept(connection: Socket): void {
    const { remotePort } = connection;
    this.#connections.set(remotePort, connection);
    connection.on('close', () => this.#connections.delete(remotePort));
  }

  close(): void {
    this.#agent.destroy();
  }

  #reset(response: ServerResponse): void {
    this.#connections.get(response.socket?.remotePort)?.resetAndDestroy();
  }

  #forward(request: IncomingMessage, response: ServerResponse, action: FaultAction | undefined): void {
    const { method, headers, url } = request;
    const { hostname, port } = this.#upstream.server;
    const options = {
      hostname,
      port,
      path: url,
      method,
      agent: this.#agent,
      headers: { ...headers, host: `${hostname}:${port}` },
    };
    const sent = httpsRequest(options, (answer) => {
      if (action?.type === 'lose-response') {
        answer.resume();
        this.#reset(response);
        return;
      }
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      // The header of a watch must not wait for its first event.
      response.flushHeaders();
      answer.pipe(response);
      answer.on('error', () => this.#reset(response));
    });
    sent.on('error', () => this.#reset(response));
    response.on('close', () => sent.destroy());
    request.pipe(sent);
  }
}

function refuse(response: ServerResponse, { status, retryAfterSeconds }: FaultAction & { type: 'status' }): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    ...(retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) }),
  });
  response.end(JSON.stringify(statusObject(status)));
}

function expire(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify({ type: 'ERROR', object: statusObject(410) })}\n`);
}

function clusterOf(config: Record<string, unknown>): Record<string, unknown> {
  const contexts = config['contexts'] as { name: string; context: { cluster: string } }[];
  const clusters = config['clusters'] as { name: string; cluster: Record<string, unknown> }[];
  const context = contexts.find(({ name }) => name === config['current-context']);
  const found = clusters.find(({ name }) => name === context?.context.cluster);
  if (found === undefined) throw new Error('the kubeconfig has no current context with a cluster');
  return found.cluster;
}
