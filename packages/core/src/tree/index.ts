import { type KindReference, referenceTo } from '@capstan/base';
import { clusterFacts, type KubeClient } from '@capstan/kube';
import { type ApplicationConfiguration, OAM_API_VERSION } from '@capstan/oam-model';
import { objectKey } from '../application/names.ts';
import { buildTree, selectorOf } from './build.ts';
import type { ApplicationTree } from './model.ts';

export type { ApplicationTree, TreeNode } from './model.ts';

/** Which application. */
export interface TreeInput {
  readonly name: string;
  readonly namespace: string;
  readonly signal?: AbortSignal;
}

/** Kinds that other controllers make below ours: found by the pods' labels. */
const LABELLED: readonly KindReference[] = [
  { apiVersion: 'apps/v1', kind: 'ReplicaSet' },
  { apiVersion: 'v1', kind: 'Pod' },
];

/** Kinds that carry no label of ours: found by their owner. */
const OWNED: readonly KindReference[] = [{ apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler' }];

/** The application with everything that belongs to it, or undefined when there is no such application. Reads only. */
export async function applicationTree(client: KubeClient, input: TreeInput): Promise<ApplicationTree | undefined> {
  const { name, namespace, signal } = input;
  const options = signal ? { signal } : {};
  const reference = { apiVersion: OAM_API_VERSION, kind: 'ApplicationConfiguration', name, namespace };
  const application = (await client.get(reference, options)) as ApplicationConfiguration | undefined;
  if (!application) return undefined;
  const list = async (kind: KindReference, labelSelector?: string) =>
    (await client.list(kind, { namespace, ...options, ...(labelSelector ? { labelSelector } : {}) })).items;
  const [facts, inventory, ...descendants] = await Promise.all([
    clusterFacts(client),
    Promise.all((application.status?.inventory ?? []).map((entry) => client.get(entry, options))),
    ...LABELLED.map((kind) => list(kind, selectorOf(name))),
    ...OWNED.map((kind) => list(kind)),
  ]);
  const live = inventory.flatMap((object) => object ?? []);
  return buildTree({
    application,
    live: new Map(live.map((object) => [objectKey(referenceTo(object)), object])),
    descendants: descendants.flat(),
    simulated: facts.simulated,
  });
}
