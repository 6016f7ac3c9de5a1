import {
  type ComponentContext,
  EMPTY_CLUSTER,
  type KubernetesObject,
  type TraitContribution,
  type TraitRenderInput,
} from '@capstan/plugin-api';
import { exposeType } from '../traits/expose/index.ts';
import { volumeType } from '../traits/volume/index.ts';
import { longRunningTypes } from '../workloads/long-running.ts';
import type { WorkloadType } from '../workloads/model.ts';
import { taskTypes } from '../workloads/task.ts';

/** Every built-in friendly workload. */
export const workloadTypes: readonly WorkloadType[] = [...longRunningTypes, ...taskTypes];

/** Component `front` of application `shop`. */
export const CONTEXT: ComponentContext = {
  application: 'shop',
  component: 'front',
  namespace: 'team',
  labels: { 'app.oam.dev/name': 'shop' },
  capabilities: {},
};

/** A friendly workload named `web`; the least spec that its type takes, and more. */
export function aWorkload(kind: string, spec: object = {}): KubernetesObject {
  const required = kind === 'Server' || kind === 'SingletonServer' ? { port: 8080 } : {};
  return {
    apiVersion: 'workloads.capstan.dev/v1alpha1',
    kind,
    metadata: { name: 'web' },
    spec: { image: 'nginx:1.29', ...required, ...spec },
  };
}

/** The type of a friendly workload. */
export function typeOf(kind: string): WorkloadType {
  const found = workloadTypes.find(({ crd }) => crd.spec.names.kind === kind);
  if (!found) throw new Error(`no built-in workload is called ${kind}`);
  return found;
}

/** What a workload renders to. */
export function rendered(workload: KubernetesObject): KubernetesObject[] {
  return typeOf(workload.kind).contribution.render(workload, CONTEXT);
}

/** The traits of this repository's core, by kind. */
const TRAITS: Readonly<Record<string, TraitContribution>> = {
  Expose: exposeType.contribution,
  Volume: volumeType.contribution,
};

/** A friendly trait. */
export function aTrait(kind: string, spec: object): KubernetesObject {
  return { apiVersion: 'traits.capstan.dev/v1alpha1', kind, metadata: { name: 'front-trait' }, spec: { ...spec } };
}

/** What is wrong with a trait on a workload, what it makes of the workload, and what it renders. */
export function attached(trait: KubernetesObject, workload: KubernetesObject) {
  const contribution = TRAITS[trait.kind];
  if (!contribution) throw new Error(`no built-in trait is called ${trait.kind}`);
  const shaped = contribution.shape?.(workload, trait) ?? workload;
  const children = workload.kind in CHILDLESS ? [] : rendered(shaped);
  const service = children.find(({ kind }) => kind === 'Service');
  const target = service ?? workload;
  const input: TraitRenderInput = {
    trait,
    workload: shaped,
    children,
    target: { apiVersion: target.apiVersion, kind: target.kind, name: target.metadata.name, namespace: 'team' },
    context: CONTEXT,
    neighbours: [],
    taken: [],
    cluster: EMPTY_CLUSTER,
  };
  const problems = contribution.check?.(input) ?? [];
  return { shaped, children, problems, objects: problems.length > 0 ? [] : (contribution.render?.(input) ?? []) };
}

/** Kinds that core does not render. */
const CHILDLESS = { Deployment: true, StatefulSet: true, ContainerizedWorkload: true };
