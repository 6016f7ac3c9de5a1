import { isMap } from '../schema/json.ts';
import { type Atom, formOf, type ListAtom, type MapAtom } from './atoms.ts';
import { itemsOf } from './list-items.ts';

/**
 * Whether a configuration owns no object or list as a whole in which others have put something: that is what null and {}
 * mean. Pruning may remove such a whole although its manager applies it again, so it must not be left out then.
 */
export function ownsNoWhole(atom: Atom, config: unknown, merged: unknown): boolean {
  if (typeof config !== 'object') return true;
  if (config === null || (isMap(config) && Object.keys(config).length === 0)) return isEmpty(merged);
  const form = formOf(atom, config);
  if (form === 'map' && atom.map) return ownsNoWholeInMap(atom.map, config, merged);
  if (form === 'list' && atom.list) return ownsNoWholeInList(atom.list, config, merged);
  return true;
}

function isEmpty(value: unknown): boolean {
  return typeof value !== 'object' || value === null || Object.keys(value).length === 0;
}

function ownsNoWholeInMap(map: MapAtom, config: unknown, merged: unknown): boolean {
  if (map.isAtomic || !isMap(config) || !isMap(merged)) return true;
  return Object.keys(config).every((name) => {
    const atom = map.atomAt(name);
    return !atom || ownsNoWhole(atom, config[name], merged[name]);
  });
}

function ownsNoWholeInList(list: ListAtom, config: unknown, merged: unknown): boolean {
  if (list.isAtomic || list.keys.length === 0 || !Array.isArray(config) || !Array.isArray(merged)) return true;
  const values = new Map(itemsOf(list, merged).map(({ step, value }) => [step, value]));
  return itemsOf(list, config).every(({ step, value }) => ownsNoWhole(list.element, value, values.get(step)));
}
