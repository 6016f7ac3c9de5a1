import { type StorageType, storageKey } from '../model/resource.ts';

/** Types that etcd has under another name than their resource's. Upstream: kubeapiserver/default_storage_factory_builder.go. */
const NAMES: Readonly<Record<string, string>> = {
  'endpoints.': 'services/endpoints',
  'ingresses.networking.k8s.io': 'ingress',
  'nodes.': 'minions',
  'replicationcontrollers.': 'controllers',
  'services.': 'services/specs',
};

/** Groups of Kubernetes' own types that are served by parts of their own, which keep the group in the path. */
const GROUPS_IN_PATH: ReadonlySet<string> = new Set(['apiextensions.k8s.io', 'apiregistration.k8s.io']);

/** Where an object would be in etcd. Some messages name it, though nothing is stored under it here. */
export function storagePath(
  storage: StorageType,
  custom: boolean,
  namespace: string | undefined,
  name: string,
): string {
  const { group, resource, namespaced } = storage;
  const grouped = custom || GROUPS_IN_PATH.has(group);
  const prefix = grouped ? `${group}/${resource}` : (NAMES[storageKey(storage)] ?? resource);
  return `/registry/${prefix}/${namespaced ? `${namespace}/` : ''}${name}`;
}
