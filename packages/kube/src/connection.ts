import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent, type RequestOptions as HttpsOptions } from 'node:https';
import type { Cluster } from '@kubernetes/client-node';
import type { ClusterContext } from './client.ts';
import { type ExecCluster, type ExecConfig, type ExecCredential, ExecCredentials } from './credentials/exec.ts';
import { type Impersonation, impersonationHeaders } from './credentials/impersonation.ts';
import { TokenFile } from './credentials/token-file.ts';
import { type LoadedKubeconfig, loadKubeconfig } from './kubeconfig.ts';
import type { ClusterTarget } from './target.ts';

/** How requests reach one cluster: its address, and TLS and credentials for each request. */
export interface Connection {
  readonly context: ClusterContext;
  readonly server: URL;
  /** Resolves when credentials are at hand. A program that asks its user for them may take as long as the user does. */
  ready(): Promise<void>;
  /** Options for node:http(s): CA, client certificate, agent and authorization headers. */
  options(): Promise<HttpsOptions & { readonly headers: Record<string, string | string[]> }>;
  /** Drops cached credentials. False when asking for them again cannot help. */
  renew(): Promise<boolean>;
  close(): void;
}

/** Where a user's credentials come from, beside what stands in the kubeconfig itself. */
interface Source {
  ready(): Promise<unknown>;
  apply(options: HttpsOptions): Promise<void>;
  renew(): void;
}

/** Opens the connection of a target's context. Rejects as `loadKubeconfig` does. */
export async function openConnection(target: ClusterTarget, impersonation: Impersonation = {}): Promise<Connection> {
  let loaded = await loadKubeconfig(target);
  let source = sourceOf(loaded);
  const { context } = loaded;
  const server = new URL(context.server);
  const acting = impersonationHeaders(impersonation, loaded.config.getCurrentUser()?.impersonateUser, loaded.extras);
  // Connections that nobody used for a minute are given up: what lies in between may have forgotten them.
  const keepAlive = { keepAlive: true, keepAliveMsecs: 30_000, timeout: 60_000 };
  const agent = server.protocol === 'http:' ? new HttpAgent(keepAlive) : new HttpsAgent(keepAlive);
  return {
    context,
    server,
    ready: async () => {
      await source?.ready();
    },
    async options() {
      const { config } = loaded;
      const options: HttpsOptions = {};
      await config.applyToHTTPSOptions(options);
      // A proxy needs the library's own agent. Ours keeps connections, and picks up renewed client certificates.
      if (!config.getCurrentCluster()?.proxyUrl) options.agent = agent;
      await source?.apply(options);
      const headers = { ...(options.headers as Record<string, string>), ...acting };
      // As client-go: a bearer token never travels in clear text.
      if (server.protocol === 'http:') delete headers['Authorization'];
      return { ...options, headers };
    },
    async renew() {
      source?.renew();
      if (source) return true;
      if (!loaded.config.getCurrentUser()?.authProvider) return false;
      loaded = await loadKubeconfig(target);
      source = sourceOf(loaded);
      return true;
    },
    close: () => agent.destroy(),
  };
}

/** The same server for somebody else: nothing of the other's credentials is sent, only this bearer token. */
export function withToken(connection: Connection, token: string): Connection {
  const { context, server } = connection;
  return {
    context,
    server,
    ready: async () => {},
    async options() {
      // Node keeps connections apart by the certificates that were shown on them, so the agent can be shared.
      const { cert: _, key: _key, pfx: _pfx, passphrase: _phrase, auth: _auth, ...rest } = await connection.options();
      return { ...rest, headers: server.protocol === 'http:' ? {} : { Authorization: `Bearer ${token}` } };
    },
    renew: async () => false,
    close: () => {},
  };
}

/** A token file, or the credential program of a user without a token; the library never sees the program. */
function sourceOf({ config, extras, userFile }: LoadedKubeconfig): Source | undefined {
  const user = config.getCurrentUser();
  if (extras.tokenFile !== undefined) return fileSource(new TokenFile(extras.tokenFile));
  if (!user?.exec) return undefined;
  const { exec, ...rest } = user;
  config.users = config.users.map((each) => (each === user ? rest : each));
  if (user.token || user.username) return undefined;
  const cluster = execCluster(config.getCurrentCluster());
  return programSource(new ExecCredentials(exec as ExecConfig, userFile, cluster));
}

function fileSource(file: TokenFile): Source {
  return {
    ready: () => file.token(),
    apply: async (options) => authorize(options, await file.token()),
    renew: () => file.renew(),
  };
}

function programSource(program: ExecCredentials): Source {
  // What a request was made ready with is good for it, however soon it ends.
  let latest: ExecCredential | undefined;
  const obtain = async () => {
    latest = await program.credential();
    return latest;
  };
  return {
    ready: obtain,
    async apply(options) {
      const { token, certificate, key } = latest ?? (await obtain());
      if (token !== undefined) authorize(options, token);
      if (certificate !== undefined && key !== undefined) Object.assign(options, { cert: certificate, key });
    },
    renew() {
      latest = undefined;
      program.renew();
    },
  };
}

function authorize(options: HttpsOptions, token: string): void {
  options.headers = { ...(options.headers as Record<string, string>), Authorization: `Bearer ${token}` };
}

function execCluster(cluster: Cluster | null): ExecCluster {
  const { server = '', tlsServerName, skipTLSVerify, caData, proxyUrl } = cluster ?? {};
  return {
    server,
    ...(tlsServerName ? { 'tls-server-name': tlsServerName } : {}),
    ...(skipTLSVerify ? { 'insecure-skip-tls-verify': true } : {}),
    ...(caData ? { 'certificate-authority-data': caData } : {}),
    ...(proxyUrl ? { 'proxy-url': proxyUrl } : {}),
  };
}
