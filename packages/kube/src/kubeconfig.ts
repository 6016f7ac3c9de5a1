import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CapstanError, EXIT, messageOf } from '@capstan/base';
import type { KubeConfig } from '@kubernetes/client-node';
import type { ClusterContext } from './client.ts';
import { KUBE_CODES } from './codes.ts';
import { readUserExtras, type UserExtras } from './credentials/user-extras.ts';
import type { ClusterTarget } from './target.ts';

/** A kubeconfig is small; anything beyond this is not one. */
const MAX_KUBECONFIG_BYTES = 8 * 1024 * 1024;

/** Kubeconfigs merged, with one context selected. */
export interface LoadedKubeconfig {
  readonly config: KubeConfig;
  readonly context: ClusterContext;
  /** What the selected user has beside what the library knows. */
  readonly extras: UserExtras;
  /** The file that the selected user came from; empty within a cluster. */
  readonly userFile: string;
}

/**
 * Reads the files of a target and selects its context; without files, what a pod finds in its container. Errors:
 * CONFIG_INVALID (with line and column where the YAML is wrong), CONTEXT_UNKNOWN (with the names there are).
 */
export async function loadKubeconfig(target: ClusterTarget): Promise<LoadedKubeconfig> {
  if (target.origin === 'in-cluster') return withinCluster(target);
  const { KubeConfig } = await import('./client-node.ts');
  const merged = new KubeConfig();
  const users = new Map<string, { readonly extras: UserExtras; readonly file: string }>();
  for (const file of target.files) {
    const one = new KubeConfig();
    const text = await read(file);
    parse(one, text, file);
    const extras = await readUserExtras(text, file);
    for (const { name } of one.users) if (!users.has(name)) users.set(name, { extras: extras.get(name) ?? {}, file });
    addMissing(merged, one);
  }
  const context = selected(merged, target);
  const user = users.get(merged.getCurrentUser()?.name ?? '');
  return { config: merged, context, extras: user?.extras ?? {}, userFile: user?.file ?? '' };
}

/** The service account of a pod. Its token is replaced in its file from time to time. */
async function withinCluster(target: ClusterTarget): Promise<LoadedKubeconfig> {
  const { KubeConfig } = await import('./client-node.ts');
  const config = new KubeConfig();
  config.loadFromCluster();
  const [user] = config.users;
  const tokenFile: unknown = user?.authProvider?.config?.tokenFile;
  config.users = user ? [{ name: user.name }] : [];
  const extras = typeof tokenFile === 'string' ? { tokenFile } : {};
  return { config, context: selected(config, target), extras, userFile: '' };
}

/** Merges as kubectl does: the first file that names a cluster, user, context or current context wins. */
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
