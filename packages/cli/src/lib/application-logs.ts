import { CapstanError, EXIT, type KubernetesObject } from '@capstan/base';
import { applicationTree } from '@capstan/core';
import type { KubeClient } from '@capstan/kube';
import type { ApplicationConfiguration } from '@capstan/oam-model';
import { CLI_CODES } from '../codes.ts';
import { componentNodes, withDescendants } from './components-of.ts';

/** A container of one of an application's Pods. */
export interface LogSource {
  readonly pod: string;
  readonly namespace: string;
  readonly container: string;
  readonly component: string;
}

/** What of the logs is wanted. */
export interface LogsInput {
  readonly application: ApplicationConfiguration;
  readonly component?: string | undefined;
  readonly signal: AbortSignal;
}

const POD = { apiVersion: 'v1', kind: 'Pod' } as const;

/**
 * The containers whose logs make up the log of an application, by component and pod. Fails with exit 5 on a cluster that
 * simulates its pods, where nothing writes a log, and where there is no pod yet.
 */
export async function logSources(client: KubeClient, input: LogsInput): Promise<LogSource[]> {
  const { application, component, signal } = input;
  const { name, namespace = '' } = application.metadata;
  const tree = await applicationTree(client, { name, namespace, signal });
  if (tree?.simulated) {
    throw new CapstanError(CLI_CODES.noLogs, `there are no logs: context ${client.context.name} simulates its pods`, {
      hint: 'Nothing runs in them.',
      next: [`capstan status ${name} --tree`, `capstan events ${name}`],
      exit: EXIT.blocked,
    });
  }
  const owners = new Map<string, string>();
  for (const part of tree ? componentNodes(tree.application, application, component) : [])
    for (const node of withDescendants(part)) if (node.kind === POD.kind) owners.set(node.name, part.name);
  const { items } = owners.size > 0 ? await client.list(POD, { namespace, signal }) : { items: [] };
  const pods = new Map(items.map((pod) => [pod.metadata.name, pod]));
  const sources = [...owners].flatMap(([pod, owner]) =>
    containersOf(pods.get(pod)).map((container) => ({ pod, namespace, container, component: owner })),
  );
  if (sources.length > 0) return sources;
  throw new CapstanError(
    CLI_CODES.noLogs,
    `${component ? `component ${component} of ${name}` : `application ${name}`} has no pods`,
    { hint: 'Without a pod there is no log.', next: [`capstan status ${name} --tree`], exit: EXIT.blocked },
  );
}

/** Options of `printLogs`. */
export interface PrintLogsOptions {
  readonly follow: boolean;
  readonly previous: boolean;
  readonly tailLines?: number;
  readonly sinceSeconds?: number;
  readonly timestamps: boolean;
  readonly signal: AbortSignal;
  readonly onLine: (source: LogSource, line: string) => void;
}

/**
 * Reads the logs: those that end one after the other, so that they are not mixed; those that are followed all at once.
 * A container that has no log yet does not keep the others back; when none has one, the first error is thrown.
 */
export async function printLogs(
  client: KubeClient,
  sources: readonly LogSource[],
  options: PrintLogsOptions,
): Promise<readonly { readonly source: LogSource; readonly error: unknown }[]> {
  const { onLine, ...given } = options;
  const failures: { source: LogSource; error: unknown }[] = [];
  const read = async (source: LogSource) => {
    const { pod: name, namespace, container } = source;
    const request = { ...given, container, onLine: (line: string) => onLine(source, line) };
    await client.podLog({ name, namespace }, request).catch((error: unknown) => failures.push({ source, error }));
  };
  if (options.follow) await Promise.all(sources.map(read));
  else for (const source of sources) await read(source);
  const [first] = failures;
  if (first && failures.length === sources.length) throw first.error;
  return failures;
}

function containersOf(pod: KubernetesObject | undefined): string[] {
  const { spec } = (pod ?? {}) as { spec?: { containers?: readonly { name: string }[] } };
  return (spec?.containers ?? []).map(({ name }) => name);
}
