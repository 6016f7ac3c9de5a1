import { compareSteps } from './path-element.ts';

/** A path into an object, as steps (see path-element.ts). */
export type FieldPath = readonly string[];

/**
 * A set of paths, as a tree. A step is a member when the path that ends there is in the set; it has a child when longer
 * paths go through it. Sets are shared and never changed once they are built. Upstream: fieldpath/set.go.
 */
export class FieldSet {
  readonly members: ReadonlySet<string>;
  readonly children: ReadonlyMap<string, FieldSet>;

  constructor(members: ReadonlySet<string> = new Set(), children: ReadonlyMap<string, FieldSet> = new Map()) {
    this.members = members;
    this.children = children;
  }

  /** The set without any path. Not a static field: tsc 7 compiles one that makes its own class to a call of undefined. */
  static get EMPTY(): FieldSet {
    return NOTHING;
  }

  /** The set of these paths. The empty path, which stands for the whole object, is nobody's. */
  static of(...paths: readonly FieldPath[]): FieldSet {
    const builder = new FieldSetBuilder();
    for (const path of paths) builder.insert(path);
    return builder.build();
  }

  /** Whether no path is in the set. */
  isEmpty(): boolean {
    if (this.members.size > 0) return false;
    for (const child of this.children.values()) if (!child.isEmpty()) return false;
    return true;
  }

  /** Whether this very path is in the set. */
  has(path: FieldPath): boolean {
    let at: FieldSet | undefined = this;
    for (const step of path.slice(0, -1)) at = at?.children.get(step);
    const last = path.at(-1);
    return last !== undefined && (at?.members.has(last) ?? false);
  }

  /** What is in either. */
  union(other: FieldSet): FieldSet {
    if (this === other || other.isEmpty()) return this;
    if (this.isEmpty()) return other;
    const children = new Map(this.children);
    for (const [step, child] of other.children) {
      const own = children.get(step);
      children.set(step, own ? own.union(child) : child);
    }
    return new FieldSet(new Set([...this.members, ...other.members]), children);
  }

  /** What is in both. */
  intersection(other: FieldSet): FieldSet {
    const members = new Set<string>();
    for (const step of this.members) if (other.members.has(step)) members.add(step);
    const children = new Map<string, FieldSet>();
    for (const [step, child] of this.children) {
      const its = other.children.get(step);
      const common = its && child.intersection(its);
      if (common && !common.isEmpty()) children.set(step, common);
    }
    return new FieldSet(members, children);
  }

  /**
   * What is in this set only. A path stays when only longer or shorter ones are in the other. The set itself where
   * nothing goes.
   */
  difference(other: FieldSet): FieldSet {
    return this.#without(other, false);
  }

  /** What is neither in the other set nor below a path of the other set. */
  recursiveDifference(other: FieldSet): FieldSet {
    return this.#without(other, true);
  }

  #without(other: FieldSet, recursive: boolean): FieldSet {
    if (this === FieldSet.EMPTY || other.isEmpty()) return this;
    const members = new Set<string>();
    for (const step of this.members) if (!other.members.has(step)) members.add(step);
    let isSame = members.size === this.members.size;
    const children = new Map<string, FieldSet>();
    for (const [step, child] of this.children) {
      const rest = recursive && other.members.has(step) ? undefined : child.#withoutBelow(other, step, recursive);
      if (rest) children.set(step, rest);
      isSame &&= rest === child;
    }
    return isSame ? this : new FieldSet(members, children);
  }

  /** What is left of the child at a step; undefined where nothing is. */
  #withoutBelow(other: FieldSet, step: string, recursive: boolean): FieldSet | undefined {
    const its = other.children.get(step);
    if (!its) return this;
    const rest = this.#without(its, recursive);
    return rest.isEmpty() ? undefined : rest;
  }

  /** Whether both hold the same paths. */
  equals(other: FieldSet): boolean {
    if (this === other) return true;
    if (this.members.size !== other.members.size || this.children.size !== other.children.size) return false;
    for (const step of this.members) if (!other.members.has(step)) return false;
    for (const [step, child] of this.children) {
      const its = other.children.get(step);
      if (!its || !child.equals(its)) return false;
    }
    return true;
  }

  /** All paths in canonical order: at each level members first, then what is below. */
  paths(): FieldPath[] {
    const found: FieldPath[] = [];
    this.#collect([], found);
    return found;
  }

  #collect(prefix: FieldPath, found: FieldPath[]): void {
    for (const step of [...this.members].sort(compareSteps)) found.push([...prefix, step]);
    const children = [...this.children].sort(([a], [b]) => compareSteps(a, b));
    for (const [step, child] of children) child.#collect([...prefix, step], found);
  }
}

const NOTHING = new FieldSet();

/** A set while it is being made. */
export class FieldSetBuilder {
  readonly #members = new Set<string>();
  readonly #children = new Map<string, FieldSetBuilder>();

  /** Adds the path of these steps, which may be empty: that adds nothing. */
  insert(path: FieldPath): void {
    let at: FieldSetBuilder = this;
    for (let depth = 0; depth < path.length - 1; depth += 1) at = at.#descend(path[depth] ?? '');
    const last = path.at(-1);
    if (last !== undefined) at.#members.add(last);
  }

  #descend(step: string): FieldSetBuilder {
    let child = this.#children.get(step);
    if (!child) {
      child = new FieldSetBuilder();
      this.#children.set(step, child);
    }
    return child;
  }

  /** The set. The builder must not be used any more. */
  build(): FieldSet {
    if (this.#members.size === 0 && this.#children.size === 0) return FieldSet.EMPTY;
    const children = new Map<string, FieldSet>();
    for (const [step, child] of this.#children) children.set(step, child.build());
    return new FieldSet(this.#members, children);
  }
}
