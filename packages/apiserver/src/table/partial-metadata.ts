import type { KubeObject, ObjectMeta } from '../model/object.ts';

const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';

/**
 * The metadata of an object where only that is shown, in Tables and PartialObjectMetadata. The real server makes these of
 * its internal form, in which a DaemonSet's generation of the template is a field and no annotation. Upstream:
 * pkg/apis/apps/v1/conversion.go.
 */
export function partialMetadata({ apiVersion, kind, metadata }: KubeObject): ObjectMeta {
  if (kind !== 'DaemonSet' || apiVersion !== 'apps/v1') return metadata;
  if (metadata.annotations?.[TEMPLATE_GENERATION] === undefined) return metadata;
  const { annotations, ...others } = metadata;
  const { [TEMPLATE_GENERATION]: _, ...kept } = annotations;
  return Object.keys(kept).length === 0 ? others : { ...others, annotations: kept };
}
