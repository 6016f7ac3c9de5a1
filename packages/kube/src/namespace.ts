import { isCapstanError, type KubernetesObject } from '@capstan/base';
import type { KubeClient } from './client.ts';
import { KUBE_CODES } from './codes.ts';
import { waitFor } from './wait.ts';

/** Options of `ensureNamespace`. */
export interface NamespaceOptions {
  readonly labels?: Readonly<Record<string, string>>;
  /** How long to wait for a namespace of this name that is being deleted. Default 60 s. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** Makes sure that a namespace exists. True when it had to be created; an existing one is left as it is. */
export async function ensureNamespace(
  client: KubeClient,
  name: string,
  options: NamespaceOptions = {},
): Promise<boolean> {
  const { labels, timeoutMs = 60_000, signal } = options;
  const reference = { apiVersion: 'v1', kind: 'Namespace', name };
  const aborts = signal ? { signal } : {};
  const before = await client.get(reference, aborts);
  if (before && !before.metadata.deletionTimestamp) return false;
  if (before) {
    const usable = (now: KubernetesObject | undefined) => !now?.metadata.deletionTimestamp;
    await waitFor(client, reference, usable, { timeoutMs, goal: 'gone', ...aborts });
  }
  try {
    const metadata = { name, ...(labels ? { labels: { ...labels } } : {}) };
    await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata }, aborts);
    return true;
  } catch (error) {
    if (isCapstanError(error, KUBE_CODES.conflict)) return false;
    throw error;
  }
}
