import type { JsonObject, KubernetesObject } from '@capstan/base';
import type { CapabilityPackage } from '@capstan/capability-model';

/** What Istio's charts write where its injector puts the proxy's image: no image of that name exists. */
const PLACEHOLDER = 'auto';

/** The container images that the rendered objects run, each once and sorted. */
export function imagesOf(objects: readonly KubernetesObject[]): string[] {
  const images = new Set<string>();
  for (const object of objects) for (const pod of podSpecsOf(object)) collect(pod, images);
  return [...images].sort();
}

/** Images that no chart names: programs of the package bring them. */
export function imagesAtRuntime({ install }: Pick<CapabilityPackage, 'install'>): string[] {
  return install.images.flatMap(({ ref, atRuntime }) => (atRuntime ? [ref] : []));
}

function collect(pod: JsonObject, images: Set<string>): void {
  for (const field of ['containers', 'initContainers', 'ephemeralContainers']) {
    const containers = pod[field];
    if (!Array.isArray(containers)) continue;
    for (const container of containers) {
      const image: unknown = (container as JsonObject | null)?.['image'];
      if (typeof image === 'string' && image !== PLACEHOLDER) images.add(image);
    }
  }
}

function podSpecsOf(object: KubernetesObject): JsonObject[] {
  const spec = object['spec'];
  if (object.kind === 'Pod') return isMap(spec) ? [spec] : [];
  if (object.kind === 'CronJob') return templateSpec(at(spec, 'jobTemplate', 'spec'));
  return templateSpec(spec);
}

function templateSpec(owner: unknown): JsonObject[] {
  const pod = at(owner, 'template', 'spec');
  return isMap(pod) ? [pod] : [];
}

function at(value: unknown, ...path: string[]): unknown {
  let found = value;
  for (const key of path) found = isMap(found) ? found[key] : undefined;
  return found;
}

function isMap(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
