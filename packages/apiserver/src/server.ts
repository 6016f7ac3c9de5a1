import { randomBytes } from 'node:crypto';
import { Access } from './access/access.ts';
import { forbiddenRequest } from './access/authorizer.ts';
import { writeBootstrapRoles } from './access/bootstrap.ts';
import { builtinResources } from './builtin/resources.ts';
import { Discovery } from './discovery/discovery.ts';
import { createHandler } from './http/handler.ts';
import { Health } from './http/health.ts';
import { listen } from './http/listen.ts';
import type { ApiServer, ApiServerOptions, KeyPair } from './model/options.ts';
import { ResourceRegistry } from './model/registry.ts';
import type { RequestAttributes, UserInfo } from './model/request.ts';
import { createAuthority, createServerCertificate } from './pki/certificate.ts';
import { admissionChain } from './resources/admission.ts';
import { writeBootstrapObjects } from './resources/bootstrap.ts';
import { type PipelineParts, timestamp } from './resources/parts.ts';
import { Pipeline } from './resources/pipeline.ts';
import type { VirtualAnswers } from './resources/virtual.ts';
import { createMemoryStore } from './storage/memory.ts';
import { WatchHub } from './watch/hub.ts';

const ADMINISTRATOR: UserInfo = { username: 'admin', groups: ['system:masters'] };

/**
 * Starts an API server on loopback. Rejects where the port is taken, the data directory is in use or a certificate cannot
 * be read. It serves until `close` is called.
 */
export async function startApiServer(options: ApiServerOptions = {}): Promise<ApiServer> {
  const now = options.now ?? Date.now;
  const store = createMemoryStore();
  const registry = new ResourceRegistry(builtinResources());
  const { tls, clientCa } = certificates(options);
  const { tokens, token } = usersOf(options);
  writeBootstrapRoles(store, timestamp({ now }));
  writeBootstrapObjects(store, timestamp({ now }));
  const serviceAccountKey = options.serviceAccountKey !== undefined && { serviceAccountKey: options.serviceAccountKey };
  const access = new Access({ store, tokens, now, ...serviceAccountKey });
  const hub = new WatchHub(store);
  let address = '127.0.0.1';
  const parts: PipelineParts = {
    store,
    registry,
    admission: admissionChain([]),
    fieldManagers: { update: (_write, next) => next, apply: (_write, next) => next },
    now,
    virtual: virtualAnswers(access, now),
    authorize: (attributes) => authorize(access, attributes),
  };
  const discovery = new Discovery({ registry, serverAddress: () => address });
  const handle = createHandler({
    hub,
    registry,
    now,
    operations: new Pipeline(parts),
    access,
    discovery,
    health: new Health([{ name: 'ping', check: () => {} }]),
    routes: [],
    onDefect: (error, method, path) =>
      options.log?.({ level: 'error', message: 'defect', method, path, error: describe(error) }),
  });
  const listener = await listen({ port: options.port ?? 0, tls, clientCa, handle });
  const url = `https://127.0.0.1:${listener.port}`;
  address = `127.0.0.1:${listener.port}`;
  let closing: Promise<void> | undefined;
  const close = async () => {
    hub.close();
    await listener.close();
    access.close();
    store.close();
  };
  return {
    url,
    port: listener.port,
    ca: tls.ca,
    token,
    kubeconfig: (context = 'embedded') => kubeconfig(context, url, tls.ca, token),
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

function virtualAnswers(access: Access, now: () => number): VirtualAnswers {
  return ({ target, name, body, caller }) => {
    const { namespace } = target;
    if (target.subresource === 'token') return access.requestToken({ namespace, name, body, now: now() });
    const { resource } = target.resource;
    return access.review({ user: caller.user, resource, namespace, body, now: timestamp({ now }) });
  };
}

function authorize(access: Access, attributes: RequestAttributes): void {
  const decision = access.authorize(attributes);
  if (!decision.allowed) throw forbiddenRequest(attributes, decision.reason);
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
