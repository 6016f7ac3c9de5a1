import { randomBytes } from 'node:crypto';
import { type Assembly, assemble } from './assembly.ts';
import { Discovery } from './discovery/discovery.ts';
import { aggregationRoute } from './http/aggregation-route.ts';
import { createHandler } from './http/handler.ts';
import { Health, type HealthCheck } from './http/health.ts';
import { listen } from './http/listen.ts';
import { openApiRoute } from './http/openapi-route.ts';
import { openIdRoute } from './http/openid-route.ts';
import type { ApiServer, ApiServerOptions, KeyPair } from './model/options.ts';
import type { UserInfo } from './model/request.ts';
import { OpenApi } from './openapi/openapi.ts';
import { createAuthority, createServerCertificate } from './pki/certificate.ts';
import { writeOwnService } from './resources/bootstrap.ts';
import { timestamp } from './resources/parts.ts';
import type { Store } from './storage/store.ts';

const ADMINISTRATOR: UserInfo = { username: 'admin', groups: ['system:masters'] };
const DEFAULT_CONTEXT = 'embedded';

/**
 * Starts an API server on loopback. Rejects where the port is taken, the data directory is in use or a certificate cannot
 * be read. It serves until `close` is called.
 */
export async function startApiServer(options: ApiServerOptions = {}): Promise<ApiServer> {
  return (await startServer(options)).server;
}

/** A running server, and what it is made of. */
export interface RunningServer {
  readonly server: ApiServer;
  readonly assembly: Assembly;
}

/** As `startApiServer`, for callers of this package who reach inside. */
export async function startServer(options: ApiServerOptions): Promise<RunningServer> {
  const { tls, clientCa } = certificates(options);
  const { tokens, token } = usersOf(options);
  const assembly = await assemble(options, { tokens, clientCa });
  const { registry, aggregator, outbound, now, store } = assembly;
  let address = '127.0.0.1';
  let closing: Promise<void> | undefined;
  const discovery = new Discovery({ registry, serverAddress: () => address, remote: aggregator });
  const handle = createHandler({
    ...assembly,
    discovery,
    health: new Health(healthChecks(store, () => closing !== undefined)),
    routes: [
      aggregationRoute(aggregator, { outbound, client: options.proxyClient }),
      openApiRoute(new OpenApi(registry), now),
      openIdRoute(assembly.access, () => address),
    ],
    onDefect: (error, method, path) => {
      options.log?.({ level: 'error', message: 'defect', method, path, error: describe(error) });
    },
  });
  const listener = await listen({ port: options.port ?? 0, tls, clientCa, handle }).catch((error: unknown) => {
    assembly.close();
    throw error;
  });
  writeOwnService(store, listener.port, timestamp({ now }));
  const url = `https://127.0.0.1:${listener.port}`;
  address = `127.0.0.1:${listener.port}`;
  const close = async () => {
    assembly.hub.close();
    await listener.close();
    assembly.close();
  };
  const server: ApiServer = {
    url,
    port: listener.port,
    ca: tls.ca,
    token,
    kubeconfig: (context = DEFAULT_CONTEXT) => kubeconfig(context, url, tls.ca, token),
    close: () => {
      closing ??= close();
      return closing;
    },
  };
  return { server, assembly };
}

/** Names as the real server has them; the store stands for etcd. */
function healthChecks(store: Store, isClosing: () => boolean): HealthCheck[] {
  return [
    { name: 'ping', check: () => {} },
    { name: 'log', check: () => {} },
    {
      name: 'etcd',
      check() {
        if (store.count('namespaces.') === 0) throw new Error('the store has lost its objects');
      },
    },
    {
      name: 'shutdown',
      readyOnly: true,
      check() {
        if (isClosing()) throw new Error('the server is closing');
      },
    },
  ];
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function certificates(options: ApiServerOptions): { tls: KeyPair & { ca: string }; clientCa: string } {
  if (options.tls && options.clientCa !== undefined) return { tls: options.tls, clientCa: options.clientCa };
  const authority = createAuthority('capstan-embedded');
  const ca = authority.certificate;
  const tls = options.tls ?? { ...createServerCertificate(authority, ['localhost', '127.0.0.1']), ca };
  return { tls, clientCa: options.clientCa ?? ca };
}

function usersOf(options: ApiServerOptions): { tokens: ReadonlyMap<string, UserInfo>; token: string } {
  if (!options.tokens) {
    const token = randomBytes(32).toString('hex');
    return { token, tokens: new Map([[token, ADMINISTRATOR]]) };
  }
  for (const [token, user] of options.tokens)
    if (user.groups.includes('system:masters')) return { tokens: options.tokens, token };
  return { tokens: options.tokens, token: '' };
}

/** A kubeconfig with one context; JSON is YAML too. */
function kubeconfig(context: string, server: string, ca: string, token: string): string {
  const cluster = { server, 'certificate-authority-data': Buffer.from(ca).toString('base64') };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: context, cluster }],
    users: [{ name: context, user: { token } }],
    contexts: [{ name: context, context: { cluster: context, user: context } }],
    'current-context': context,
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
