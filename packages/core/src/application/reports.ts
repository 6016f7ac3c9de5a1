import type { KubernetesObject } from '@capstan/base';
import { conditionsOf, findCondition } from '@capstan/kube';
import type { TypedReference } from '@capstan/oam-model';
import { kindKey } from './names.ts';
import { statusOf } from './plain.ts';

/** Kinds whose controllers of ours say in a condition how the last pass over the object went. */
const REPORTING: readonly string[] = [
  'core.oam.dev/v1alpha2/ContainerizedWorkload',
  'core.oam.dev/v1alpha2/ManualScalerTrait',
];

/** What the controller of a workload or trait says about it. */
export type Report =
  /** It has to say something and has not yet, or only about an older generation. */
  | { readonly state: 'awaited' }
  | { readonly state: 'failed'; readonly message: string }
  /** `resources`: what it says it made, for kinds whose health is that of what they make. */
  | { readonly state: 'fine'; readonly resources: readonly TypedReference[] };

/** What the condition Synced of a live workload or trait says. Kinds without a controller of ours need not have one. */
export function reportOf(live: KubernetesObject): Report {
  const reporting = REPORTING.includes(kindKey(live));
  const synced = findCondition(conditionsOf(live), 'Synced');
  const stale = synced?.observedGeneration !== undefined && synced.observedGeneration !== live.metadata.generation;
  if (!synced || stale) return reporting ? { state: 'awaited' } : { state: 'fine', resources: [] };
  if (synced.status === 'False') return { state: 'failed', message: synced.message || synced.reason };
  const { resources } = statusOf(live);
  return { state: 'fine', resources: reporting && Array.isArray(resources) ? (resources as TypedReference[]) : [] };
}
