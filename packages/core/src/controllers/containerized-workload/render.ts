import type { JsonObject, KubernetesObject, OwnerReference } from '@capstan/base';
import type { ContainerizedWorkload, WorkloadContainer } from '@capstan/oam-model';
import { controllerReference, passedOnAnnotations, stated } from '../shared/objects.ts';
import { configFiles, type FileConfigMap, type VolumeMount } from './config-files.ts';
import { podContainer, resourceProblems } from './container.ts';
import { CLAIM, CONFIG_MAP, DEPLOYMENT, PodVolumes, SERVICE, WORKLOAD_LABEL } from './names.ts';
import { type DiskClaim, workloadVolumes } from './volumes.ts';

/** What runs a workload. */
export interface RenderedWorkload {
  readonly deployment: KubernetesObject;
  /** Absent for a workload that listens on no port. */
  readonly service?: KubernetesObject;
  readonly claims: readonly KubernetesObject[];
  /** Without their owner, the Deployment, whose uid is known only when it is there. */
  readonly configMaps: readonly KubernetesObject[];
}

/** The objects of a workload, or what is wrong with it: one sentence each. */
export type Rendering =
  | { readonly rendered: RenderedWorkload; readonly problems?: never }
  | { readonly problems: readonly [string, ...string[]]; readonly rendered?: never };

/**
 * The Deployment, Service, ConfigMaps and claims of a ContainerizedWorkload, in the names, labels and fields of the
 * reference runtime. The Deployment states no replicas: scalers do.
 */
export function renderWorkload(workload: ContainerizedWorkload): Rendering {
  const { name } = workload.metadata;
  const { containers } = workload.spec;
  const pod = new PodVolumes();
  const disks = workloadVolumes(name, containers, pod);
  const files = containers.map((container) => configFiles(name, container, pod));
  const [first, ...rest] = [
    ...containers.flatMap(resourceProblems),
    ...files.flatMap(({ problems }) => problems),
    ...mountProblems(containers, disks.mounts),
  ];
  if (first !== undefined) return { problems: [first, ...rest] };
  const podContainers = containers.map((container, at) =>
    podContainer(container, [...(disks.mounts[at] ?? []), ...(files[at]?.mounts ?? [])]),
  );
  const service = renderService(workload);
  return {
    rendered: {
      deployment: renderDeployment(workload, podContainers, pod.list()),
      ...(service ? { service } : {}),
      claims: disks.claims.map((claim) => renderClaim(workload, claim)),
      configMaps: files.flatMap(({ configMaps }) => configMaps.map((one) => renderConfigMap(workload, one))),
    },
  };
}

/** A ConfigMap with its owner, the Deployment. */
export function ownedBy(configMap: KubernetesObject, deployment: KubernetesObject): KubernetesObject {
  const ownerReferences: OwnerReference[] = [controllerReference(deployment)];
  return { ...configMap, metadata: { ...configMap.metadata, ownerReferences } };
}

function mountProblems(
  containers: readonly WorkloadContainer[],
  mounts: readonly (readonly VolumeMount[])[],
): string[] {
  return containers.flatMap(({ name }, at) => {
    const paths = (mounts[at] ?? []).map(({ mountPath }) => mountPath);
    const twice = paths.filter((path, index) => paths.indexOf(path) !== index);
    return twice.map((path) => `container ${JSON.stringify(name)} mounts two volumes at ${JSON.stringify(path)}`);
  });
}

function renderDeployment(
  workload: ContainerizedWorkload,
  containers: readonly JsonObject[],
  volumes: readonly JsonObject[],
): KubernetesObject {
  const { uid = '', labels } = workload.metadata;
  const identity = { [WORKLOAD_LABEL]: uid };
  const secrets = new Set(workload.spec.containers.flatMap(({ imagePullSecret }) => imagePullSecret || []));
  const template = stated({
    nodeSelector: nodeSelector(workload),
    imagePullSecrets: secrets.size > 0 ? [...secrets].map((name) => ({ name })) : undefined,
    containers,
    volumes: volumes.length > 0 ? volumes : undefined,
  });
  return {
    ...DEPLOYMENT,
    metadata: childMetadata(workload, workload.metadata.name, { ...labels, ...identity }),
    spec: {
      selector: { matchLabels: identity },
      template: { metadata: { labels: { ...labels, ...identity } }, spec: template },
    },
  };
}

/**
 * The reference's label for the operating system, which has been deprecated for long; nodes of current Kubernetes still
 * have it beside `kubernetes.io/os`.
 */
function nodeSelector({ spec: { osType, arch } }: ContainerizedWorkload): Record<string, string> | undefined {
  if (!osType && !arch) return undefined;
  return { ...(osType ? { 'beta.kubernetes.io/os': osType } : {}), ...(arch ? { 'kubernetes.io/arch': arch } : {}) };
}

/** One port, the first that a container names. */
function renderService(workload: ContainerizedWorkload): KubernetesObject | undefined {
  const { name, uid = '' } = workload.metadata;
  const port = workload.spec.containers.flatMap(({ ports }) => ports ?? [])[0];
  if (!port) return undefined;
  const { containerPort, protocol = 'TCP' } = port;
  const identity = { [WORKLOAD_LABEL]: uid };
  const { annotations: _, ...metadata } = childMetadata(workload, name, identity);
  return {
    ...SERVICE,
    metadata,
    spec: {
      type: 'ClusterIP',
      selector: identity,
      ports: [{ name, port: containerPort, targetPort: containerPort, protocol }],
    },
  };
}

function renderClaim(workload: ContainerizedWorkload, { name, accessMode, size }: DiskClaim): KubernetesObject {
  const { uid = '', labels } = workload.metadata;
  const { annotations: _, ...metadata } = childMetadata(workload, name, { ...labels, [WORKLOAD_LABEL]: uid });
  return {
    ...CLAIM,
    metadata,
    spec: { accessModes: [accessMode], resources: { requests: { storage: String(size) } } },
  };
}

function renderConfigMap(workload: ContainerizedWorkload, { name, data }: FileConfigMap): KubernetesObject {
  const { uid = '', labels } = workload.metadata;
  const { ownerReferences: _, ...metadata } = childMetadata(workload, name, { ...labels, [WORKLOAD_LABEL]: uid });
  return { ...CONFIG_MAP, metadata, data };
}

function childMetadata(
  workload: ContainerizedWorkload,
  name: string,
  labels: Record<string, string> | undefined,
): KubernetesObject['metadata'] {
  const { namespace } = workload.metadata;
  const annotations = passedOnAnnotations(workload);
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(labels && Object.keys(labels).length > 0 ? { labels } : {}),
    ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
    ownerReferences: [controllerReference(workload)],
  };
}
