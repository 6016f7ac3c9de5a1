import type { SchemaNode } from '../model/schema.ts';
import { fieldStep } from './path-element.ts';

/*
 * Schemas as server-side apply sees them: what may be at a place (a scalar, a list, a map, or several of them), and
 * whether the parts of a list or map have owners of their own. Compiled on first use from schema nodes and kept with
 * them. Upstream: kube-openapi schemaconv/openapi.go, structured-merge-diff schema/elements.go.
 */

/** What kind of scalar a place takes; `untyped` takes any. */
export type Scalar = 'numeric' | 'string' | 'boolean' | 'untyped';

/** The types that a place takes. */
export interface Atom {
  readonly scalar?: Scalar;
  readonly list?: ListAtom;
  readonly map?: MapAtom;
  /** Set for values of which the schema knows nothing: maps have owners per field, lists are atomic. */
  readonly deduced?: true;
  /** Set where the type is a definition of its own, not written in place. */
  readonly named?: true;
}

/** A field that the schema names. */
export interface AtomField {
  readonly step: string;
  readonly atom: Atom;
}

/** A list. Atomic, unless its items have keys or are a set. */
export class ListAtom {
  readonly isAtomic: boolean;
  /** Empty for sets. */
  readonly keys: readonly string[];
  readonly #element: () => Atom;
  #keyDefaults: ReadonlyMap<string, unknown> | undefined;
  #resolved: Atom | undefined;

  constructor(isAtomic: boolean, keys: readonly string[], element: () => Atom) {
    this.isAtomic = isAtomic;
    this.keys = keys;
    this.#element = element;
  }

  get element(): Atom {
    this.#resolved ??= this.#element();
    return this.#resolved;
  }

  /** Values that absent keys have. */
  get keyDefaults(): ReadonlyMap<string, unknown> {
    this.#keyDefaults ??= new Map(
      this.keys.flatMap((key) => {
        const value = this.element.map?.defaultOf(key);
        return value === undefined || value === null ? [] : [[key, value] as const];
      }),
    );
    return this.#keyDefaults;
  }
}

/** An object: a map, or a structure with named fields. */
export class MapAtom {
  readonly isAtomic: boolean;
  readonly #properties: Readonly<Record<string, SchemaNode>>;
  readonly #keepsUnknown: boolean;
  readonly #element: () => Atom | undefined;
  readonly #fields = new Map<string, AtomField | undefined>();
  #resolved: { readonly atom: Atom | undefined } | undefined;

  constructor(
    isAtomic: boolean,
    properties: Readonly<Record<string, SchemaNode>>,
    keepsUnknown: boolean,
    element: () => Atom | undefined,
  ) {
    this.isAtomic = isAtomic;
    this.#properties = properties;
    this.#keepsUnknown = keepsUnknown;
    this.#element = element;
  }

  /** Whether the schema names no field. */
  get hasNoFields(): boolean {
    for (const _name in this.#properties) return false;
    return true;
  }

  /** A field that the schema names; undefined for others. */
  field(name: string): AtomField | undefined {
    const known = this.#fields.get(name);
    if (known) return known;
    if (!Object.hasOwn(this.#properties, name)) return undefined;
    const node = this.#properties[name];
    const field = node && { step: fieldStep(name), atom: atomOf(node, this.#keepsUnknown) };
    this.#fields.set(name, field);
    return field;
  }

  /** What other fields are; undefined where there must not be any. */
  get element(): Atom | undefined {
    this.#resolved ??= { atom: this.#element() };
    return this.#resolved.atom;
  }

  /** What is at a field, named or not. */
  atomAt(name: string): Atom | undefined {
    return this.field(name)?.atom ?? this.element;
  }

  /** The default of a named field. */
  defaultOf(name: string): unknown {
    return Object.hasOwn(this.#properties, name) ? this.#properties[name]?.default : undefined;
  }
}

const QUANTITY = 'io.k8s.apimachinery.pkg.api.resource.Quantity';
const RAW_EXTENSION = 'io.k8s.apimachinery.pkg.runtime.RawExtension';

/** A value that is atomic whatever it is. */
const ATOMIC: Atom = {
  scalar: 'untyped',
  list: new ListAtom(true, [], () => ATOMIC),
  map: new MapAtom(true, {}, false, () => ATOMIC),
  named: true,
};

/** A value without a schema. */
export const DEDUCED: Atom = {
  scalar: 'untyped',
  list: new ListAtom(true, [], () => ATOMIC),
  map: new MapAtom(false, {}, false, () => DEDUCED),
  deduced: true,
  named: true,
};

const compiled = [new WeakMap<SchemaNode, Atom>(), new WeakMap<SchemaNode, Atom>()] as const;

/**
 * The atom of a schema node; the same node always gives the same atom. `keepsUnknown`: a node above has
 * x-kubernetes-preserve-unknown-fields, which holds for everything written inside it but not for definitions it names.
 */
export function atomOf(node: SchemaNode, keepsUnknown = false): Atom {
  const isNamed = node.definition !== undefined;
  const keeps = (keepsUnknown && !isNamed) || node['x-kubernetes-preserve-unknown-fields'] === true;
  const cache = compiled[keeps ? 1 : 0];
  const known = cache.get(node);
  if (known) return known;
  const atom = compile(node, keeps);
  cache.set(node, atom);
  return atom;
}

function compile(node: SchemaNode, keeps: boolean): Atom {
  if (node.definition === QUANTITY) return { scalar: 'untyped', named: true };
  if (node.definition === RAW_EXTENSION) return ATOMIC;
  const named = node.definition !== undefined && { named: true as const };
  switch (node.type) {
    case undefined:
      return { scalar: 'untyped', list: listOf(node, keeps), map: mapOf(node, keeps), ...named };
    case 'object':
      return { map: mapOf(node, keeps), ...named };
    case 'array':
      return { list: listOf(node, keeps), ...named };
    default:
      return { scalar: scalarOf(node), ...named };
  }
}

function scalarOf(node: SchemaNode): Scalar {
  switch (node.type) {
    case 'integer':
    case 'number':
      return 'numeric';
    case 'boolean':
      return 'boolean';
    default:
      return node.format === undefined || node.format === '' || node.format === 'byte' ? 'string' : 'untyped';
  }
}

function listOf(node: SchemaNode, keeps: boolean): ListAtom {
  const { items } = node;
  const element = () => (items ? atomOf(items, keeps) : ATOMIC);
  const type = node['x-kubernetes-list-type'];
  if (type === 'set') return new ListAtom(false, [], element);
  if (type === 'map') return new ListAtom(false, node['x-kubernetes-list-map-keys'] ?? [], element);
  const strategy = node['x-kubernetes-patch-strategy'];
  if (type === undefined && (strategy === 'merge' || strategy === 'merge,retainKeys')) {
    const key = node['x-kubernetes-patch-merge-key'];
    return new ListAtom(false, key === undefined ? [] : [key], element);
  }
  return new ListAtom(true, [], element);
}

function mapOf(node: SchemaNode, keeps: boolean): MapAtom {
  const { properties = {}, additionalProperties: others } = node;
  const element = (): Atom | undefined => {
    if (typeof others === 'object') return atomOf(others, keeps);
    if (others !== undefined) return others ? DEDUCED : undefined;
    return keeps || Object.keys(properties).length === 0 ? DEDUCED : undefined;
  };
  return new MapAtom(node['x-kubernetes-map-type'] === 'atomic', properties, keeps, element);
}

/** Which of its types an atom treats a value as. */
export type Form = 'map' | 'scalar' | 'list' | 'none';

/** The form of a value. What fits none of the atom's types, or is null or absent, takes the first of its types. */
export function formOf(atom: Atom, value: unknown): Form {
  if (value !== null && value !== undefined) {
    if (typeof value !== 'object') {
      if (atom.scalar) return 'scalar';
    } else if (Array.isArray(value)) {
      if (atom.list) return 'list';
    } else if (atom.map) return 'map';
  }
  if (atom.map) return 'map';
  if (atom.scalar) return 'scalar';
  return atom.list ? 'list' : 'none';
}
