import { builtinPriority, CUSTOM_PRIORITY } from '../discovery/priorities.ts';
import type { KubeObject } from '../model/object.ts';
import type { ResourceRegistry } from '../model/registry.ts';

/** Says who keeps an APIService: `onstart` for built-in group versions, `true` for those of CRDs. */
export const MANAGED_LABEL = 'kube-aggregator.kubernetes.io/automanaged';

/** The name of the APIService of a group version. */
export function apiServiceName(group: string, version: string): string {
  return `${version}.${group}`;
}

/**
 * The APIServices that a server registers for what it serves itself (kube-aggregator controllers/autoregister, and
 * kube-apiserver's crdregistration), by name.
 */
export function localApiServices(registry: ResourceRegistry): Map<string, KubeObject> {
  const found = new Map<string, KubeObject>();
  for (const { group, version, source } of registry.all()) {
    const name = apiServiceName(group, version);
    if (found.has(name)) continue;
    const builtin = source === 'built-in';
    const priority = builtin ? builtinPriority(group, version) : CUSTOM_PRIORITY;
    found.set(name, {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name, labels: { [MANAGED_LABEL]: builtin ? 'onstart' : 'true' } },
      spec: {
        ...(group !== '' && { group }),
        version,
        groupPriorityMinimum: priority.group,
        versionPriority: priority.version,
      },
    });
  }
  return found;
}
