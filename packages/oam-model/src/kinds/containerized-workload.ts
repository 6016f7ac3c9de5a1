import type { Condition, KubernetesObject } from '@capstan/base';
import type { TypedReference } from './references.ts';

/** One key of a Secret of the workload's namespace. */
export interface SecretKeySelector {
  readonly name: string;
  readonly key: string;
}

/** A Kubernetes quantity: `500m`, `1Gi`, or a plain number. */
export type Quantity = string | number;

/** A volume that a container needs. */
export interface WorkloadVolume {
  readonly name: string;
  readonly mountPath: string;
  readonly accessMode?: 'RO' | 'RW';
  readonly sharingPolicy?: 'Exclusive' | 'Shared';
  readonly disk?: { readonly required: Quantity; readonly ephemeral?: boolean };
}

/** What a container needs to run. */
export interface WorkloadResources {
  readonly cpu: { readonly required: Quantity };
  readonly memory: { readonly required: Quantity };
  readonly gpu?: { readonly required: Quantity };
  readonly volumes?: readonly WorkloadVolume[];
  /** Resources that only some nodes have. */
  readonly extended?: readonly { readonly name: string; readonly required: string | number }[];
}

/** An environment variable: a value, or a key of a Secret. */
export interface WorkloadEnvVar {
  readonly name: string;
  readonly value?: string;
  readonly fromSecret?: SecretKeySelector;
}

/** A file that is written into a container: a text, or a key of a Secret. */
export interface WorkloadConfigFile {
  readonly path: string;
  readonly value?: string;
  readonly fromSecret?: SecretKeySelector;
}

/** A port that a container listens on. */
export interface WorkloadPort {
  readonly name: string;
  readonly containerPort: number;
  readonly protocol?: 'TCP' | 'UDP';
}

/** How the health of a container is found out. */
export interface WorkloadProbe {
  readonly exec?: { readonly command: readonly string[] };
  readonly httpGet?: {
    readonly path: string;
    readonly port: number;
    readonly httpHeaders?: readonly { readonly name: string; readonly value: string }[];
  };
  readonly tcpSocket?: { readonly port: number };
  readonly initialDelaySeconds?: number;
  readonly periodSeconds?: number;
  readonly timeoutSeconds?: number;
  readonly successThreshold?: number;
  readonly failureThreshold?: number;
}

/** A container of a ContainerizedWorkload. */
export interface WorkloadContainer {
  readonly name: string;
  readonly image: string;
  readonly resources?: WorkloadResources;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly WorkloadEnvVar[];
  readonly config?: readonly WorkloadConfigFile[];
  readonly ports?: readonly WorkloadPort[];
  readonly livenessProbe?: WorkloadProbe;
  readonly readinessProbe?: WorkloadProbe;
  /** Name of a Secret with the credentials for the image. */
  readonly imagePullSecret?: string;
}

/** Spec of a ContainerizedWorkload. */
export interface ContainerizedWorkloadSpec {
  readonly osType?: 'linux' | 'windows';
  readonly arch?: 'i386' | 'amd64' | 'arm' | 'arm64';
  readonly containers: readonly WorkloadContainer[];
}

/** What is observed of a ContainerizedWorkload. */
export interface ContainerizedWorkloadStatus {
  readonly conditions?: readonly Condition[];
  /** The Deployment and the Service that run it. */
  readonly resources?: readonly TypedReference[];
}

/** A workload of OCI containers that listen on ports: v1alpha2's one workload kind. */
export interface ContainerizedWorkload extends KubernetesObject {
  kind: 'ContainerizedWorkload';
  spec: ContainerizedWorkloadSpec;
  status?: ContainerizedWorkloadStatus;
}
