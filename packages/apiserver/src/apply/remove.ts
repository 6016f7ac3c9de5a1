import { isMap, type JsonMap, setField } from '../schema/json.ts';
import { type Atom, formOf, type ListAtom, type MapAtom } from './atoms.ts';
import type { FieldSet } from './field-set.ts';
import { stepOrInvalid } from './list-items.ts';
import { fieldStep } from './path-element.ts';

/**
 * The value without the fields and items of a set. What loses all its parts becomes null, as in the library's version
 * 6.3.0. The value is not changed; the result shares parts with it. Upstream: typed/remove.go.
 */
export function removeItems(atom: Atom, value: unknown, gone: FieldSet): unknown {
  const form = formOf(atom, value);
  if (form === 'map' && atom.map) return removeFromMap(atom.map, value, gone);
  if (form === 'list' && atom.list) return removeFromList(atom.list, value, gone);
  return value;
}

function removeFromMap(map: MapAtom, value: unknown, gone: FieldSet): unknown {
  if (!isMap(value) || map.isAtomic) return null;
  const kept: JsonMap = {};
  let isEmpty = true;
  for (const name of Object.keys(value)) {
    const field = map.field(name);
    const step = field?.step ?? fieldStep(name);
    if (gone.members.has(step)) continue;
    setField(kept, name, removeBelow(field?.atom ?? map.element, value[name], step, gone));
    isEmpty = false;
  }
  return isEmpty ? null : kept;
}

function removeFromList(list: ListAtom, value: unknown, gone: FieldSet): unknown {
  if (!Array.isArray(value) || list.isAtomic) return null;
  const kept: unknown[] = [];
  for (const item of value) {
    const step = stepOrInvalid(list, item);
    if (!gone.members.has(step)) kept.push(removeBelow(list.element, item, step, gone));
  }
  return kept.length === 0 ? null : kept;
}

function removeBelow(atom: Atom | undefined, value: unknown, step: string, gone: FieldSet): unknown {
  const below = gone.children.get(step);
  return atom && below && !below.isEmpty() ? removeItems(atom, value, below) : value;
}
