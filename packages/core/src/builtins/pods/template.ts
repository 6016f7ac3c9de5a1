import type { JsonObject, Problem } from '@capstan/plugin-api';
import type { ContainerSpec, EnvironmentVariable, SecretUse, VolumeUse } from './spec.ts';

/** What a workload adds to the container that its spec describes. */
export interface PodOptions {
  readonly labels: Readonly<Record<string, string>>;
  /** Ports and probes of the one container. */
  readonly container?: JsonObject;
  /** Fields of the pod: restartPolicy, ... */
  readonly pod?: JsonObject;
}

/** Name of the one container. */
const CONTAINER = 'main';

/** The pod template of a friendly workload: one container, and nothing of the cluster that it did not ask for. */
export function podTemplate(spec: ContainerSpec, { labels, container, pod }: PodOptions): JsonObject {
  const volumes = podVolumes(spec);
  return {
    metadata: { labels },
    spec: {
      containers: [{ ...containerOf(spec), ...container }],
      // Root and capabilities stay as the image wants them: common images (redis, nginx) start as root and drop it themselves.
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
      ...(volumes.length > 0 ? { volumes } : {}),
      ...(spec.imagePullSecrets?.length ? { imagePullSecrets: spec.imagePullSecrets.map((name) => ({ name })) } : {}),
      ...pod,
    },
  };
}

/** What is mounted twice at one path or under one name, which the API server refuses. */
export function mountProblems({ volumes = [], secrets = [] }: ContainerSpec): Problem[] {
  const mounts = [
    ...volumes.map(({ name, path }, at) => ({ name, path, field: `spec.volumes[${at}]` })),
    ...secrets.flatMap(({ path }, at) =>
      path === undefined ? [] : [{ name: secretVolume(at), path, field: `spec.secrets[${at}]` }],
    ),
  ];
  return mounts.flatMap(({ name, path, field }, at) => {
    const before = mounts.slice(0, at);
    const samePath = before.find((other) => other.path === path);
    if (samePath) return [{ path: `${field}.path`, message: `${path} is the path of ${samePath.field} already` }];
    const sameName = before.find((other) => other.name === name);
    if (!sameName) return [];
    return [{ path: sameName.field, message: `the name ${name} is needed for ${field}`, hint: 'Take another name.' }];
  });
}

function containerOf(spec: ContainerSpec): JsonObject {
  const mounts = volumeMounts(spec);
  const sources = (spec.secrets ?? []).filter(({ path }) => path === undefined).map(environmentSource);
  return {
    name: CONTAINER,
    image: spec.image,
    ...(spec.command ? { command: spec.command } : {}),
    ...(spec.args ? { args: spec.args } : {}),
    ...(spec.env?.length ? { env: spec.env.map(environmentVariable) } : {}),
    ...(sources.length > 0 ? { envFrom: sources } : {}),
    ...(mounts.length > 0 ? { volumeMounts: mounts } : {}),
    ...(spec.resources ? { resources: resources(spec.resources) } : {}),
    securityContext: { allowPrivilegeEscalation: false },
  };
}

function environmentVariable({ name, value, fromSecret }: EnvironmentVariable): JsonObject {
  if (fromSecret) return { name, valueFrom: { secretKeyRef: { ...fromSecret } } };
  return { name, value: value ?? '' };
}

function environmentSource({ name, prefix }: SecretUse): JsonObject {
  return { ...(prefix === undefined ? {} : { prefix }), secretRef: { name } };
}

/** Memory is requested and limited; CPU is only requested, because a CPU limit slows a service down on an idle node. */
function resources({ cpu, memory }: NonNullable<ContainerSpec['resources']>): JsonObject {
  return {
    requests: { ...(cpu ? { cpu } : {}), ...(memory ? { memory } : {}) },
    ...(memory ? { limits: { memory } } : {}),
  };
}

function volumeMounts({ volumes = [], secrets = [] }: ContainerSpec): JsonObject[] {
  return [
    ...volumes.map(({ name, path, readOnly }) => ({ name, mountPath: path, ...(readOnly ? { readOnly } : {}) })),
    ...secrets.flatMap(({ path }, at) =>
      path === undefined ? [] : [{ name: secretVolume(at), mountPath: path, readOnly: true }],
    ),
  ];
}

function podVolumes({ volumes = [], secrets = [] }: ContainerSpec): JsonObject[] {
  return [
    ...volumes.map(podVolume),
    ...secrets.flatMap(({ name, path }, at) =>
      path === undefined ? [] : [{ name: secretVolume(at), secret: { secretName: name } }],
    ),
  ];
}

function podVolume({ name, claim, size }: VolumeUse): JsonObject {
  if (claim !== undefined) return { name, persistentVolumeClaim: { claimName: claim } };
  return { name, emptyDir: size === undefined ? {} : { sizeLimit: size } };
}

/** A Secret's name may be longer than a volume's may be. */
function secretVolume(at: number): string {
  return `secret-${at}`;
}
