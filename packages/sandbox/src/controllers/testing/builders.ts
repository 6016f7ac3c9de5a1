import type { ObjectMeta } from '@capstan/base';
import type { Claim, Node, Pod, Service } from '../model/core-types.ts';
import { KINDS } from '../model/kinds.ts';
import { controllerReference, toTime } from '../model/meta.ts';
import type { CronJob, DaemonSet, Deployment, Job, JobSpec, ReplicaSet, StatefulSet } from '../model/workload-types.ts';

/** The time at which everything in these tests happens. */
export const NOW = Date.parse('2026-01-01T12:00:00Z');
/** The same, as objects have it. */
export const TIME = toTime(NOW);

/** A time so many seconds before NOW. */
export function ago(seconds: number): string {
  return toTime(NOW - seconds * 1000);
}

type Meta = Partial<ObjectMeta>;

function meta(name: string, more: Meta = {}): ObjectMeta {
  return { name, namespace: 'test', uid: `uid-${name}`, creationTimestamp: ago(60), generation: 1, ...more };
}

const TEMPLATE = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'web:1' }] } };
const SELECTOR = { matchLabels: { app: 'web' } };

/** A Deployment of two replicas that rolls with the usual 25 %. */
export function aDeployment(
  spec: Partial<Deployment['spec']> = {},
  status?: Deployment['status'],
  metadata: Meta = {},
): Deployment {
  const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } };
  const defaults = { replicas: 2, selector: SELECTOR, template: TEMPLATE, strategy, progressDeadlineSeconds: 600 };
  return {
    ...KINDS.deployment,
    metadata: meta('web', metadata),
    spec: { ...defaults, revisionHistoryLimit: 10, ...spec },
    ...(status && { status }),
  };
}

/** A ReplicaSet of a Deployment, with all of its Pods available unless told otherwise. */
export function aReplicaSet(
  name: string,
  {
    image,
    replicas,
    available = replicas,
    revision = 1,
    desired = replicas,
    max = desired + 1,
    created = 60,
  }: {
    image: string;
    replicas: number;
    available?: number;
    revision?: number;
    desired?: number;
    max?: number;
    created?: number;
  },
): ReplicaSet {
  const labels = { app: 'web', 'pod-template-hash': name };
  const status = { replicas, readyReplicas: available, availableReplicas: available, terminatingReplicas: 0 };
  const annotations = {
    'deployment.kubernetes.io/revision': String(revision),
    'deployment.kubernetes.io/desired-replicas': String(desired),
    'deployment.kubernetes.io/max-replicas': String(max),
  };
  return {
    ...KINDS.replicaSet,
    metadata: meta(name, { labels, annotations, creationTimestamp: ago(created) }),
    spec: { replicas, selector: SELECTOR, template: { metadata: { labels }, spec: podSpec(image) } },
    status: { ...status, observedGeneration: 1 },
  };
}

/** The spec of a Pod with one container. */
export function podSpec(image: string): { containers: { name: string; image: string }[] } {
  return { containers: [{ name: 'c', image }] };
}

/** A Pod that runs and is ready, unless told otherwise. */
export function aPod(
  name: string,
  {
    ready = true,
    phase = 'Running',
    spec = {},
    metadata = {},
  }: {
    ready?: boolean;
    phase?: string;
    spec?: Partial<Pod['spec']>;
    metadata?: Meta;
  } = {},
): Pod {
  const condition = { type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: ago(30) } as const;
  return {
    ...KINDS.pod,
    metadata: meta(name, { labels: { app: 'web' }, ...metadata }),
    spec: { ...podSpec('web:1'), nodeName: 'sandbox', ...spec },
    status: { phase, conditions: [condition], podIP: '10.244.0.1' },
  };
}

/** A Pod that has no Node yet. */
export function aNewPod(name: string, spec: Partial<Pod['spec']> = {}, metadata: Meta = {}): Pod {
  return {
    ...KINDS.pod,
    metadata: meta(name, metadata),
    spec: { ...podSpec('web:1'), ...spec },
    status: { phase: 'Pending' },
  };
}

/** A Node with room. */
export function aNode(name = 'sandbox', spec: Node['spec'] = {}, metadata: Meta = {}): Node {
  const labels = { 'kubernetes.io/hostname': name };
  const allocatable = { cpu: '4', memory: '8Gi', pods: '10' };
  const { namespace: _, ...rest } = meta(name, { labels, ...metadata });
  return { ...KINDS.node, metadata: rest, spec, status: { allocatable } };
}

/** A StatefulSet of three replicas. */
export function aStatefulSet(
  spec: Partial<StatefulSet['spec']> = {},
  status?: StatefulSet['status'],
  metadata: Meta = {},
): StatefulSet {
  const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { partition: 0 } };
  const defaults = { replicas: 3, serviceName: 'db', selector: SELECTOR, template: TEMPLATE, updateStrategy };
  return {
    ...KINDS.statefulSet,
    metadata: meta('db', metadata),
    spec: { ...defaults, podManagementPolicy: 'OrderedReady', ...spec },
    ...(status && { status }),
  };
}

/** A DaemonSet. */
export function aDaemonSet(spec: Partial<DaemonSet['spec']> = {}): DaemonSet {
  const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } };
  return {
    ...KINDS.daemonSet,
    metadata: meta('agent'),
    spec: { selector: SELECTOR, template: TEMPLATE, updateStrategy, ...spec },
  };
}

/** A Job with one completion. */
export function aJob(spec: Partial<JobSpec> = {}, status?: Job['status'], metadata: Meta = {}): Job {
  const defaults = {
    parallelism: 1,
    completions: 1,
    backoffLimit: 6,
    completionMode: 'NonIndexed',
    template: TEMPLATE,
  };
  return { ...KINDS.job, metadata: meta('job', metadata), spec: { ...defaults, ...spec }, ...(status && { status }) };
}

/** A CronJob that runs at every full hour and was made ten minutes past one. */
export function aCronJob(spec: Partial<CronJob['spec']> = {}, status?: CronJob['status']): CronJob {
  const metadata = meta('nightly', { creationTimestamp: '2026-01-01T10:10:00Z' });
  const defaults = { schedule: '0 * * * *', jobTemplate: { spec: aJob().spec }, concurrencyPolicy: 'Allow' };
  return { ...KINDS.cronJob, metadata, spec: { ...defaults, ...spec }, ...(status && { status }) };
}

/** A Job that a CronJob has started. */
export function aJobOf(cronJob: CronJob, name: string, status?: Job['status']): Job {
  return aJob({}, status, { name, uid: `uid-${name}`, ownerReferences: [controllerReference(cronJob)] });
}

/** A Service for the Pods of a Deployment. */
export function aService(spec: Partial<Service['spec']> = {}, metadata: Meta = {}): Service {
  const ports = [{ name: 'http', port: 80, protocol: 'TCP', targetPort: 8080 }];
  return { ...KINDS.service, metadata: meta('web', metadata), spec: { selector: { app: 'web' }, ports, ...spec } };
}

/** A claim for 1 Gi of the standard class. */
export function aClaim(spec: Partial<Claim['spec']> = {}, metadata: Meta = {}): Claim {
  const resources = { requests: { storage: '1Gi' } };
  return {
    ...KINDS.claim,
    metadata: meta('data', metadata),
    spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'standard', resources, ...spec },
    status: { phase: 'Pending' },
  };
}
