import { groupOf, type KindReference, type KubernetesObject, type ObjectReference } from '@capstan/base';
import type { Discovery, SharedInformer } from '@capstan/kube';
import {
  type ChildResourceKind,
  type CustomResourceDefinition,
  guessPlural,
  OAM_LABELS,
  type WorkloadDefinition,
} from '@capstan/oam-model';
import { CONTAINERIZED_WORKLOAD, WORKLOAD_LABEL } from '../containerized-workload/names.ts';
import type { KindPlace } from './kind-watches.ts';

/** The name `<plural>.<group>` of a kind: of its CRD, and by convention of its Definition. */
export async function definitionName(discovery: Discovery, { apiVersion, kind }: KindReference): Promise<string> {
  const served = await discovery.find({ apiVersion, kind });
  return `${served?.resource ?? guessPlural(kind)}.${groupOf(apiVersion)}`;
}

/** The name of a workload's WorkloadDefinition: by its label, else by its kind. */
export async function workloadDefinitionName(discovery: Discovery, workload: KubernetesObject): Promise<string> {
  return workload.metadata.labels?.[OAM_LABELS.workloadType] ?? (await definitionName(discovery, workload));
}

/** A WorkloadDefinition in the cache. */
export function workloadDefinition({ informer }: SharedInformer, name: string): WorkloadDefinition | undefined {
  return informer.get(name) as WorkloadDefinition | undefined;
}

/** Where the children of a workload are followed. */
export function childPlace(workload: KubernetesObject, { apiVersion, kind }: ChildResourceKind): KindPlace {
  const namespace = workload.metadata.namespace ?? '';
  const isOwn =
    workload.apiVersion === CONTAINERIZED_WORKLOAD.apiVersion && workload.kind === CONTAINERIZED_WORKLOAD.kind;
  return { apiVersion, kind, namespace, ...(isOwn ? { label: WORKLOAD_LABEL } : {}) };
}

/** Says that an object does not exist, in the API server's words. */
export async function notFoundText(discovery: Discovery, { apiVersion, kind, name }: ObjectReference): Promise<string> {
  const plural = await definitionName(discovery, { apiVersion, kind });
  return `${plural.replace(/\.$/, '')} ${JSON.stringify(name)} not found`;
}

/** Says that a kind is not served, in the words of Kubernetes' clients. */
export function noMatchText({ apiVersion, kind }: KindReference): string {
  return `no matches for kind ${JSON.stringify(kind)} in version ${JSON.stringify(apiVersion)}`;
}

/** The kind that a CRD defines, as `<group>/<kind>`. */
export function definedKind(crd: KubernetesObject): string {
  const { group, names } = (crd as CustomResourceDefinition).spec;
  return `${group}/${names.kind}`;
}
