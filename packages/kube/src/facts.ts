import { isCapstanError } from '@capstan/base';
import type { KubeClient } from './client.ts';
import { KUBE_CODES } from './codes.ts';

/** What there is to know about a cluster before anything is installed. */
export interface ClusterFacts {
  /** gitVersion, `v1.35.4`. */
  readonly version: string;
  /** Pods do not really run. */
  readonly simulated: boolean;
  /** Why `simulated` is what it is, for people. */
  readonly reason: string;
  /** CPU architectures of the nodes, sorted. */
  readonly arch: readonly string[];
  /** Operating systems of the nodes, sorted. */
  readonly os: readonly string[];
  readonly nodes: number;
}

/** kwok marks its nodes with this annotation, value `fake`. */
const KWOK_ANNOTATION = 'kwok.x-k8s.io/node';

/**
 * Reads version and nodes. Simulated means that the version says `+sim`, or that there are nodes and all of them are kwok's.
 * Who may not list nodes gets `simulated: false` with that as the reason.
 */
export async function clusterFacts(client: KubeClient): Promise<ClusterFacts> {
  const [{ gitVersion: version }, nodes] = await Promise.all([client.version(), nodesOf(client)]);
  const [arch, os] = [namesOf(nodes?.map((node) => node.arch)), namesOf(nodes?.map((node) => node.os))];
  const facts = { version, arch, os, nodes: nodes?.length ?? 0 };
  if (version.includes('+sim')) return { ...facts, simulated: true, reason: `the API server's version is ${version}` };
  if (nodes === undefined) return { ...facts, simulated: false, reason: 'the nodes may not be listed' };
  const fake = nodes.filter((node) => node.fake).length;
  if (fake > 0 && fake === nodes.length)
    return { ...facts, simulated: true, reason: 'all nodes are simulated by kwok' };
  return { ...facts, simulated: false, reason: nodes.length === 0 ? 'there are no nodes' : 'there are real nodes' };
}

function namesOf(names: readonly string[] = []): string[] {
  return [...new Set(names.filter((name) => name !== ''))].sort();
}

async function nodesOf(client: KubeClient): Promise<{ arch: string; os: string; fake: boolean }[] | undefined> {
  try {
    const { items } = await client.list({ apiVersion: 'v1', kind: 'Node' });
    return items.map((node) => {
      const { nodeInfo } = (node['status'] ?? {}) as { nodeInfo?: { architecture?: string; operatingSystem?: string } };
      const { architecture: arch = '', operatingSystem: os = '' } = nodeInfo ?? {};
      return { arch, os, fake: node.metadata.annotations?.[KWOK_ANNOTATION] === 'fake' };
    });
  } catch (error) {
    if (isCapstanError(error, KUBE_CODES.forbidden)) return undefined;
    throw error;
  }
}
