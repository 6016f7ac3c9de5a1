import type { Atom, ListAtom, MapAtom } from './atoms.ts';
import { type FieldSet, FieldSetBuilder } from './field-set.ts';

/*
 * Sets of fields outlive the schema that they were made with: a map or list may have become atomic since. Upstream:
 * typed/reconcile_schema.go.
 */

const unchanged = new WeakMap<FieldSet, WeakSet<Atom>>();

/**
 * The set as it must be under the present schema: whoever owned parts of what is atomic now, owns the whole. Returns the
 * same set where nothing has changed, and remembers that.
 */
export function reconcileWithSchema(set: FieldSet, atom: Atom): FieldSet {
  let atoms = unchanged.get(set);
  if (atoms?.has(atom)) return set;
  const found: string[][] = [];
  visit(atom, set, false, [], found);
  if (found.length > 0) {
    const builder = new FieldSetBuilder();
    for (const path of found) builder.insert(path);
    const wholes = builder.build();
    return set.recursiveDifference(wholes).union(wholes);
  }
  if (!atoms) {
    atoms = new WeakSet();
    unchanged.set(set, atoms);
  }
  atoms.add(atom);
  return set;
}

/** Collects the paths that have become atomic. `isWhole`: the place is owned, and nothing inside it. */
function visit(atom: Atom, set: FieldSet | undefined, isWhole: boolean, path: string[], found: string[][]): void {
  if (atom.map) visitMap(atom.map, set, isWhole, path, found);
  else if (atom.list && !atom.scalar) visitList(atom.list, set, isWhole, path, found);
}

function visitMap(map: MapAtom, set: FieldSet | undefined, isWhole: boolean, path: string[], found: string[][]): void {
  if (!set || (map.hasNoFields && isDeduced(map.element))) return;
  if (!map.isAtomic) descend(set, (step) => fieldAt(map, step), path, found);
  else if (!isWhole && !set.isEmpty()) found.push([...path]);
}

function visitList(
  list: ListAtom,
  set: FieldSet | undefined,
  isWhole: boolean,
  path: string[],
  found: string[][],
): void {
  if (list.isAtomic && !isWhole) found.push([...path]);
  else if (set) descend(set, () => list.element, path, found);
}

function fieldAt(map: MapAtom, step: string): Atom | undefined {
  return step.startsWith('f:') ? map.atomAt(step.slice(2)) : map.element;
}

function isDeduced(atom: Atom | undefined): boolean {
  return atom?.deduced === true || (atom !== undefined && atom.named !== true && atom.scalar === 'untyped');
}

function descend(set: FieldSet, atomAt: (step: string) => Atom | undefined, path: string[], found: string[][]): void {
  const visitStep = (step: string, isMember: boolean): void => {
    const atom = atomAt(step);
    if (!atom) return;
    const child = set.children.get(step);
    path.push(step);
    visit(atom, child, isMember && !child, path, found);
    path.pop();
  };
  for (const step of set.children.keys()) if (!set.members.has(step)) visitStep(step, false);
  for (const step of set.members) visitStep(step, true);
}
