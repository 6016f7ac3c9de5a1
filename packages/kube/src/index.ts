export { type Backoff, type BackoffOptions, exponentialBackoff } from './backoff.ts';
export {
  type AccessRequest,
  type ApplyOptions,
  type ClusterContext,
  conditionsOf,
  type DeleteOptions,
  type Discovery,
  type KubeClient,
  type ListOptions,
  type PodLogOptions,
  type ServedResource,
  type WatchEvent,
  type WriteOptions,
} from './client.ts';
export { KUBE_CODES } from './codes.ts';
export { type ConditionStamp, findCondition, type NewCondition, setCondition } from './conditions.ts';
export { actWithToken, type ConnectOptions, connect } from './connect.ts';
export {
  type ControllerMetrics,
  type ControllerOptions,
  createControllerMetrics,
  type Reconcile,
  type ReconcileContext,
  type ReconcileResult,
  runController,
} from './controller.ts';
export type { Impersonation } from './credentials/impersonation.ts';
export {
  type QueueTrace,
  queueChannel,
  type ReconcileTrace,
  type RequestTrace,
  reconcileChannel,
  requestChannel,
} from './diagnostics.ts';
export { type EventSummary, eventSummary, lastEventOf } from './events.ts';
export { type ClusterFacts, clusterFacts } from './facts.ts';
export { fenceClient } from './fenced-client.ts';
export { type Informer, type InformerHandler, type InformerOptions, startInformer } from './informer.ts';
export {
  createInformerHub,
  type InformerHub,
  type InformerHubOptions,
  type InformerSelection,
  type SharedInformer,
} from './informer-hub.ts';
export { healthOf } from './kstatus.ts';
export {
  acquireLease,
  type HeldLease,
  LEASE_NAMESPACE,
  type LeaseOptions,
  type LeaseState,
  leaseHolder,
} from './lease.ts';
export { ensureNamespace, type NamespaceOptions } from './namespace.ts';
export type { InformerEvent } from './object-cache.ts';
export { type InventoryEntry, type PrunedEntry, type PruneOptions, pruneInventory } from './prune.ts';
export { WorkQueue, type WorkQueueOptions } from './queue.ts';
export { type EventSubject, type NewEvent, type RecordEventOptions, recordEvent } from './record-event.ts';
export { type WaitServedOptions, waitUntilServed } from './served.ts';
export { type FieldConflict, namespaceIsEnding } from './status-errors.ts';
export {
  type ClusterTarget,
  resolveClusterTarget,
  SANDBOX_CONTEXT,
  type TargetOptions,
  type TargetOrigin,
} from './target.ts';
export { type WaitOptions, waitFor } from './wait.ts';
