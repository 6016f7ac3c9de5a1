import { isMap, type JsonMap, own, setField } from '../schema/json.ts';
import { type Atom, formOf, type ListAtom, type MapAtom } from './atoms.ts';
import { type Item, itemsOf } from './list-items.ts';

/**
 * The live object with what a configuration says: nothing is removed, the configuration's leaves win. Neither argument is
 * changed; the result shares parts with both. Both must fit the schema, and the configuration may not repeat items.
 * Upstream: typed/merge.go with its rule that keeps the right side.
 */
export function mergeTyped(atom: Atom, live: unknown, config: unknown): unknown {
  if (config === undefined) return live;
  if (live === undefined && !isMap(config) && !Array.isArray(config)) return config;
  const form = formOf(atom, config);
  if (form === 'map' && atom.map) return mergeMaps(atom.map, live, config);
  if (form === 'list' && atom.list) return mergeLists(atom.list, live, config);
  return config;
}

function mergeMaps(map: MapAtom, live: unknown, config: unknown): unknown {
  const left = isMap(live) ? live : {};
  const right = isMap(config) ? config : {};
  const names = Object.keys(left);
  const others = Object.keys(right);
  if (map.isAtomic || (names.length === 0 && others.length === 0)) return config;
  const merged: JsonMap = {};
  for (const name of names) setField(merged, name, mergeField(map, name, left[name], own(right, name)));
  for (const name of others) {
    if (!Object.hasOwn(left, name)) setField(merged, name, mergeField(map, name, undefined, right[name]));
  }
  return merged;
}

function mergeField(map: MapAtom, name: string, live: unknown, config: unknown): unknown {
  const atom = map.atomAt(name);
  return atom ? mergeTyped(atom, live, config) : config;
}

function mergeLists(list: ListAtom, live: unknown, config: unknown): unknown {
  const left = Array.isArray(live) ? live : [];
  const right = Array.isArray(config) ? config : [];
  if (list.isAtomic || (left.length === 0 && right.length === 0)) return config;
  return new ListMerge(list, itemsOf(list, left), itemsOf(list, right)).run();
}

/**
 * Merges two lists whose items have identities. Items of the configuration keep its order; items that only the live list
 * has keep their place before the items that follow them there (the order rule of version 6).
 */
class ListMerge {
  readonly #element: Atom;
  readonly #live: readonly Item[];
  readonly #config: readonly Item[];
  readonly #liveValues = new Map<string, unknown>();
  readonly #configValues: ReadonlyMap<string, unknown>;
  readonly #merged = new Set<string>();
  readonly #out: unknown[] = [];
  /** Steps that both lists have, in the configuration's order; those before `#nextShared` are done. */
  readonly #shared: readonly string[];
  #nextShared = 0;
  #left = 0;
  #right = 0;

  constructor(list: ListAtom, live: readonly Item[], config: readonly Item[]) {
    this.#element = list.element;
    this.#live = live;
    this.#config = config;
    // An item that the live list repeats is not merged with, but replaced.
    for (const { step, value } of live) this.#liveValues.set(step, this.#liveValues.has(step) ? null : value);
    this.#configValues = new Map(config.map(({ step, value }) => [step, value]));
    this.#shared = config.filter(({ step }) => this.#liveValues.has(step)).map(({ step }) => step);
  }

  run(): unknown[] {
    while (this.#left < this.#live.length || this.#right < this.#config.length) {
      const live = this.#live[this.#left];
      const config = this.#config[this.#right];
      if (!(live && config && this.#advanceLive(live, config))) this.#advance(live, config);
    }
    return this.#out;
  }

  /** Takes an item that is next in both lists, or passes over a live one that comes later; false for neither. */
  #advanceLive(live: Item, config: Item): boolean {
    const isSame = live.step === config.step;
    if (!isSame && !this.#comesLater(live.step)) return false;
    this.#left += 1;
    if (isSame) {
      this.#nextShared += 1;
      this.#take(config.step);
    }
    return true;
  }

  #advance(live: Item | undefined, config: Item | undefined): void {
    if (live && !this.#configValues.has(live.step)) {
      this.#left += 1;
      this.#out.push(live.value);
      return;
    }
    if (live && this.#merged.has(live.step)) this.#left += 1;
    if (!config) return;
    if (this.#shared[this.#nextShared] === config.step) this.#nextShared += 1;
    this.#take(config.step);
  }

  /** Whether a live item is in the configuration, but is not the shared item whose turn it is. */
  #comesLater(step: string): boolean {
    const next = this.#shared[this.#nextShared];
    return next !== undefined && next !== step && this.#configValues.has(step);
  }

  /** Takes the configuration's next item, merged with the live one. */
  #take(step: string): void {
    this.#right += 1;
    this.#merged.add(step);
    const live = this.#liveValues.get(step);
    this.#out.push(mergeTyped(this.#element, live, this.#configValues.get(step)));
  }
}
