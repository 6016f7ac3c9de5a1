import type { JsonObject, KindReference, KubernetesObject } from '@capstan/base';
import type { IntOrPercent, LabelSelector, PodTemplate, StatusCondition } from './meta.ts';

/** The kinds that the controllers follow. */
export const KINDS = {
  namespace: { apiVersion: 'v1', kind: 'Namespace' },
  serviceAccount: { apiVersion: 'v1', kind: 'ServiceAccount' },
  configMap: { apiVersion: 'v1', kind: 'ConfigMap' },
  node: { apiVersion: 'v1', kind: 'Node' },
  pod: { apiVersion: 'v1', kind: 'Pod' },
  replicationController: { apiVersion: 'v1', kind: 'ReplicationController' },
  service: { apiVersion: 'v1', kind: 'Service' },
  endpoints: { apiVersion: 'v1', kind: 'Endpoints' },
  claim: { apiVersion: 'v1', kind: 'PersistentVolumeClaim' },
  volume: { apiVersion: 'v1', kind: 'PersistentVolume' },
  quota: { apiVersion: 'v1', kind: 'ResourceQuota' },
  deployment: { apiVersion: 'apps/v1', kind: 'Deployment' },
  replicaSet: { apiVersion: 'apps/v1', kind: 'ReplicaSet' },
  statefulSet: { apiVersion: 'apps/v1', kind: 'StatefulSet' },
  daemonSet: { apiVersion: 'apps/v1', kind: 'DaemonSet' },
  controllerRevision: { apiVersion: 'apps/v1', kind: 'ControllerRevision' },
  job: { apiVersion: 'batch/v1', kind: 'Job' },
  cronJob: { apiVersion: 'batch/v1', kind: 'CronJob' },
  autoscaler: { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler' },
  endpointSlice: { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice' },
  storageClass: { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass' },
  disruptionBudget: { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget' },
} as const satisfies Record<string, KindReference>;

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

/** apps/v1 Deployment. */
export interface Deployment extends KubernetesObject {
  spec: {
    readonly replicas: number;
    readonly selector: LabelSelector;
    readonly template: PodTemplate;
    readonly strategy: {
      readonly type: string;
      readonly rollingUpdate?: { readonly maxSurge?: IntOrPercent; readonly maxUnavailable?: IntOrPercent };
    };
    readonly minReadySeconds?: number;
    readonly revisionHistoryLimit?: number;
    readonly progressDeadlineSeconds?: number;
    readonly paused?: boolean;
  };
  status?: DeploymentStatus;
}

/** apps/v1 DeploymentStatus. */
export interface DeploymentStatus {
  readonly observedGeneration?: number;
  readonly replicas?: number;
  readonly updatedReplicas?: number;
  readonly readyReplicas?: number;
  readonly availableReplicas?: number;
  readonly unavailableReplicas?: number;
  readonly terminatingReplicas?: number;
  readonly collisionCount?: number;
  readonly conditions?: readonly StatusCondition[];
}

/** apps/v1 ReplicaSet. */
export interface ReplicaSet extends KubernetesObject {
  spec: {
    readonly replicas: number;
    readonly selector: LabelSelector;
    readonly template: PodTemplate;
    readonly minReadySeconds?: number;
  };
  status?: ReplicaSetStatus;
}

/** apps/v1 ReplicaSetStatus, and that of a ReplicationController. */
export interface ReplicaSetStatus {
  readonly replicas?: number;
  readonly fullyLabeledReplicas?: number;
  readonly readyReplicas?: number;
  readonly availableReplicas?: number;
  readonly terminatingReplicas?: number;
  readonly observedGeneration?: number;
  readonly conditions?: readonly StatusCondition[];
}

/** core/v1 ReplicationController: its selector is a map. */
export interface ReplicationController extends KubernetesObject {
  spec: {
    readonly replicas: number;
    readonly selector: Readonly<Record<string, string>>;
    readonly template: PodTemplate;
    readonly minReadySeconds?: number;
  };
  status?: ReplicaSetStatus;
}

/** apps/v1 StatefulSet. */
export interface StatefulSet extends KubernetesObject {
  spec: {
    readonly replicas: number;
    readonly serviceName?: string;
    readonly selector: LabelSelector;
    readonly template: PodTemplate;
    readonly podManagementPolicy?: string;
    readonly updateStrategy?: {
      readonly type?: string;
      readonly rollingUpdate?: { readonly partition?: number; readonly maxUnavailable?: IntOrPercent };
    };
    readonly revisionHistoryLimit?: number;
    readonly minReadySeconds?: number;
    readonly ordinals?: { readonly start?: number };
    readonly volumeClaimTemplates?: readonly ClaimTemplate[];
    readonly persistentVolumeClaimRetentionPolicy?: { readonly whenDeleted?: string; readonly whenScaled?: string };
  };
  status?: StatefulSetStatus;
}

/** A template of PersistentVolumeClaims. */
export interface ClaimTemplate {
  readonly metadata: {
    readonly name: string;
    readonly labels?: Record<string, string>;
    readonly annotations?: Record<string, string>;
  };
  readonly spec: JsonObject;
}

/** apps/v1 StatefulSetStatus. */
export interface StatefulSetStatus {
  readonly observedGeneration?: number;
  readonly replicas?: number;
  readonly readyReplicas?: number;
  readonly currentReplicas?: number;
  readonly updatedReplicas?: number;
  readonly availableReplicas?: number;
  readonly currentRevision?: string;
  readonly updateRevision?: string;
  readonly collisionCount?: number;
}

/** apps/v1 DaemonSet. */
export interface DaemonSet extends KubernetesObject {
  spec: {
    readonly selector: LabelSelector;
    readonly template: PodTemplate;
    readonly updateStrategy?: {
      readonly type?: string;
      readonly rollingUpdate?: { readonly maxSurge?: IntOrPercent; readonly maxUnavailable?: IntOrPercent };
    };
    readonly minReadySeconds?: number;
    readonly revisionHistoryLimit?: number;
  };
  status?: Readonly<Record<string, number>>;
}

/** apps/v1 ControllerRevision. */
export interface ControllerRevision extends KubernetesObject {
  revision: number;
  data: JsonObject;
}

/** batch/v1 Job. */
export interface Job extends KubernetesObject {
  spec: JobSpec;
  status?: JobStatus;
}

/** batch/v1 JobSpec. */
export interface JobSpec {
  readonly parallelism?: number;
  readonly completions?: number;
  readonly backoffLimit?: number;
  readonly activeDeadlineSeconds?: number;
  readonly ttlSecondsAfterFinished?: number;
  readonly completionMode?: string;
  readonly suspend?: boolean;
  readonly managedBy?: string;
  readonly selector?: LabelSelector;
  readonly template: PodTemplate;
}

/** batch/v1 JobStatus. */
export interface JobStatus {
  readonly active?: number;
  readonly ready?: number;
  readonly terminating?: number;
  readonly succeeded?: number;
  readonly failed?: number;
  readonly startTime?: string;
  readonly completionTime?: string;
  readonly completedIndexes?: string;
  readonly conditions?: readonly StatusCondition[];
  readonly uncountedTerminatedPods?: JsonObject;
}

/** batch/v1 CronJob. */
export interface CronJob extends KubernetesObject {
  spec: {
    readonly schedule: string;
    readonly timeZone?: string;
    readonly suspend?: boolean;
    readonly concurrencyPolicy?: string;
    readonly startingDeadlineSeconds?: number;
    readonly successfulJobsHistoryLimit?: number;
    readonly failedJobsHistoryLimit?: number;
    readonly jobTemplate: {
      readonly metadata?: { labels?: Record<string, string>; annotations?: Record<string, string> };
      readonly spec: JobSpec;
    };
  };
  status?: CronJobStatus;
}

/** batch/v1 CronJobStatus. */
export interface CronJobStatus {
  readonly active?: readonly ObjectRef[];
  readonly lastScheduleTime?: string;
  readonly lastSuccessfulTime?: string;
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

/** autoscaling/v2 HorizontalPodAutoscaler. */
export interface Autoscaler extends KubernetesObject {
  spec: {
    readonly minReplicas?: number;
    readonly maxReplicas: number;
    readonly scaleTargetRef: { readonly apiVersion?: string; readonly kind: string; readonly name: string };
    readonly metrics?: readonly Metric[];
  };
  status?: AutoscalerStatus;
}

/** autoscaling/v2 MetricSpec, as far as messages name it. */
export interface Metric {
  readonly type: string;
  readonly resource?: { readonly name: string };
  readonly containerResource?: { readonly name: string };
  readonly pods?: { readonly metric: { readonly name: string } };
  readonly object?: { readonly metric: { readonly name: string } };
  readonly external?: { readonly metric: { readonly name: string } };
}

/** autoscaling/v2 HorizontalPodAutoscalerStatus. */
export interface AutoscalerStatus {
  readonly currentReplicas?: number;
  readonly desiredReplicas?: number;
  readonly lastScaleTime?: string;
  readonly currentMetrics?: unknown;
  readonly conditions?: readonly StatusCondition[];
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

/** policy/v1 PodDisruptionBudget. */
export interface DisruptionBudget extends KubernetesObject {
  spec: {
    readonly minAvailable?: IntOrPercent;
    readonly maxUnavailable?: IntOrPercent;
    readonly selector?: LabelSelector;
  };
  status?: {
    readonly conditions?: readonly StatusCondition[];
    readonly disruptedPods?: Readonly<Record<string, string>>;
    readonly [field: string]: unknown;
  };
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
