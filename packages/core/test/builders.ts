import type { KindReference, KubernetesObject } from '@capstan/base';
import type {
  ApplicationComponent,
  ApplicationConfiguration,
  Component,
  CustomResourceDefinition,
  TraitDefinition,
} from '@capstan/oam-model';
import type { TraitContribution, WorkloadContribution } from '@capstan/plugin-api';
import { webServiceType } from '../src/builtins/workloads/long-running.ts';
import { kindKey, type ObservedApplication, objectKey, type ServedKind } from '../src/index.ts';

export const AUTOSCALE = { apiVersion: 'traits.capstan.dev/v1alpha1', kind: 'Autoscale' } as const;
export const SCALED_OBJECT = { apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject' } as const;
export const FLIGHT = { apiVersion: 'sky.example.dev/v1', kind: 'Flight' } as const;
export const RBAC = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole' } as const;
export const WEB_SERVICE = { apiVersion: 'workloads.capstan.dev/v1alpha1', kind: 'WebService' } as const;

const KINDS: Readonly<Record<string, ServedKind>> = {
  [kindKey(WEB_SERVICE)]: served('webservices.workloads.capstan.dev', ['status', 'scale']),
  [kindKey(AUTOSCALE)]: served('autoscales.traits.capstan.dev', ['status']),
  [kindKey(SCALED_OBJECT)]: served('scaledobjects.keda.sh', ['status', 'scale']),
  [kindKey(FLIGHT)]: served('flights.sky.example.dev', ['status']),
  [kindKey(RBAC)]: { ...served('clusterroles.rbac.authorization.k8s.io', []), namespaced: false },
  'apps/v1/Deployment': served('deployments.apps', ['status', 'scale']),
  'v1/Secret': served('secrets.', []),
  'v1/ConfigMap': served('configmaps.', []),
  'core.oam.dev/v1alpha2/ContainerizedWorkload': served('containerizedworkloads.core.oam.dev', ['status']),
  'core.oam.dev/v1alpha2/HealthScope': served('healthscopes.core.oam.dev', ['status']),
};

export function anApplication(
  components: readonly ApplicationComponent[],
  more: Partial<ApplicationConfiguration> = {},
): ApplicationConfiguration {
  return {
    apiVersion: 'core.oam.dev/v1alpha2',
    kind: 'ApplicationConfiguration',
    metadata: { name: 'shop', namespace: 'team', uid: 'app-uid', generation: 1 },
    spec: { components },
    ...more,
  };
}

export function aComponent(name: string, spec: object = {}, more: object = {}): Component {
  return {
    apiVersion: 'core.oam.dev/v1alpha2',
    kind: 'Component',
    metadata: { name, namespace: 'team' },
    spec: { workload: { ...WEB_SERVICE, spec: { image: 'web:1', ...spec } } as unknown as KubernetesObject, ...more },
  };
}

export function anAutoscale(spec: object = {}): { trait: KubernetesObject } {
  return { trait: { ...AUTOSCALE, spec } as unknown as KubernetesObject };
}

export function aTraitDefinition(name: string, spec: Partial<TraitDefinition['spec']> = {}): TraitDefinition {
  return {
    apiVersion: 'core.oam.dev/v1alpha2',
    kind: 'TraitDefinition',
    metadata: { name },
    spec: { definitionRef: { name }, ...spec },
  };
}

/** Takes the replicas over and renders a ScaledObject for its target. */
export const autoscaler: TraitContribution = {
  definition: 'autoscales.traits.capstan.dev',
  shape: (workload) => {
    const { replicas: _, ...spec } = workload['spec'] as { replicas?: number };
    return { ...workload, spec };
  },
  render: ({ target, context }) => [
    { ...SCALED_OBJECT, metadata: { name: context.component }, spec: { scaleTargetRef: { ...target } } },
  ],
};

export interface Facts {
  readonly application: ApplicationConfiguration;
  readonly components?: readonly Component[];
  readonly traits?: readonly TraitContribution[];
  readonly workloads?: readonly WorkloadContribution[];
  readonly traitDefinitions?: readonly TraitDefinition[];
  readonly crds?: readonly CustomResourceDefinition[];
  readonly live?: readonly KubernetesObject[];
  /** Scopes, stores and revisions. Without them nothing is known of such objects. */
  readonly referred?: readonly KubernetesObject[];
  readonly unserved?: readonly string[];
  /** Kinds that every plugin declares. */
  readonly kinds?: readonly KindReference[];
  readonly more?: Partial<ObservedApplication>;
}

/** An observation in which WebService and Autoscale work as installed; facts say what differs. */
export function observed(facts: Facts): ObservedApplication {
  const workloads = new Map((facts.workloads ?? [webServiceType.contribution]).map((one) => [one.definition, one]));
  const traits = new Map((facts.traits ?? [autoscaler]).map((one) => [one.definition, one]));
  const autoscale = aTraitDefinition('autoscales.traits.capstan.dev', {
    appliesToWorkloads: ['deployments.apps'],
    workloadRefPath: 'spec.workloadRef',
    extension: { target: 'child' },
  });
  return {
    application: facts.application,
    components: new Map((facts.components ?? []).map((one) => [one.metadata.name, one])),
    workloadDefinitions: [webServiceType.definition],
    traitDefinitions: facts.traitDefinitions ?? [autoscale],
    kinds: new Map(Object.entries(KINDS).filter(([key]) => !facts.unserved?.includes(key))),
    crds: new Map((facts.crds ?? [webServiceType.crd]).map((crd) => [crd.metadata.name, crd])),
    contributions: {
      workload: (name) => workloads.get(name),
      trait: (name) => traits.get(name),
      letGo: () => undefined,
      leavesBehind: (live, wanted) => [...traits.values()].flatMap((one) => one.leavesBehind?.(live, wanted) ?? []),
      kinds: () => facts.kinds ?? [],
    },
    live: byKey(facts.live ?? []),
    ...(facts.referred ? { referred: byKey(facts.referred) } : {}),
    ...facts.more,
  };
}

function byKey(objects: readonly KubernetesObject[]): Map<string, KubernetesObject> {
  return new Map(objects.map((object) => [objectKey({ ...object, ...object.metadata }), object]));
}

function served(name: string, subresources: string[]): ServedKind {
  return { name, namespaced: true, subresources };
}
