export {
  type AccessRequest,
  type ApplyOptions,
  type ClusterContext,
  conditionsOf,
  type DeleteOptions,
  type Discovery,
  type KubeClient,
  type ListOptions,
  type ServedResource,
  type WatchEvent,
  type WriteOptions,
} from './client.ts';
export { KUBE_CODES } from './codes.ts';
export { type ConnectOptions, connect } from './connect.ts';
export type { Impersonation } from './kubeconfig.ts';
export type { FieldConflict } from './status-errors.ts';
export {
  type ClusterTarget,
  resolveClusterTarget,
  SANDBOX_CONTEXT,
  type TargetOptions,
  type TargetOrigin,
} from './target.ts';
