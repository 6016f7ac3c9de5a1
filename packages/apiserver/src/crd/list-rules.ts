import type { StatusCause } from '../model/api-error.ts';
import { forbidden, invalid, required } from '../model/field-error.ts';
import type { SchemaNode } from '../model/schema.ts';
import { own } from '../schema/json.ts';

/** What is wrong with the keys of lists of type map, and with items of map lists and sets. */
export function validateListKeys(schema: SchemaNode, path: string): StatusCause[] {
  const type = schema['x-kubernetes-list-type'];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const causes: StatusCause[] = [];
  if (keys.length > 0 && type !== 'map') {
    const at = `${path}.x-kubernetes-list-type`;
    const must = 'must be map if x-kubernetes-list-map-keys is non-empty';
    causes.push(type === undefined ? required(at, must) : invalid(at, type, must));
  }
  if (type === 'map') causes.push(...mapItemCauses(schema, keys, path));
  if ((type === 'map' || type === 'set') && schema.items?.nullable === true) {
    causes.push(forbidden(`${path}.items.nullable`, `cannot be nullable when x-kubernetes-list-type is ${type}`));
  }
  if (type === 'map' && schema.items) causes.push(...presentKeyCauses(schema.items, keys, path));
  return causes;
}

function mapItemCauses(schema: SchemaNode, keys: readonly string[], path: string): StatusCause[] {
  const { items } = schema;
  const causes: StatusCause[] = [];
  if (keys.length === 0)
    causes.push(required(`${path}.x-kubernetes-list-map-keys`, 'must not be empty if x-kubernetes-list-type is map'));
  if (!items) return [...causes, required(`${path}.items`, 'must have a schema if x-kubernetes-list-type is map')];
  if (items.type !== 'object') {
    return [
      ...causes,
      invalid(`${path}.items.type`, items.type ?? '', "must be object if parent array's x-kubernetes-list-type is map"),
    ];
  }
  keys.forEach((name, at) => {
    const node = own(items.properties ?? {}, name);
    if (!node) {
      causes.push(invalid(`${path}.x-kubernetes-list-map-keys`, keys, 'entries must all be names of item properties'));
    } else if (node.type === 'array' || node.type === 'object') {
      // Upstream shows the type of the item here.
      const must = "must be a scalar type if parent array's x-kubernetes-list-type is map";
      causes.push(invalid(`${path}.items.properties[${name}].type`, items.type, must));
    }
    if (keys.indexOf(name) < at)
      causes.push(invalid(`${path}.x-kubernetes-list-map-keys`, keys, 'must not contain duplicate entries'));
  });
  return causes;
}

/** Keys must be there in every item, by being required or by a default. */
function presentKeyCauses(items: SchemaNode, keys: readonly string[], path: string): StatusCause[] {
  return keys.flatMap((name) => {
    const node = own(items.properties ?? {}, name);
    if (!node) return [];
    const at = `${path}.items.properties[${name}]`;
    return [
      ...(items.required?.includes(name) || node.default !== undefined
        ? []
        : [
            required(
              `${at}.default`,
              'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property',
            ),
          ]),
      ...(node.nullable === true
        ? [forbidden(`${at}.nullable`, 'this property is in x-kubernetes-list-map-keys, so it cannot be nullable')]
        : []),
    ];
  });
}
