import type { JsonObject, KubernetesObject } from '@capstan/base';
import type { LabelSelector, StatusCondition } from './meta.ts';

/** A container of a Pod, as far as it is read. */
export interface Container {
  readonly name: string;
  readonly image?: string;
  readonly restartPolicy?: string;
  readonly env?: readonly JsonObject[];
  readonly ports?: readonly {
    readonly name?: string;
    readonly containerPort: number;
    readonly hostPort?: number;
    readonly protocol?: string;
  }[];
  readonly resources?: { readonly requests?: Readonly<Record<string, string>> };
}

/** core/v1 Pod. */
export interface Pod extends KubernetesObject {
  spec: {
    readonly nodeName?: string;
    readonly schedulerName?: string;
    readonly hostNetwork?: boolean;
    readonly hostname?: string;
    readonly subdomain?: string;
    readonly containers: readonly Container[];
    readonly initContainers?: readonly Container[];
    readonly nodeSelector?: Readonly<Record<string, string>>;
    readonly affinity?: Affinity;
    readonly tolerations?: readonly Toleration[];
    readonly schedulingGates?: readonly unknown[];
    readonly readinessGates?: readonly { readonly conditionType: string }[];
    readonly volumes?: readonly {
      readonly name: string;
      readonly persistentVolumeClaim?: { readonly claimName: string };
      readonly ephemeral?: unknown;
    }[];
    readonly overhead?: Readonly<Record<string, string>>;
  };
  status?: PodStatus;
}

/** core/v1 PodStatus. */
export interface PodStatus {
  readonly phase?: string;
  readonly conditions?: readonly StatusCondition[];
  readonly podIP?: string;
  readonly podIPs?: readonly { readonly ip: string }[];
  readonly startTime?: string;
  readonly containerStatuses?: readonly { readonly restartCount?: number; readonly [field: string]: unknown }[];
}

/** core/v1 Affinity: what the scheduler reads of it. */
export interface Affinity {
  readonly nodeAffinity?: {
    readonly requiredDuringSchedulingIgnoredDuringExecution?: { readonly nodeSelectorTerms: readonly NodeTerm[] };
  };
  readonly podAffinity?: { readonly requiredDuringSchedulingIgnoredDuringExecution?: readonly PodTerm[] };
  readonly podAntiAffinity?: { readonly requiredDuringSchedulingIgnoredDuringExecution?: readonly PodTerm[] };
}

/** core/v1 NodeSelectorTerm. */
export interface NodeTerm {
  readonly matchExpressions?: readonly NodeRequirement[];
  readonly matchFields?: readonly NodeRequirement[];
}

/** core/v1 NodeSelectorRequirement. */
export interface NodeRequirement {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt';
  readonly values?: readonly string[];
}

/** core/v1 PodAffinityTerm. */
export interface PodTerm {
  readonly topologyKey: string;
  readonly labelSelector?: LabelSelector;
  readonly namespaces?: readonly string[];
}

/** core/v1 Toleration. */
export interface Toleration {
  readonly key?: string;
  readonly operator?: string;
  readonly value?: string;
  readonly effect?: string;
}

/** core/v1 Node. */
export interface Node extends KubernetesObject {
  spec?: {
    readonly unschedulable?: boolean;
    readonly taints?: readonly { readonly key: string; readonly value?: string; readonly effect: string }[];
  };
  status?: {
    readonly conditions?: readonly StatusCondition[];
    readonly allocatable?: Readonly<Record<string, string>>;
    readonly [field: string]: unknown;
  };
}

/** core/v1 Namespace. */
export interface Namespace extends KubernetesObject {
  status?: { readonly phase?: string };
}

/** core/v1 ObjectReference. */
export interface ObjectRef {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
}

/** core/v1 Service. */
export interface Service extends KubernetesObject {
  spec: {
    readonly type?: string;
    readonly clusterIP?: string;
    readonly selector?: Readonly<Record<string, string>>;
    readonly publishNotReadyAddresses?: boolean;
    readonly ports?: readonly ServicePort[];
  };
}

/** core/v1 ServicePort. */
export interface ServicePort {
  readonly name?: string;
  readonly protocol?: string;
  readonly port: number;
  readonly targetPort?: number | string;
  readonly appProtocol?: string;
}

/** core/v1 Endpoints. */
export interface Endpoints extends KubernetesObject {
  subsets?: readonly JsonObject[];
}

/** discovery.k8s.io/v1 EndpointSlice. */
export interface EndpointSlice extends KubernetesObject {
  addressType: string;
  endpoints: readonly JsonObject[] | null;
  ports: readonly JsonObject[] | null;
}

/** core/v1 PersistentVolumeClaim. */
export interface Claim extends KubernetesObject {
  spec: {
    readonly accessModes?: readonly string[];
    readonly volumeMode?: string;
    readonly volumeName?: string;
    readonly storageClassName?: string;
    readonly selector?: LabelSelector;
    readonly resources?: { readonly requests?: Readonly<Record<string, string>> };
  };
  status?: { readonly phase?: string; readonly capacity?: Readonly<Record<string, string>> };
}

/** core/v1 PersistentVolume. */
export interface Volume extends KubernetesObject {
  spec: {
    readonly accessModes?: readonly string[];
    readonly capacity?: Readonly<Record<string, string>>;
    readonly claimRef?: ObjectRef;
    readonly persistentVolumeReclaimPolicy?: string;
    readonly storageClassName?: string;
    readonly volumeMode?: string;
    readonly [field: string]: unknown;
  };
  status?: { readonly phase?: string };
}

/** storage.k8s.io/v1 StorageClass. */
export interface StorageClass extends KubernetesObject {
  provisioner: string;
  reclaimPolicy?: string;
  volumeBindingMode?: string;
}

/** core/v1 ResourceQuota. */
export interface Quota extends KubernetesObject {
  spec: {
    readonly hard?: Readonly<Record<string, string>>;
    readonly scopes?: readonly string[];
    readonly scopeSelector?: JsonObject;
  };
  status?: { readonly hard?: Readonly<Record<string, string>>; readonly used?: Readonly<Record<string, string>> };
}
