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
