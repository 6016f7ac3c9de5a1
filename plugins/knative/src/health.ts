import type { ClusterView, Condition, Health, JsonObject, KubernetesObject } from '@capstan/plugin-api';
import { SERVING_API_VERSION } from './spec.ts';

/** What Knative writes into the status of a Service. */
interface ServiceStatus {
  readonly observedGeneration?: number;
  readonly conditions?: readonly Condition[];
  readonly url?: string;
  readonly latestCreatedRevisionName?: string;
  readonly latestReadyRevisionName?: string;
  readonly traffic?: readonly TrafficStatus[];
}

interface TrafficStatus {
  readonly revisionName?: string;
  readonly percent?: number;
  readonly tag?: string;
  readonly url?: string;
}

/** The kind that says whether copies of a service run. */
export const REVISION = { apiVersion: SERVING_API_VERSION, kind: 'Revision' } as const;

const NO_INGRESS = 'IngressNotConfigured';

const WITHOUT_INGRESS =
  'no networking layer has taken it up yet; if it stays so, the layer is missing or is not the one that Serving ' +
  'is set to use: look at spec.ingress and spec.config.network.ingress-class of the KnativeServing';

/** Health of a Serverless from its live Knative Service. */
export function serverlessHealth(
  _workload: KubernetesObject,
  children: readonly KubernetesObject[],
  cluster: ClusterView,
): Health {
  const service = children.find(({ kind }) => kind === 'Service');
  if (service) return serviceHealth(service, [], cluster);
  return { status: 'progressing', reason: 'Creating', message: 'its Knative Service is being created' };
}

/**
 * Health of a Knative Service. What was said of an older generation says nothing. A service that has scaled to zero is
 * ready, with the reason Idle. `Ready=Unknown` is progress, also with the reason that stands for a missing networking
 * layer, which is explained: every new service has it for a moment.
 */
export function serviceHealth(
  service: KubernetesObject,
  _children: readonly KubernetesObject[],
  cluster: ClusterView,
): Health {
  const status = statusOf(service);
  const { observedGeneration, conditions = [] } = status;
  const { generation, deletionTimestamp } = service.metadata;
  if (deletionTimestamp) return { status: 'progressing', reason: 'Terminating', message: 'it is being deleted' };
  const ready = conditions.find(({ type }) => type === 'Ready');
  const stale = generation !== undefined && observedGeneration !== undefined && observedGeneration !== generation;
  if (!ready || stale) {
    const message = 'Knative has not looked at its last change yet';
    return { status: 'progressing', reason: 'LatestGenerationNotObserved', message };
  }
  if (ready.status === 'True') return running(service, status, cluster);
  return ready.status === 'False' ? failed(causeOf(ready, conditions), status) : deploying(ready, conditions);
}

/** Its revision says whether copies run; that none do while nobody asks is what Knative is for. */
function running({ metadata }: KubernetesObject, status: ServiceStatus, cluster: ClusterView): Health {
  const { url, latestReadyRevisionName: name } = status;
  const where = metadata.namespace === undefined ? {} : { namespace: metadata.namespace };
  const revision = name ? cluster.get({ ...REVISION, name, ...where }) : undefined;
  const active = revision && statusOf(revision).conditions?.find(({ type }) => type === 'Active');
  if (active?.status === 'False') return { status: 'ready', reason: 'Idle', message: 'no requests, so no copy runs' };
  return { status: 'ready', reason: 'Ready', ...(url ? { message: url } : {}) };
}

/** Without any revision that is ready Ready only says so; why its newest one is not stands beside it. */
function causeOf(ready: Condition, conditions: readonly Condition[]): Condition {
  const failed = conditions.find(({ type, status }) => type === 'ConfigurationsReady' && status === 'False');
  return failed?.message ? failed : ready;
}

/** The last revision that became ready goes on serving. */
function failed({ reason, message }: Condition, status: ServiceStatus): Health {
  const { latestReadyRevisionName: serving, latestCreatedRevisionName: created } = status;
  const still = serving && serving !== created ? `; ${serving} still serves` : '';
  const why = message || reason || 'it is not ready';
  return { status: 'degraded', reason: reason || 'NotReady', message: `${why}${still}` };
}

function deploying({ reason, message }: Condition, conditions: readonly Condition[]): Health {
  if (conditions.some((one) => one.status !== 'True' && one.reason === NO_INGRESS)) {
    return { status: 'progressing', reason: NO_INGRESS, message: WITHOUT_INGRESS };
  }
  const said = message || 'Knative is bringing it up';
  return { status: 'progressing', reason: reason || 'Deploying', message: said };
}

/** What a Serverless says of its Knative Service. */
export function serverlessStatus(_workload: KubernetesObject, children: readonly KubernetesObject[]): JsonObject {
  const service = children.find(({ kind }) => kind === 'Service');
  if (!service) return {};
  const { url, latestCreatedRevisionName, latestReadyRevisionName, traffic } = statusOf(service);
  return stated({
    url,
    latestCreatedRevision: latestCreatedRevisionName,
    latestReadyRevision: latestReadyRevisionName,
    traffic: traffic?.map((one) => {
      return stated({ revision: one.revisionName, percent: one.percent, tag: one.tag, url: one.url });
    }),
  });
}

/** Without what is not known. */
function stated(fields: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function statusOf(object: KubernetesObject): ServiceStatus {
  return (object['status'] ?? {}) as ServiceStatus;
}
