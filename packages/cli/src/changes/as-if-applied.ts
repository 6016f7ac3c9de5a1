import { groupOf, type KindReference, type KubernetesObject, type ObjectReference, referenceTo } from '@capstan/base';
import type { ClusterReader } from '@capstan/core';
import type { KubeClient, ServedResource } from '@capstan/kube';
import type { CustomResourceDefinition } from '@capstan/oam-model';

/**
 * A cluster as it would be read if some objects had been applied to it: they are found and listed, and the kinds of the
 * CRDs among them are served. Everything else is read from the cluster.
 */
export function asIfApplied(client: KubeClient, objects: readonly KubernetesObject[]): ClusterReader {
  const place = client.context.namespace;
  const byKey = new Map(objects.map((object) => [keyOf(referenceTo(object)), object]));
  const served = new Map(objects.filter(isCrd).flatMap(resourcesOf));
  return {
    get: async (reference, options) => byKey.get(keyOf(reference)) ?? client.get(reference, options),
    list: async (kind, options = {}) => {
      const { items, resourceVersion } = await client.list(kind, options);
      const own = objects.filter(
        ({ apiVersion, kind: ownKind, metadata }) =>
          apiVersion === kind.apiVersion &&
          ownKind === kind.kind &&
          (options.namespace === undefined || (metadata.namespace ?? place) === options.namespace),
      );
      const names = new Set(own.map((object) => keyOf(referenceTo(object))));
      return { items: [...items.filter((item) => !names.has(keyOf(referenceTo(item)))), ...own], resourceVersion };
    },
    discovery: {
      find: async (kind) => served.get(kindKey(kind)) ?? client.discovery.find(kind),
    },
  };
}

function isCrd(object: KubernetesObject): object is CustomResourceDefinition {
  return object.kind === 'CustomResourceDefinition';
}

function resourcesOf({ spec }: CustomResourceDefinition): [string, ServedResource][] {
  const { group, names, scope } = spec;
  return spec.versions
    .filter((version) => version.served)
    .map(({ name: version, subresources }) => {
      const kind = { apiVersion: `${group}/${version}`, kind: names.kind };
      const resource: ServedResource = {
        ...kind,
        group,
        version,
        resource: names.plural,
        singular: names.singular ?? names.kind.toLowerCase(),
        shortNames: names.shortNames ?? [],
        namespaced: scope === 'Namespaced',
        verbs: [],
        subresources: Object.keys(subresources ?? {}),
      };
      return [kindKey(kind), resource];
    });
}

function kindKey({ apiVersion, kind }: KindReference): string {
  return `${apiVersion}/${kind}`;
}

/** The version is left out: an object is the same in every version of its group. */
function keyOf({ apiVersion, kind, namespace = '', name }: ObjectReference): string {
  return `${groupOf(apiVersion)}/${kind}/${namespace}/${name}`;
}
