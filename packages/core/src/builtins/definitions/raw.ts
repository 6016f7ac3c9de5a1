import type { Definition, ScopeDefinition, TraitDefinition, WorkloadDefinition } from '@capstan/oam-model';
import { scopeDefinition, traitDefinition, workloadDefinition } from './build.ts';

const POD_SPEC = 'spec.template.spec';

/** The workloads of OAM and of Kubernetes that need no plugin: what the application states is applied as it is. */
const workloads: readonly WorkloadDefinition[] = [
  workloadDefinition({
    name: 'containerizedworkloads.core.oam.dev',
    description: 'The workload of the OAM specification: containers that run as a Deployment behind a Service.',
    children: [
      { apiVersion: 'apps/v1', kind: 'Deployment' },
      { apiVersion: 'v1', kind: 'Service' },
    ],
  }),
  workloadDefinition({
    name: 'deployments.apps',
    description: "Kubernetes' own Deployment, with all of its fields.",
    podSpecPath: POD_SPEC,
  }),
  workloadDefinition({
    name: 'statefulsets.apps',
    description: "Kubernetes' own StatefulSet: pods with names and storage of their own.",
    podSpecPath: POD_SPEC,
  }),
  workloadDefinition({
    name: 'daemonsets.apps',
    description: "Kubernetes' own DaemonSet: one pod on every node.",
    podSpecPath: POD_SPEC,
  }),
  workloadDefinition({
    name: 'jobs.batch',
    description: "Kubernetes' own Job, with all of its fields.",
    podSpecPath: POD_SPEC,
  }),
  workloadDefinition({
    name: 'cronjobs.batch',
    description: "Kubernetes' own CronJob: a Job on a schedule.",
    podSpecPath: 'spec.jobTemplate.spec.template.spec',
  }),
];

/** What scales by itself or by hand. One of them at most stands on a component. */
const SCALERS = {
  manual: 'manualscalertraits.core.oam.dev',
  horizontal: 'horizontalpodautoscalers.autoscaling',
  others: ['autoscales.traits.capstan.dev', 'scaledobjects.keda.sh', 'verticalpodautoscalers.autoscaling.k8s.io'],
} as const;

/** The traits of OAM and of Kubernetes that need no plugin. */
const traits: readonly TraitDefinition[] = [
  traitDefinition({
    name: SCALERS.manual,
    description: 'Sets the number of replicas of a component.',
    workloadRefPath: 'spec.workloadRef',
    conflictsWith: [SCALERS.horizontal, ...SCALERS.others.slice(0, 2)],
    podDisruptive: false,
    extension: { owns: ['replicas'] },
  }),
  traitDefinition({
    name: SCALERS.horizontal,
    description: "Kubernetes' own HorizontalPodAutoscaler: scales on CPU, memory and metrics.",
    workloadRefPath: 'spec.scaleTargetRef',
    appliesToWorkloads: ['deployments.apps', 'statefulsets.apps'],
    conflictsWith: [SCALERS.manual, ...SCALERS.others],
    podDisruptive: false,
    extension: { target: 'child', owns: ['replicas'] },
  }),
  traitDefinition({
    name: 'ingresses.networking.k8s.io',
    description: "Kubernetes' own Ingress, with all of its fields.",
    podDisruptive: false,
    extension: { owns: ['hosts'] },
  }),
];

/** The scopes of OAM. */
const scopes: readonly ScopeDefinition[] = [
  scopeDefinition({
    name: 'healthscopes.core.oam.dev',
    description: 'Looks at the health of the components in it as a whole.',
    workloadRefsPath: 'spec.workloadRefs',
    allowComponentOverlap: true,
  }),
  scopeDefinition({
    name: 'networkscopes.core.oam.dev',
    description: 'Groups components that share a network; a component is in one of them at most.',
    workloadRefsPath: 'spec.workloadRefs',
    allowComponentOverlap: false,
  }),
];

/** Definitions of kinds that OAM and Kubernetes bring: workloads, traits, scopes. */
export const rawDefinitions: readonly Definition[] = [...workloads, ...traits, ...scopes];
