/** Words of a set over so many versions: one bit for each, and bit 0 for "not installed". */
export function wordsFor(versions: number): number {
  return (versions + 32) >>> 5;
}

/** The set of some of a package's versions (by ordinal, from 0), without "not installed". */
export function setOf(versions: number, members: Iterable<number>): Int32Array {
  const set = new Int32Array(wordsFor(versions));
  for (const member of members) addTo(set, member);
  return set;
}

/** Puts a version into a set. */
export function addTo(set: Int32Array, version: number): void {
  const word = (version + 1) >>> 5;
  set[word] = (set[word] ?? 0) | (1 << ((version + 1) & 31));
}

/** Whether a set holds a version. */
export function holdsVersion(set: Int32Array, version: number): boolean {
  return ((set[(version + 1) >>> 5] ?? 0) & (1 << ((version + 1) & 31))) !== 0;
}

/** Everything that can be the case with a package, except what a set holds: also "not installed" unless it holds that. */
export function complementOf(versions: number, set: Int32Array): Int32Array {
  return fullSet(versions).map((word, at) => word & ~(set[at] ?? 0));
}

/** Every version, and "not installed". */
export function fullSet(versions: number): Int32Array {
  const set = new Int32Array(wordsFor(versions)).fill(-1);
  const rest = (versions + 1) & 31;
  if (rest !== 0) set[set.length - 1] = (1 << rest) - 1;
  return set;
}

/** A rule of two packages: not `first` in `when` and `second` in `never` at once. */
export interface Pair {
  readonly first: number;
  readonly when: Int32Array;
  readonly second: number;
  readonly never: Int32Array;
}

/**
 * Packages and rules in the form that the solver runs on, made once and shared by all that is solved over it. A package
 * is an ordinal, and so are its versions, the most preferred first. Sets are words in one pool.
 *
 * Of the two sets of a pair at most one may hold "not installed": so what nothing requires may stay away.
 */
export interface Universe {
  readonly packages: number;
  /** Versions of each package. */
  readonly versions: Int32Array;
  /** Where the words of a package start in arrays of one set for each package, and how many there are. */
  readonly offset: Int32Array;
  readonly width: Int32Array;
  readonly words: number;
  /** What may be the case with each package before anything is decided. */
  readonly initial: Int32Array;
  /** Rules of two, by their first package: those of `p` are `ruleStart[p]` to `ruleStart[p + 1]`. */
  readonly ruleStart: Int32Array;
  readonly first: Int32Array;
  readonly second: Int32Array;
  /** Where in the pool the two sets of a rule start. */
  readonly when: Int32Array;
  readonly never: Int32Array;
  readonly pool: Int32Array;
  /** Copies of what the inner loops read first: where the words of both packages start, and the first word of both sets. */
  readonly firstWord: Int32Array;
  readonly secondWord: Int32Array;
  readonly whenWord: Int32Array;
  readonly neverWord: Int32Array;
  /**
   * Of packages that stand for a choice, the package that each version leads to (-1 for none): those of `p` start at
   * `leadStart[p]`, and there are none for other packages. Choices are made last, and rather for what is there already.
   */
  readonly leadStart: Int32Array;
  readonly leads: Int32Array;
  /** For each rule the index that it was added with. */
  readonly origin: Int32Array;
}

/** Gathers packages and rules, then lays them out. */
export class UniverseBuilder {
  readonly #versions: number[] = [];
  readonly #pairs: Pair[] = [];
  readonly #initial: Int32Array[] = [];
  readonly #leads: (readonly number[])[] = [];

  /** Adds a package of so many versions, or a choice with the package that each of them leads to; answers its ordinal. */
  addPackage(versions: number, leads: readonly number[] = []): number {
    this.#leads.push(leads);
    this.#initial.push(fullSet(versions));
    return this.#versions.push(versions) - 1;
  }

  /** Adds a rule of two packages; answers its index. */
  addPair(pair: Pair): number {
    if (pair.first === pair.second) throw new Error('a rule of two packages is about one');
    return this.#pairs.push(pair) - 1;
  }

  /** Takes something out of what may be the case with a package at all. */
  forbid(of: number, set: Int32Array): void {
    const initial = this.#initial[of];
    if (initial) for (let at = 0; at < initial.length; at++) initial[at] = (initial[at] ?? 0) & ~(set[at] ?? 0);
  }

  /** The universe as it was gathered. */
  build(): Universe {
    const packages = this.#versions.length;
    const offset = new Int32Array(packages);
    const width = new Int32Array(packages);
    let words = 0;
    for (const [at, versions] of this.#versions.entries()) {
      offset[at] = words;
      width[at] = wordsFor(versions);
      words += wordsFor(versions);
    }
    const initial = new Int32Array(words);
    for (const [at, set] of this.#initial.entries()) initial.set(set, offset[at] ?? 0);
    const leads = Int32Array.from(this.#leads.flat());
    const leadStart = new Int32Array(packages + 1);
    for (const [at, { length }] of this.#leads.entries()) leadStart[at + 1] = (leadStart[at] ?? 0) + length;
    const lists = { leads, leadStart };
    return {
      packages,
      versions: Int32Array.from(this.#versions),
      offset,
      width,
      words,
      initial,
      ...lists,
      ...this.#rules(packages, offset),
    };
  }

  #rules(packages: number, offset: Int32Array) {
    const origin = Int32Array.from(this.#pairs.keys()).sort(
      (a, b) => (this.#pairs[a]?.first ?? 0) - (this.#pairs[b]?.first ?? 0) || a - b,
    );
    const size = this.#pairs.reduce((sum, { when, never }) => sum + when.length + never.length, 0);
    const pool = new Int32Array(size);
    const ruleStart = new Int32Array(packages + 1);
    const [first, second, when, never] = Array.from({ length: 4 }, () => new Int32Array(origin.length)) as [
      Int32Array,
      Int32Array,
      Int32Array,
      Int32Array,
    ];
    let at = 0;
    for (const [rule, index] of origin.entries()) {
      const pair = this.#pairs[index] as Pair;
      first[rule] = pair.first;
      second[rule] = pair.second;
      when[rule] = at;
      pool.set(pair.when, at);
      never[rule] = at + pair.when.length;
      pool.set(pair.never, at + pair.when.length);
      at += pair.when.length + pair.never.length;
      ruleStart[pair.first + 1] = rule + 1;
    }
    for (let each = 1; each <= packages; each++) {
      ruleStart[each] = Math.max(ruleStart[each] ?? 0, ruleStart[each - 1] ?? 0);
    }
    const words = {
      firstWord: first.map((each) => offset[each] ?? 0),
      secondWord: second.map((each) => offset[each] ?? 0),
      whenWord: when.map((each) => pool[each] ?? 0),
      neverWord: never.map((each) => pool[each] ?? 0),
    };
    return { ruleStart, first, second, when, never, pool, origin, ...words };
  }
}
