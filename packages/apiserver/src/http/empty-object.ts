import { goDecode } from '../builtin/typed.ts';
import { apiVersionOf, type KubeObject } from '../model/object.ts';
import type { ApiResource } from '../model/resource.ts';
import { isMap } from '../schema/json.ts';
import type { BookmarkMetadata } from '../watch/frames.ts';

/** Kinds whose internal form has a number where the version's has none: it is written as zero. */
const COUNTED = new Set(['Deployment', 'ReplicaSet', 'StatefulSet']);

/**
 * An object of a type of which nothing is set but metadata, as Go writes it: what a bookmark shows. Fields that are always
 * written are zero, and a DaemonSet has the annotation in which its version keeps a field of the internal form.
 */
export function emptyObject({ group, version, kind, source }: ApiResource, metadata: BookmarkMetadata): KubeObject {
  const object: KubeObject = { kind, apiVersion: apiVersionOf(group, version), metadata: {} };
  if (source === 'crd') return { ...object, metadata };
  goDecode(object, { group, version, kind });
  const { spec } = object;
  if (group === 'apps' && COUNTED.has(kind) && isMap(spec)) object['spec'] = { replicas: 0, ...spec };
  if (group !== 'apps' || kind !== 'DaemonSet') return { ...object, metadata };
  const annotations = { 'deprecated.daemonset.template.generation': '0', ...metadata.annotations };
  return { ...object, metadata: { ...metadata, annotations } };
}
