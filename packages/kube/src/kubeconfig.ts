import { readFile } from 'node:fs/promises';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent, type RequestOptions as HttpsOptions } from 'node:https';
import { dirname } from 'node:path';
import { CapstanError, EXIT, messageOf } from '@capstan/base';
import type { KubeConfig } from '@kubernetes/client-node';
import type { ClusterContext } from './client.ts';
import { KUBE_CODES } from './codes.ts';
import type { ClusterTarget } from './target.ts';

/** A kubeconfig is small; anything beyond this is not one. */
const MAX_KUBECONFIG_BYTES = 8 * 1024 * 1024;

/** How requests reach one cluster: its address, and TLS and credentials for each request. */
export interface Connection {
  readonly context: ClusterContext;
  readonly server: URL;
  /** Options for node:http(s): CA, client certificate, agent and authorization headers. May run a credential plugin. */
  options(): Promise<HttpsOptions & { readonly headers: Record<string, string | string[]> }>;
  /** Drops cached credentials. False when they come from no plugin, so that asking again cannot help. */
  renew(): Promise<boolean>;
  close(): void;
}

/** Whom to act as (`--as`, `--as-group`). */
export interface Impersonation {
  readonly as?: string;
  readonly asGroups?: readonly string[];
}

/**
 * Reads the files of a target and selects its context. Errors: CONFIG_INVALID (with line and column where the YAML is
 * wrong), CONTEXT_UNKNOWN (with the names there are).
 */
export async function openConnection(target: ClusterTarget, impersonation: Impersonation = {}): Promise<Connection> {
  let config = await load(target);
  const context = selected(config, target);
  const server = new URL(context.server);
  // Connections that nobody used for a minute are given up: what lies in between may have forgotten them.
  const keepAlive = { keepAlive: true, keepAliveMsecs: 30_000, timeout: 60_000 };
  const agent = server.protocol === 'http:' ? new HttpAgent(keepAlive) : new HttpsAgent(keepAlive);
  return {
    context,
    server,
    async options() {
      const options: HttpsOptions = {};
      await config.applyToHTTPSOptions(options);
      // A proxy needs the library's own agent. Ours keeps connections, and picks up renewed client certificates.
      if (config.getCurrentCluster()?.proxyUrl === undefined) options.agent = agent;
      return { ...options, headers: headersOf(options, server, impersonation) };
    },
    async renew() {
      const user = config.getCurrentUser();
      if (!user?.exec && !user?.authProvider) return false;
      config = await load(target);
      selected(config, target);
      return true;
    },
    close: () => agent.destroy(),
  };
}

function headersOf(
  options: HttpsOptions,
  server: URL,
  { as, asGroups }: Impersonation,
): Record<string, string | string[]> {
  const headers = { ...(options.headers as Record<string, string>) } as Record<string, string | string[]>;
  // As client-go: a bearer token never travels in clear text.
  if (server.protocol === 'http:') delete headers['Authorization'];
  if (as !== undefined) headers['Impersonate-User'] = as;
  if (asGroups !== undefined && asGroups.length > 0) headers['Impersonate-Group'] = [...asGroups];
  return headers;
}

/** Merges the files as kubectl does: the first file that names a cluster, user, context or current context wins. */
async function load(target: ClusterTarget): Promise<KubeConfig> {
  const { KubeConfig } = await import('./client-node.ts');
  const merged = new KubeConfig();
  for (const file of target.files) {
    const one = new KubeConfig();
    parse(one, await read(file), file);
    addMissing(merged, one);
  }
  return merged;
}

function addMissing(merged: KubeConfig, one: KubeConfig): void {
  for (const cluster of one.clusters) {
    if (!merged.getCluster(cluster.name)) merged.addCluster(plainHttpAllowed(cluster));
  }
  for (const user of one.users) if (!merged.getUser(user.name)) merged.addUser(user);
  for (const context of one.contexts) if (!merged.getContextObject(context.name)) merged.addContext(context);
  if (!merged.currentContext && one.currentContext) merged.setCurrentContext(one.currentContext);
}

/** The library refuses http:// unless told to skip TLS checks, of which http has none. */
function plainHttpAllowed<T extends { readonly server: string; readonly skipTLSVerify: boolean }>(cluster: T): T {
  return cluster.server.startsWith('http:') ? { ...cluster, skipTLSVerify: true } : cluster;
}

async function read(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new CapstanError(KUBE_CODES.kubeconfigMissing, `kubeconfig ${file} cannot be read: ${messageOf(cause)}`, {
      exit: EXIT.unreachable,
      cause,
    });
  });
  if (text.length <= MAX_KUBECONFIG_BYTES) return text;
  throw new CapstanError(KUBE_CODES.kubeconfigInvalid, `${file} is too large for a kubeconfig`, { exit: EXIT.usage });
}

function parse(config: KubeConfig, text: string, file: string): void {
  try {
    config.loadFromString(text);
    config.makePathsAbsolute(dirname(file));
  } catch (error) {
    const mark = markOf(error);
    const at = mark ? `${file}:${mark.line}:${mark.column}` : file;
    // Not the library's own message in full: it quotes the file, which holds credentials.
    const reason = mark ? mark.reason : messageOf(error).split('\n')[0];
    throw new CapstanError(KUBE_CODES.kubeconfigInvalid, `${at} is not a valid kubeconfig: ${reason}`, {
      exit: EXIT.usage,
      hint: 'A kubeconfig is a YAML file with clusters, users and contexts.',
      source: mark ? { file, line: mark.line, column: mark.column } : { file },
    });
  }
}

function markOf(error: unknown): { line: number; column: number; reason: string } | undefined {
  if (typeof error !== 'object' || error === null || !('mark' in error) || !('reason' in error)) return undefined;
  const mark = error.mark as { line?: number; column?: number } | undefined;
  if (mark?.line === undefined) return undefined;
  return { line: mark.line + 1, column: (mark.column ?? 0) + 1, reason: String(error.reason) };
}

function selected(config: KubeConfig, target: ClusterTarget): ClusterContext {
  const name = target.context ?? config.currentContext;
  const files = target.files.join(', ');
  const context = name ? config.contexts.find((one) => one.name === name) : undefined;
  if (!context) throw unknownContext(name, config, files);
  config.setCurrentContext(context.name);
  const cluster = config.getCluster(context.cluster);
  if (!cluster) {
    throw new CapstanError(
      KUBE_CODES.kubeconfigInvalid,
      `context "${context.name}" of ${files} names cluster "${context.cluster}", which the file does not have`,
      { exit: EXIT.usage },
    );
  }
  if (!URL.canParse(cluster.server)) {
    throw new CapstanError(
      KUBE_CODES.kubeconfigInvalid,
      `cluster "${cluster.name}" of ${files} has no valid server URL`,
      {
        exit: EXIT.usage,
      },
    );
  }
  // The library applies the cluster's CA only when the context's user exists.
  if (!config.getUser(context.user)) config.addUser({ name: context.user });
  const file = target.files[0];
  return {
    name: context.name,
    server: cluster.server,
    namespace: context.namespace ?? 'default',
    ...(file === undefined ? {} : { file }),
  };
}

function unknownContext(name: string | undefined, config: KubeConfig, files: string): CapstanError {
  const names = config.contexts.map((one) => one.name);
  const message = name ? `${files} has no context "${name}"` : `${files} has no current context`;
  const known = names.length === 0 ? 'The file has no contexts.' : `Contexts there: ${names.slice(0, 20).join(', ')}.`;
  return new CapstanError(KUBE_CODES.contextUnknown, message, {
    hint: name ? known : `Name one with --context. ${known}`,
    exit: EXIT.usage,
    fields: { context: name, contexts: names },
  });
}
