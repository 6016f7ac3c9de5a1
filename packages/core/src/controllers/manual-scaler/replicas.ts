import { groupOf, type KindReference } from '@capstan/base';
import type { CustomResourceDefinition } from '@capstan/oam-model';
import { isRecord } from '../shared/objects.ts';

/** Built-in kinds with a number `spec.replicas`. */
const BUILT_IN: ReadonlySet<string> = new Set([
  'apps/Deployment',
  'apps/StatefulSet',
  'apps/ReplicaSet',
  '/ReplicationController',
]);

const USUAL = ['spec', 'replicas'];

/**
 * Where a kind has its number of replicas: the path of its scale subresource, else `spec.replicas` where the schema says
 * that it is an integer. Undefined for a kind that has none. `crd` is the kind's, if it has one.
 */
export function replicasPath(
  kind: KindReference,
  crd: CustomResourceDefinition | undefined,
): readonly string[] | undefined {
  const group = groupOf(kind.apiVersion);
  if (BUILT_IN.has(`${group}/${kind.kind}`)) return USUAL;
  const version = kind.apiVersion.slice(group.length + 1);
  const served = crd?.spec.versions.find(({ name }) => name === version);
  if (!served) return undefined;
  const stated = served.subresources?.scale?.['specReplicasPath'];
  if (typeof stated === 'string') return pathOf(stated);
  return typeAt(served.schema?.openAPIV3Schema, USUAL) === 'integer' ? USUAL : undefined;
}

/** `.spec.replicas` as keys; the API server takes no brackets there. */
function pathOf(jsonPath: string): readonly string[] {
  return jsonPath.split('.').filter((key) => key !== '');
}

function typeAt(schema: unknown, path: readonly string[]): unknown {
  let part = schema;
  for (const key of path) {
    const properties = isRecord(part) ? part['properties'] : undefined;
    part = isRecord(properties) ? properties[key] : undefined;
  }
  return isRecord(part) ? part['type'] : undefined;
}
