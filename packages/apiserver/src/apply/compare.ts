import { isMap, own, sameJson } from '../schema/json.ts';
import { type Atom, formOf, type ListAtom, type MapAtom } from './atoms.ts';
import { type FieldSet, FieldSetBuilder } from './field-set.ts';
import { ItemError, itemStep } from './list-items.ts';
import { fieldStep } from './path-element.ts';
import { type Problem, SchemaMismatch } from './validate.ts';

/** How two objects differ. No path is in two of the sets. */
export interface Comparison {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}

/**
 * Compares two objects that fit the same schema; `undefined` is an object that is not there. Throws SchemaMismatch where
 * an item of a list does not fit, as when pruning left a null behind. Upstream: typed/compare.go.
 */
export function compareTyped(atom: Atom, before: unknown, after: unknown): Comparison {
  const walk = new CompareWalk();
  walk.visit(atom, before, after);
  if (walk.problems.length > 0) throw new SchemaMismatch(walk.problems, 'failed to compare objects: ');
  return { added: walk.added.build(), modified: walk.modified.build(), removed: walk.removed.build() };
}

class CompareWalk {
  readonly added = new FieldSetBuilder();
  readonly modified = new FieldSetBuilder();
  readonly removed = new FieldSetBuilder();
  readonly problems: Problem[] = [];
  readonly #path: string[] = [];

  visit(atom: Atom, before: unknown, after: unknown): void {
    if (before !== undefined && before === after && typeof before === 'object') return;
    const left = formOf(atom, before);
    const right = formOf(atom, after);
    let isLeaf: boolean;
    if (after === undefined) isLeaf = this.#visitAs(left, atom, before, after);
    else if (before === undefined || left === right) isLeaf = this.#visitAs(right, atom, before, after);
    else {
      this.#visitAs(left, atom, before, after);
      isLeaf = this.#visitAs(right, atom, before, after);
    }
    if (isLeaf) return;
    if (before === undefined) this.added.insert(this.#path);
    else if (after === undefined) this.removed.insert(this.#path);
  }

  /** Whether the place is a leaf, which is then compared as a whole. */
  #visitAs(form: ReturnType<typeof formOf>, atom: Atom, before: unknown, after: unknown): boolean {
    if (form === 'map' && atom.map) return this.#visitMap(atom.map, before, after);
    if (form === 'list' && atom.list) return this.#visitList(atom.list, before, after);
    return this.#leaf(before, after);
  }

  #leaf(before: unknown, after: unknown): true {
    if (before === undefined) this.added.insert(this.#path);
    else if (after === undefined) this.removed.insert(this.#path);
    else if (!sameJson(before, after)) this.modified.insert(this.#path);
    return true;
  }

  #visitMap(map: MapAtom, before: unknown, after: unknown): boolean {
    const left = isMap(before) ? before : {};
    const right = isMap(after) ? after : {};
    const names = Object.keys(left);
    const others = Object.keys(right);
    if (map.isAtomic || (names.length === 0 && others.length === 0)) return this.#leaf(before, after);
    for (const name of names) this.#visitField(map, name, left[name], own(right, name));
    for (const name of others) if (!Object.hasOwn(left, name)) this.#visitField(map, name, undefined, right[name]);
    return false;
  }

  #visitField(map: MapAtom, name: string, before: unknown, after: unknown): void {
    const field = map.field(name);
    const atom = field?.atom ?? map.element;
    if (!atom) return;
    this.#path.push(field?.step ?? fieldStep(name));
    this.visit(atom, before, after);
    this.#path.pop();
  }

  #visitList(list: ListAtom, before: unknown, after: unknown): boolean {
    const left = Array.isArray(before) ? before : [];
    const right = Array.isArray(after) ? after : [];
    if (list.isAtomic || (left.length === 0 && right.length === 0)) return this.#leaf(before, after);
    const lefts = this.#groupByStep(list, left);
    const rights = this.#groupByStep(list, right);
    for (const [step, values] of lefts) this.#visitItem(list.element, step, values, rights.get(step) ?? []);
    for (const [step, values] of rights) if (!lefts.has(step)) this.#visitItem(list.element, step, [], values);
    return false;
  }

  /** Items that occur more than once are compared as a whole, and owned by a mark on their step. */
  #visitItem(atom: Atom, step: string, before: readonly unknown[], after: readonly unknown[]): void {
    this.#path.push(step);
    if (before.length <= 1 && after.length <= 1) this.visit(atom, before[0], after[0]);
    else if (before.length >= 2 && after.length >= 2) {
      if (!sameJson(before, after)) this.modified.insert(this.#path);
    } else if (before.length >= 2) {
      if (after.length > 0) this.visit(atom, undefined, after[0]);
      this.removed.insert(this.#path);
    } else {
      if (before.length > 0) this.visit(atom, before[0], undefined);
      this.added.insert(this.#path);
    }
    this.#path.pop();
  }

  #groupByStep(list: ListAtom, values: readonly unknown[]): Map<string, unknown[]> {
    const groups = new Map<string, unknown[]>();
    for (const [index, value] of values.entries()) {
      try {
        const step = itemStep(list, value);
        const group = groups.get(step);
        if (group) group.push(value);
        else groups.set(step, [value]);
      } catch (error) {
        if (!(error instanceof ItemError)) throw error;
        this.problems.push({ steps: [...this.#path], message: `element ${index}: ${error.message}` });
      }
    }
    return groups;
  }
}
