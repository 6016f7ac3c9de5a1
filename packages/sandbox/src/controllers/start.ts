import { type Clock, type Logger, silentLogger, systemClock } from '@capstan/base';
import type { KubeClient } from '@capstan/kube';
import { SimulatedCluster } from './frame/cluster.ts';
import { type ControllerFactory, startController } from './frame/controller.ts';
import { CronJobs } from './jobs/cron-jobs.ts';
import { Jobs } from './jobs/jobs.ts';
import { Namespaces } from './namespaces/namespaces.ts';
import { ServiceEndpoints } from './network/service-endpoints.ts';
import { Kubelet } from './pods/kubelet.ts';
import { Nodes } from './pods/node.ts';
import { Scheduler } from './pods/scheduler.ts';
import { Autoscalers } from './policy/autoscalers.ts';
import { DisruptionBudgets } from './policy/disruption-budgets.ts';
import { Quotas } from './policy/quotas.ts';
import { Claims } from './storage/claims.ts';
import { Volumes } from './storage/volumes.ts';
import { DaemonSets } from './workloads/daemon-sets.ts';
import { Deployments } from './workloads/deployments.ts';
import { replicaSets, replicationControllers } from './workloads/replicas.ts';
import { StatefulSets } from './workloads/stateful-sets.ts';

/** Options of `startSimulatedControllers`. */
export interface SimulatedControllersOptions {
  /** Ends the controllers. */
  readonly signal: AbortSignal;
  /** PEM of the authority that signed the API server's certificate. */
  readonly rootCa: string;
  readonly log?: Logger;
  readonly clock?: Clock;
}

const CONTROLLERS: readonly ControllerFactory[] = [
  (cluster) => new Namespaces(cluster),
  (cluster) => new Nodes(cluster),
  (cluster) => new Scheduler(cluster),
  (cluster) => new Kubelet(cluster),
  replicaSets,
  replicationControllers,
  (cluster) => new Deployments(cluster),
  (cluster) => new StatefulSets(cluster),
  (cluster) => new DaemonSets(cluster),
  (cluster) => new Jobs(cluster),
  (cluster) => new CronJobs(cluster),
  (cluster) => new ServiceEndpoints(cluster),
  (cluster) => new Claims(cluster),
  (cluster) => new Volumes(cluster),
  (cluster) => new Autoscalers(cluster),
  (cluster) => new DisruptionBudgets(cluster),
  (cluster) => new Quotas(cluster),
];

/**
 * Does for a cluster without them what the controller manager, the scheduler and a kubelet do: Deployments get Pods, Pods
 * run (nothing is really run), claims are bound, Services get endpoints. The controllers are ordinary clients and keep no
 * state of their own, so that they may be stopped and started at any time; only one process may run them. Needs rights
 * like an administrator's. Resolves when everything has ended after the signal.
 */
export async function startSimulatedControllers(
  client: KubeClient,
  { signal, rootCa, log = silentLogger, clock = systemClock }: SimulatedControllersOptions,
): Promise<void> {
  const cluster = new SimulatedCluster(client, { signal, rootCa, log, clock });
  await Promise.all(CONTROLLERS.map((make) => startController(cluster, make)));
  await cluster.stopped();
}
