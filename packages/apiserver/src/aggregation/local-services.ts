import { randomUUID } from 'node:crypto';
import { builtinPriority, CUSTOM_PRIORITY } from '../discovery/priorities.ts';
import type { KubeObject } from '../model/object.ts';
import type { ResourceRegistry } from '../model/registry.ts';
import type { Store } from '../storage/store.ts';
import { LOCAL, withAvailability } from './availability.ts';

/** The storage key of APIServices. */
export const API_SERVICES = 'apiservices.apiregistration.k8s.io';

/** Says who keeps an APIService: `onstart` for built-in group versions, `true` for those of CRDs. */
export const MANAGED_LABEL = 'kube-aggregator.kubernetes.io/automanaged';

/** The aggregation layer does not register itself. */
const OWN_GROUP = 'apiregistration.k8s.io';

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
    if (group === OWN_GROUP) continue;
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

/**
 * Writes the APIServices of the built-in group versions, where they are missing, as what a creation by the server makes of
 * them; thirty ordinary creations would be a quarter of a server's start. `now` is RFC 3339 with seconds.
 */
export function writeBuiltinServices(store: Store, registry: ResourceRegistry, now: string): void {
  for (const [name, service] of localApiServices(registry)) {
    const isBuiltin = service.metadata.labels?.[MANAGED_LABEL] === 'onstart';
    if (!isBuiltin || store.get(API_SERVICES, '', name)) continue;
    const object = withAvailability(withMetadata(service, now), LOCAL, now);
    store.write({ key: API_SERVICES, namespace: '', name, expected: 0, object });
  }
}

function withMetadata(service: KubeObject, now: string): KubeObject {
  const { apiVersion, kind, metadata, ...content } = service;
  const names = Object.keys(content['spec'] as object).sort();
  const fieldsV1 = {
    'f:metadata': { 'f:labels': { '.': {}, [`f:${MANAGED_LABEL}`]: {} } },
    'f:spec': Object.fromEntries(names.map((name) => [`f:${name}`, {}])),
  };
  const entry = { manager: 'kube-apiserver', operation: 'Update', apiVersion, time: now } as const;
  return {
    kind,
    apiVersion,
    metadata: {
      name: metadata.name ?? '',
      uid: randomUUID(),
      creationTimestamp: now,
      labels: metadata.labels ?? {},
      managedFields: [{ ...entry, fieldsType: 'FieldsV1', fieldsV1 }],
    },
    ...content,
  };
}
