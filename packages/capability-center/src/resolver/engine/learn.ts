import { NONE, type SearchState } from './search-state.ts';

/** What a conflict taught: the rule is added already; it concludes something about its first package at `level`. */
export interface Lesson {
  readonly rule: number;
  readonly level: number;
}

/**
 * Finds out why all terms of a rule hold, and makes a new rule of it that would have prevented that. Terms are resolved
 * with the causes of the entries that made them hold, latest first, until one term alone is due to the last decision.
 * Terms that hold without any decision are left out of the rule, but kept among its sources.
 */
export class Learner {
  readonly #state: SearchState;
  /** The terms gathered so far: their sets lie as domains do; `satisfier` is the entry that made each hold. */
  readonly #sets: Int32Array;
  readonly #present: Int32Array;
  readonly #satisfier: Int32Array;
  readonly #marked: Int32Array;
  readonly #packages: Int32Array;
  #count = 0;
  #round = 0;
  /** Terms that are due to the last decision. */
  #latest = 0;
  #levelStart = 0;

  constructor(state: SearchState) {
    const { packages, words } = state.universe;
    this.#state = state;
    this.#sets = new Int32Array(words);
    this.#present = new Int32Array(packages);
    this.#satisfier = new Int32Array(packages);
    this.#marked = new Int32Array(state.trailPackage.length);
    this.#packages = new Int32Array(packages);
  }

  /** Undefined when no decision took part: then there is no solution, and the sources of the proof are recorded. */
  learnFrom(conflict: number): Lesson | undefined {
    const state = this.#state;
    this.#round++;
    this.#count = 0;
    this.#latest = 0;
    this.#levelStart = state.level === 0 ? state.length : (state.levelStart[state.level] as number);
    state.sourceStart.push(state.sources.length);
    this.#addRule(conflict, NONE);
    if (state.level === 0) return undefined;
    let entry = state.length - 1;
    for (;;) {
      while (entry >= 0 && !this.#isTerm(entry)) entry--;
      if (entry < 0) throw new Error('no decision explains a conflict above the first level');
      const at = state.trailPackage[entry] as number;
      if (this.#latest === 1) return this.#finish(at);
      this.#latest--;
      this.#present[at] = -this.#round;
      this.#addRule(state.trailCause[entry] as number, at);
      entry--;
    }
  }

  #isTerm(entry: number): boolean {
    if (this.#marked[entry] !== this.#round) return false;
    const at = this.#state.trailPackage[entry] as number;
    return this.#present[at] === this.#round && this.#satisfier[at] === entry;
  }

  /** Adds a rule's terms; the term of `resolved` is joined with the one that was there, all others are intersected. */
  #addRule(rule: number, resolved: number): void {
    const { universe, terms, learnedStart, sources } = this.#state;
    sources.push(rule);
    const learned = rule - universe.first.length;
    if (learned < 0) {
      this.#addTerm(universe.first[rule] as number, universe.when[rule] as number, resolved);
      this.#addTerm(universe.second[rule] as number, universe.never[rule] as number, resolved);
      return;
    }
    const end = learnedStart.items[learned + 1] as number;
    for (let term = learnedStart.items[learned] as number; term < end; term += 2) {
      this.#addTerm(terms.items[term] as number, terms.items[term + 1] as number, resolved);
    }
  }

  #addTerm(at: number, set: number, resolved: number): void {
    const state = this.#state;
    const sets = this.#sets;
    const pool = state.pool.items;
    const from = state.offset[at] as number;
    const width = state.width[at] as number;
    const present = this.#present[at] === this.#round;
    if (at === resolved) {
      for (let word = 0; word < width; word++)
        sets[from + word] = (sets[from + word] as number) | (pool[set + word] as number);
    } else if (present) {
      if (this.#satisfierOf(at) >= this.#levelStart) this.#latest--;
      for (let word = 0; word < width; word++)
        sets[from + word] = (sets[from + word] as number) & (pool[set + word] as number);
    } else {
      for (let word = 0; word < width; word++) sets[from + word] = pool[set + word] as number;
    }
    this.#place(at);
  }

  #satisfierOf(at: number): number {
    return this.#satisfier[at] as number;
  }

  /** Finds the entry that made the term of a package hold, and keeps the term if that depends on a decision. */
  #place(at: number): void {
    const state = this.#state;
    let entry = state.last[at] as number;
    while (entry !== NONE && this.#heldBefore(at, entry)) entry = state.trailBefore[entry] as number;
    if (entry === NONE || state.trailLevel[entry] === 0) {
      this.#present[at] = -this.#round;
      // Sources below zero are entries of the trail that no decision stands before.
      if (entry !== NONE) state.sources.push(-2 - entry);
      else state.sources.push(-2 - state.trailPackage.length - at);
      return;
    }
    if (this.#present[at] !== this.#round) {
      this.#present[at] = this.#round;
      this.#packages[this.#count++] = at;
    }
    this.#satisfier[at] = entry;
    this.#marked[entry] = this.#round;
    if (entry >= this.#levelStart) this.#latest++;
  }

  #heldBefore(at: number, entry: number): boolean {
    const state = this.#state;
    const from = state.offset[at] as number;
    const width = state.width[at] as number;
    const old = state.trailOld[entry] as number;
    for (let word = 0; word < width; word++) {
      if (((state.oldWords[old + word] as number) & ~(this.#sets[from + word] as number)) !== 0) return false;
    }
    return true;
  }

  /** Adds the rule: the term about the last decision first, then the one that is due to the latest entry before it. */
  #finish(asserted: number): Lesson {
    const state = this.#state;
    const { terms, learnedStart, nextWatch } = state;
    const rule = learnedStart.length - 1;
    const start = terms.length;
    this.#push(asserted);
    this.#present[asserted] = -this.#round;
    let level = 0;
    let second = NONE;
    for (let index = 0; index < this.#count; index++) {
      const at = this.#packages[index] as number;
      if (this.#present[at] !== this.#round) continue;
      this.#present[at] = -this.#round;
      const due = state.trailLevel[this.#satisfier[at] as number] as number;
      if (due > level) {
        level = due;
        second = terms.length;
      }
      this.#push(at);
    }
    learnedStart.push(terms.length);
    nextWatch.push(NONE);
    nextWatch.push(NONE);
    if (second !== NONE) {
      const items = terms.items;
      for (const part of [0, 1]) {
        const moved = items[start + 2 + part] as number;
        items[start + 2 + part] = items[second + part] as number;
        items[second + part] = moved;
      }
      this.#watch(asserted, 2 * rule);
      this.#watch(items[start + 2] as number, 2 * rule + 1);
    }
    return { rule: state.universe.first.length + rule, level };
  }

  #push(at: number): void {
    const state = this.#state;
    const from = state.offset[at] as number;
    const width = state.width[at] as number;
    state.terms.push(at);
    state.terms.push(state.pool.length);
    for (let word = 0; word < width; word++) state.pool.push(this.#sets[from + word] as number);
    if (state.conflicts[at] === 0) state.clashed.push(at);
    state.conflicts[at] = (state.conflicts[at] as number) + 1;
  }

  #watch(at: number, link: number): void {
    const state = this.#state;
    state.nextWatch.items[link] = state.firstWatch[at] as number;
    state.firstWatch[at] = link;
  }
}
