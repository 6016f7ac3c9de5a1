import { isMap } from '../schema/json.ts';
import { type Atom, formOf, type ListAtom, type MapAtom } from './atoms.ts';
import { FieldSet, FieldSetBuilder } from './field-set.ts';
import { itemsOf } from './list-items.ts';
import { fieldStep } from './path-element.ts';

/**
 * Every field and item that an object mentions: leaves, items of lists with keys, and map entries that the schema does not
 * name. The object must fit its schema. Upstream: typed/tofieldset.go.
 */
export function toFieldSet(atom: Atom, value: unknown): FieldSet {
  const builder = new FieldSetBuilder();
  visit(atom, value, [], builder);
  return builder.build();
}

function visit(atom: Atom, value: unknown, path: string[], into: FieldSetBuilder): void {
  switch (formOf(atom, value)) {
    case 'map':
      if (atom.map) visitMap(atom.map, value, path, into);
      return;
    case 'list':
      if (atom.list) visitList(atom.list, value, path, into);
      return;
    default:
      into.insert(path);
  }
}

function visitMap(map: MapAtom, value: unknown, path: string[], into: FieldSetBuilder): void {
  if (map.isAtomic) {
    into.insert(path);
    return;
  }
  if (!isMap(value)) return;
  for (const name of Object.keys(value)) {
    const field = map.field(name);
    const child = value[name];
    path.push(field?.step ?? fieldStep(name));
    const atom = field?.atom ?? map.element;
    if (atom) visit(atom, child, path, into);
    if (!field || child === null || isEmptyMap(child)) into.insert(path);
    path.pop();
  }
}

function isEmptyMap(value: unknown): boolean {
  return isMap(value) && Object.keys(value).length === 0;
}

function visitList(list: ListAtom, value: unknown, path: string[], into: FieldSetBuilder): void {
  if (list.isAtomic) {
    into.insert(path);
    return;
  }
  if (!Array.isArray(value)) return;
  const items = itemsOf(list, value);
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const { step } of items) {
    if (seen.has(step)) repeated.add(step);
    seen.add(step);
  }
  for (const { step, value: item } of items) {
    path.push(step);
    // Items that occur more than once are owned as a whole.
    if (!repeated.has(step)) visit(list.element, item, path, into);
    into.insert(path);
    path.pop();
  }
}

/**
 * The set with the named fields added that its paths go through: a set of `a.b.c` then has `a` too where the schema names
 * it, but not `a.b` where that is an entry of a map. Upstream: fieldpath/set.go EnsureNamedFieldsAreMembers.
 */
export function withNamedFields(set: FieldSet, atom: Atom | undefined): FieldSet {
  if (set.children.size === 0) return set;
  const members = new Set(set.members);
  const children = new Map<string, FieldSet>();
  for (const [step, child] of set.children) {
    if (step.startsWith('f:')) {
      const name = step.slice(2);
      const field = atom?.map?.field(name);
      if (field) members.add(step);
      children.set(step, withNamedFields(child, field?.atom ?? atom?.map?.element));
    } else {
      children.set(step, withNamedFields(child, step.startsWith('k:') ? atom?.list?.element : undefined));
    }
  }
  return new FieldSet(members, children);
}
