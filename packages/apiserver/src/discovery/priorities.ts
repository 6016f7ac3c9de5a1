/** Where a group version stands in discovery: higher first (APIService spec.groupPriorityMinimum, spec.versionPriority). */
export interface Priority {
  readonly group: number;
  readonly version: number;
}

/** What the CRD registration controller gives every group version of a CRD. */
export const CUSTOM_PRIORITY: Priority = { group: 1000, version: 100 };

// pkg/controlplane/apiserver/aggregator.go and pkg/controlplane/instance.go; apiregistration.k8s.io comes before all.
const GROUP_PRIORITIES: Readonly<Record<string, number>> = {
  'apiregistration.k8s.io': 20000,
  '': 18000,
  apps: 17800,
  'events.k8s.io': 17750,
  'authentication.k8s.io': 17700,
  'authorization.k8s.io': 17600,
  autoscaling: 17500,
  batch: 17400,
  'certificates.k8s.io': 17300,
  'networking.k8s.io': 17200,
  policy: 17100,
  'rbac.authorization.k8s.io': 17000,
  'storage.k8s.io': 16800,
  'admissionregistration.k8s.io': 16700,
  'apiextensions.k8s.io': 16700,
  'scheduling.k8s.io': 16600,
  'coordination.k8s.io': 16500,
  'node.k8s.io': 16300,
  'discovery.k8s.io': 16200,
  'resource.k8s.io': 16200,
  'flowcontrol.apiserver.k8s.io': 16100,
  'internal.apiserver.k8s.io': 16000,
};

const VERSION_PRIORITIES: Readonly<Record<string, number>> = {
  '/v1': 1,
  'autoscaling/v2': 30,
  'flowcontrol.apiserver.k8s.io/v1': 21,
  'resource.k8s.io/v1': 21,
};

/** The priority of a built-in group version; also what its automatic APIService says. */
export function builtinPriority(group: string, version: string): Priority {
  return {
    group: GROUP_PRIORITIES[group] ?? CUSTOM_PRIORITY.group,
    version: VERSION_PRIORITIES[`${group}/${version}`] ?? 15,
  };
}
