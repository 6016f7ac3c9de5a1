import { kindTypes } from '../builtin/go-types.ts';
import { definitionNode } from '../builtin/schemas.ts';
import type { ApiResource, ApiSubresource } from '../model/resource.ts';
import type { DecodedType } from '../schema/decode.ts';

/** The type of the bodies that an endpoint takes: the resource's own, or a subresource's (Scale, Eviction, Binding ...). */
export function bodyTypeOf(resource: ApiResource, subresource: ApiSubresource | undefined): DecodedType {
  const kind = subresource?.kind;
  if (!kind) return resource;
  const schema = definitionNode(kindTypes().get(`${kind.group}/${kind.version}/${kind.kind}`) ?? '');
  return { ...kind, source: 'built-in', schema };
}
