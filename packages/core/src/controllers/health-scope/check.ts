import type { JsonValue, KubernetesObject } from '@capstan/base';
import { healthOf } from '@capstan/kube';
import { OAM_LABELS, type WorkloadHealthCondition } from '@capstan/oam-model';
import { isRecord, statusOf } from '../shared/objects.ts';
import type { Found, FoundWorkload } from './model.ts';

type Verdict = Pick<WorkloadHealthCondition, 'healthStatus' | 'diagnosis' | 'workloadStatus'>;

/** Judges one object of a kind; `found` has its children. */
type Checker = (object: KubernetesObject, found: FoundWorkload) => Verdict;

const HEALTH_CHECK = 'error occurs in health check ';
const PEERS = 'error occurs when get versioning peer workloads refs';

/** Kinds whose status names a Deployment and a Service. */
export const WITH_RESOURCES: ReadonlySet<string> = new Set([
  'core.oam.dev/v1alpha2/ContainerizedWorkload',
  'standard.oam.dev/v1alpha1/PodSpecWorkload',
]);

const CHECKERS: Readonly<Record<string, Checker>> = {
  'core.oam.dev/v1alpha2/ContainerizedWorkload': withResources,
  'standard.oam.dev/v1alpha1/PodSpecWorkload': withResources,
  'apps/v1/Deployment': replicated,
  'apps/v1/StatefulSet': replicated,
  'apps/v1/DaemonSet': onEveryNode,
};

/** The health of one workload, in the reference's words; peers are left out. */
export function checkWorkload(found: FoundWorkload): WorkloadHealthCondition {
  const { reference, object, missing = 'it does not exist' } = found;
  const { apiVersion, kind, name } = reference;
  if (!object) {
    const diagnosis = `${HEALTH_CHECK}: ${missing} ${PEERS}:${missing}`;
    return { targetWorkload: reference, healthStatus: 'UNHEALTHY', diagnosis };
  }
  const { uid, labels } = object.metadata;
  const componentName = labels?.[OAM_LABELS.component];
  const check = CHECKERS[`${apiVersion}/${kind}`] ?? byConditions;
  return {
    ...(componentName ? { componentName } : {}),
    targetWorkload: { apiVersion, kind, name, ...(uid === undefined ? {} : { uid }) },
    ...check(object, found),
  };
}

/** A Deployment that is healthy and a Service that exists. A workload without ports has no Service and needs none. */
function withResources(object: KubernetesObject, { reference, children }: FoundWorkload): Verdict {
  const wanted = reference.kind === 'ContainerizedWorkload' && !listens(object) ? 1 : 2;
  if (children.length !== wanted) {
    return verdict(false, `cannot get child resource references of workload ${reference.name}`);
  }
  const verdicts = children.flatMap((child) => childVerdict(child) ?? []);
  return verdict(
    verdicts.every(({ healthStatus }) => healthStatus === 'HEALTHY'),
    verdicts.map(({ diagnosis }) => diagnosis).join(''),
  );
}

/** Children of other kinds do not count. */
function childVerdict({ reference, object, missing = 'it does not exist' }: Found): Verdict | undefined {
  if (reference.kind !== 'Deployment' && reference.kind !== 'Service') return undefined;
  if (!object) return verdict(false, `${HEALTH_CHECK}: ${missing}`);
  return reference.kind === 'Deployment' ? replicated(object) : verdict(true, '');
}

function listens({ spec }: KubernetesObject): boolean {
  const containers = isRecord(spec) && Array.isArray(spec['containers']) ? (spec['containers'] as unknown[]) : [];
  return containers.some((one) => isRecord(one) && Array.isArray(one['ports']) && one['ports'].length > 0);
}

function replicated(object: KubernetesObject): Verdict {
  const wanted = isRecord(object['spec']) ? numberIn(object['spec'], 'replicas') : 0;
  const ready = numberIn(statusOf(object), 'readyReplicas');
  return verdict(ready === wanted, `Ready:${ready}/${wanted} `);
}

function onEveryNode(object: KubernetesObject): Verdict {
  const status = statusOf(object);
  const ready = `Ready:${numberIn(status, 'numberReady')}/${numberIn(status, 'desiredNumberScheduled')} `;
  return verdict(numberIn(status, 'numberUnavailable') === 0, ready);
}

/** Any other kind by the rules of kstatus; unknown where those say nothing about it. */
function byConditions(object: KubernetesObject): Verdict {
  const { status, reason, message } = healthOf(object);
  if (reason !== 'Exists') return verdict(status === 'ready', message ? `${reason}: ${message}` : reason);
  return {
    healthStatus: 'UNKNOWN',
    diagnosis: `APIVersion ${object.apiVersion} Kind ${object.kind} workload is unknown for HealthScope `,
    workloadStatus: JSON.stringify(sorted((object['status'] ?? null) as JsonValue)),
  };
}

function verdict(healthy: boolean, diagnosis: string): Verdict {
  return { healthStatus: healthy ? 'HEALTHY' : 'UNHEALTHY', diagnosis };
}

function numberIn(record: Readonly<Record<string, unknown>>, key: string): number {
  const value = record[key];
  return typeof value === 'number' ? value : 0;
}

/** Keys in order, so that the text changes only when the status does. */
function sorted(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, one]) => [key, sorted(one)]));
}
