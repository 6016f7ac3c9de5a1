import { isCapstanError, type KindReference, type KubernetesObject, referenceTo } from '@capstan/base';
import { clusterFacts, KUBE_CODES, type KubeClient } from '@capstan/kube';
import {
  type ApplicationConfiguration,
  isWorkloadDefinition,
  OAM_API_VERSION,
  OAM_LABELS,
  resourceNameOf,
} from '@capstan/oam-model';
import { childrenFollowing } from '../application/children.ts';
import { type Following, followingKey } from '../application/followings.ts';
import { needsContribution } from '../application/lookup.ts';
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

const WORKLOAD_DEFINITION: KindReference = { apiVersion: OAM_API_VERSION, kind: 'WorkloadDefinition' };

/** Kinds that carry no label of ours: found by their owner. */
const OWNED: readonly KindReference[] = [{ apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler' }];

/**
 * The application with everything that belongs to it, or undefined when there is no such application. Reads only. What
 * the caller may not read is shown as such; the application itself must be readable.
 */
export async function applicationTree(client: KubeClient, input: TreeInput): Promise<ApplicationTree | undefined> {
  const { name, namespace, signal } = input;
  const options = signal ? { signal } : {};
  const reference = { apiVersion: OAM_API_VERSION, kind: 'ApplicationConfiguration', name, namespace };
  const application = (await client.get(reference, options)) as ApplicationConfiguration | undefined;
  if (!application) return undefined;
  const list = async (kind: KindReference, labelSelector?: string): Promise<readonly KubernetesObject[]> => {
    const found = client.list(kind, { namespace, ...options, ...(labelSelector ? { labelSelector } : {}) });
    return (await unlessForbidden(found))?.items ?? [];
  };
  const entries = application.status?.inventory ?? [];
  const [facts, inventory, ...descendants] = await Promise.all([
    clusterFacts(client),
    Promise.all(entries.map((entry) => unlessForbidden(client.get(entry, options), HIDDEN))),
    ...LABELLED.map((kind) => list(kind, selectorOf(name))),
    ...OWNED.map((kind) => list(kind)),
  ]);
  const live = inventory.flatMap((object) => (object === HIDDEN ? [] : (object ?? [])));
  const made = await Promise.all(
    (await childSelections(client, live, options)).map(({ kind, selection }) => list(kind, selection.labelSelector)),
  );
  const unlabelled = await Promise.all(
    ownSelectors([...live, ...made.flat()], name).flatMap((selector) => LABELLED.map((kind) => list(kind, selector))),
  );
  return buildTree({
    application,
    live: new Map(live.map((object) => [objectKey(referenceTo(object)), object])),
    unreadable: entries.filter((_, index) => inventory[index] === HIDDEN),
    descendants: uniqueObjects([...descendants.flat(), ...made.flat(), ...unlabelled.flat()], live),
    simulated: facts.simulated,
  });
}

/** Where the children of raw workloads are found, as their Definitions say. */
async function childSelections(
  client: KubeClient,
  live: readonly KubernetesObject[],
  options: { readonly signal?: AbortSignal },
): Promise<Following[]> {
  const workloads = live.filter(({ metadata }) => metadata.labels?.[OAM_LABELS.resourceType] === 'WORKLOAD');
  const listed = await unlessForbidden(client.list(WORKLOAD_DEFINITION, options));
  const definitions = (listed?.items ?? []).filter(isWorkloadDefinition);
  const found = workloads.flatMap((workload) => {
    const name = resourceNameOf(workload);
    const definition = definitions.find(({ spec }) => spec.definitionRef.name === name);
    // What plugins render is in the inventory already.
    const kinds = needsContribution(name) ? [] : (definition?.spec.childResourceKinds ?? []);
    return childrenFollowing(workload, kinds);
  });
  return [...new Map(found.map((following) => [followingKey(following), following])).values()];
}

/** The selectors of what makes pods that do not carry the application's label, as a raw Deployment does. */
function ownSelectors(objects: readonly KubernetesObject[], application: string): string[] {
  const selectors = objects.flatMap((object) => {
    const { selector, template } = (object['spec'] ?? {}) as PodMaker;
    if (!selector?.matchLabels || !template || template.metadata?.labels?.[OAM_LABELS.application] === application)
      return [];
    return Object.entries(selector.matchLabels)
      .map(([key, value]) => `${key}=${value}`)
      .join(',');
  });
  return [...new Set(selectors)].filter((selector) => selector !== '');
}

interface PodMaker {
  readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
  readonly template?: { readonly metadata?: { readonly labels?: Readonly<Record<string, string>> } };
}

function uniqueObjects(objects: readonly KubernetesObject[], known: readonly KubernetesObject[]): KubernetesObject[] {
  const unique = new Map(objects.map((object) => [object.metadata.uid, object]));
  for (const { metadata } of known) unique.delete(metadata.uid);
  return [...unique.values()];
}

const HIDDEN = Symbol('an object that the caller may not read');

/** What a read gives, or something else where the caller lacks the right. */
async function unlessForbidden<T, U = undefined>(reading: Promise<T>, instead?: U): Promise<T | U> {
  try {
    return await reading;
  } catch (error) {
    if (isCapstanError(error, KUBE_CODES.forbidden)) return instead as U;
    throw error;
  }
}
