import type { Condition, Health, JsonObject, KubernetesObject } from '@capstan/plugin-api';

/** What Knative writes into the status of a Service. */
interface ServiceStatus {
  readonly observedGeneration?: number;
  readonly conditions?: readonly Condition[];
  readonly url?: string;
  readonly latestCreatedRevisionName?: string;
  readonly latestReadyRevisionName?: string;
  readonly traffic?: readonly {
    readonly revisionName?: string;
    readonly percent?: number;
    readonly tag?: string;
    readonly url?: string;
  }[];
}

const NO_INGRESS = 'IngressNotConfigured';

/** In which order a Service's parts are looked at: without a revision there is nothing to route to. */
const PARTS = ['ConfigurationsReady', 'RoutesReady'] as const;

/** Health of a Serverless from its live Knative Service. */
export function serverlessHealth(_workload: KubernetesObject, children: readonly KubernetesObject[]): Health {
  const service = children.find(({ kind }) => kind === 'Service');
  if (service) return serviceHealth(service);
  return { status: 'progressing', reason: 'Creating', message: 'its Knative Service is being created' };
}

/**
 * Health of a Knative Service. What was said of an older generation says nothing. A service that has scaled to zero is
 * Ready. `Ready=Unknown` is progress, also with the reason that stands for a missing networking layer, which is explained:
 * every new service has it for a moment.
 */
export function serviceHealth(service: KubernetesObject): Health {
  const status = statusOf(service);
  const { observedGeneration, conditions = [] } = status;
  const { generation } = service.metadata;
  const ready = conditions.find(({ type }) => type === 'Ready');
  if (!ready || (generation !== undefined && observedGeneration !== undefined && observedGeneration !== generation)) {
    return {
      status: 'progressing',
      reason: 'LatestGenerationNotObserved',
      message: 'Knative has not looked at it yet',
    };
  }
  if (ready.status === 'True')
    return { status: 'ready', reason: 'Ready', ...(status.url ? { message: status.url } : {}) };
  const part = conditions.find(
    ({ type, status: said }) => (PARTS as readonly string[]).includes(type) && said !== 'True',
  );
  const said = ready.reason ? ready : (part ?? ready);
  const reason = said.reason || (ready.status === 'False' ? 'NotReady' : 'Deploying');
  if (ready.status === 'False') return { status: 'degraded', reason, message: failure(said, status) };
  if (conditions.some((one) => one.status !== 'True' && one.reason === NO_INGRESS)) {
    return { status: 'progressing', reason: NO_INGRESS, message: WITHOUT_INGRESS };
  }
  return { status: 'progressing', reason, message: said.message || 'Knative is bringing it up' };
}

const WITHOUT_INGRESS =
  'no networking layer has taken it up yet; if it stays so, the layer is missing or is not the one that Serving ' +
  'is set to use: look at spec.ingress and spec.config.network.ingress-class of the KnativeServing';

/** The last revision that became ready goes on serving. */
function failure({ message, reason }: Condition, status: ServiceStatus): string {
  const { latestReadyRevisionName: serving, latestCreatedRevisionName: created } = status;
  const still = serving && serving !== created ? `; ${serving} still serves` : '';
  return `${message || reason || 'it is not ready'}${still}`;
}

/** What a Serverless says of its Knative Service. */
export function serverlessStatus(_workload: KubernetesObject, children: readonly KubernetesObject[]): JsonObject {
  const service = children.find(({ kind }) => kind === 'Service');
  if (!service) return {};
  const { url, latestCreatedRevisionName, latestReadyRevisionName, traffic } = statusOf(service);
  return {
    ...(url ? { url } : {}),
    ...(latestCreatedRevisionName ? { latestCreatedRevision: latestCreatedRevisionName } : {}),
    ...(latestReadyRevisionName ? { latestReadyRevision: latestReadyRevisionName } : {}),
    ...(traffic
      ? {
          traffic: traffic.map(({ revisionName, percent, tag, url: own }) => ({
            ...(revisionName === undefined ? {} : { revision: revisionName }),
            ...(percent === undefined ? {} : { percent }),
            ...(tag === undefined ? {} : { tag }),
            ...(own === undefined ? {} : { url: own }),
          })),
        }
      : {}),
  };
}

function statusOf(service: KubernetesObject): ServiceStatus {
  return (service['status'] ?? {}) as ServiceStatus;
}
