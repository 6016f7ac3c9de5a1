import type { JsonObject, KubernetesObject } from '@capstan/plugin-api';

/** The containers of what has a pod template at `spec.template`; none of anything else. */
export function containersOf(object: KubernetesObject | undefined): readonly JsonObject[] {
  const spec = object?.['spec'] as { template?: { spec?: { containers?: JsonObject[] } } } | undefined;
  return spec?.template?.spec?.containers ?? [];
}

/** Names of the containers that ask for nothing of a resource. */
export function withoutRequest(containers: readonly JsonObject[], resource: 'cpu' | 'memory'): string[] {
  return containers.filter((one) => !asksFor(one, resource)).map(({ name }) => String(name ?? 'the container'));
}

/** Limits count too: Kubernetes takes them as requests where there are none. */
function asksFor(container: JsonObject, resource: 'cpu' | 'memory'): boolean {
  const resources = (container['resources'] ?? {}) as Record<'requests' | 'limits', JsonObject | undefined>;
  return resources.requests?.[resource] !== undefined || resources.limits?.[resource] !== undefined;
}
