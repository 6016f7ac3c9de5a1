import type { JsonObject, KubernetesObject } from '@capstan/base';
import type { ObjectRef } from './core-types.ts';
import type { IntOrPercent, LabelSelector, PodTemplate, StatusCondition } from './meta.ts';

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
