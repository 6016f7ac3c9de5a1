import { Learner } from './learn.ts';
import { propagate } from './propagate.ts';
import { DECISION, NONE, SearchState } from './search-state.ts';
import type { Universe } from './universe.ts';

/** Something that must hold: of what may be the case with a package, `never` is ruled out. */
export interface Assumption {
  readonly of: number;
  readonly never: Int32Array;
}

/** How a search ended. */
export type Verdict = 'solved' | 'unsatisfiable' | 'undecided';

/** Clashes after which a package is decided before those that clashed less often. */
const CLASHES = 5;

/**
 * Levels that a jump goes back at most. What a lesson concludes holds from its own level on, but most decisions between
 * there and the conflict would only be made again; a lesson about a single package counts for good and goes all the way.
 */
const FARTHEST_JUMP = 4;

/**
 * PubGrub over a compiled universe: conclusions from single rules, decisions, and a new rule from each conflict. One
 * solver answers many questions over the same universe, one after the other; none leaves a trace in the next.
 */
export class Solver {
  readonly state: SearchState;
  readonly #learner: Learner;
  steps = 0;
  /** The assumption that contradicts the ones before it by itself, where a search ended so. */
  refusedAssumption: number = NONE;

  constructor(universe: Universe) {
    this.state = new SearchState(universe);
    this.#learner = new Learner(this.state);
  }

  /**
   * Looks for versions that meet every assumption, in at most so many steps (decisions and conflicts). `initial` is what
   * may be the case with each package at all, where that is less than the universe says.
   */
  solve(
    assumptions: readonly Assumption[],
    maxSteps: number,
    initial: Int32Array = this.state.universe.initial,
  ): Verdict {
    const { state } = this;
    state.reset(initial);
    this.steps = 0;
    this.refusedAssumption = NONE;
    if (!this.#assume(assumptions)) return 'unsatisfiable';
    for (;;) {
      const conflict = propagate(state);
      if (conflict !== NONE) {
        if (!this.#backjump(conflict)) return 'unsatisfiable';
      } else if (!this.#decide()) return 'solved';
      if (this.steps >= maxSteps) return 'undecided';
      this.steps++;
    }
  }

  /** After a search that was solved: the version of a package, or NONE when it is not needed. */
  chosen(at: number): number {
    const { seen, epoch, isRequired, domain, offset, width } = this.state;
    if (seen[at] !== epoch || isRequired[at] !== 1) return NONE;
    const from = offset[at] as number;
    for (let word = 0; word < (width[at] as number); word++) {
      const bits = domain[from + word] as number;
      if (bits !== 0) return word * 32 + 31 - Math.clz32(bits) - 1;
    }
    return NONE;
  }

  /** Conflicts of the last search that a package took part in. */
  clashesOf(at: number): number {
    const { seen, epoch, conflicts } = this.state;
    return seen[at] === epoch ? (conflicts[at] as number) : 0;
  }

  #assume(assumptions: readonly Assumption[]): boolean {
    const { state } = this;
    for (const [index, { of, never }] of assumptions.entries()) {
      const set = state.pool.length;
      for (const word of never) state.pool.push(word);
      state.touch(of);
      if (state.narrow(of, set, -2 - index)) continue;
      this.refusedAssumption = index;
      state.recordFailure(of);
      return false;
    }
    return true;
  }

  #backjump(conflict: number): boolean {
    const { state } = this;
    const lesson = this.#learner.learnFrom(conflict);
    if (!lesson) return false;
    state.backTo(lesson.level === 0 ? 0 : Math.max(lesson.level, state.level - FARTHEST_JUMP));
    const start = state.learnedStart.items[lesson.rule - state.universe.first.length] as number;
    const { items } = state.terms;
    state.narrow(items[start] as number, items[start + 1] as number, lesson.rule);
    return true;
  }

  /** Takes the preferred version of the package that should be decided next; false when nothing is open. */
  #decide(): boolean {
    const { state } = this;
    const at = this.#next();
    if (at === NONE) return false;
    state.level++;
    state.openFrom[state.level] = state.openFrom[state.level - 1] as number;
    state.levelStart[state.level] = state.length;
    state.record(at, DECISION);
    const from = state.offset[at] as number;
    const width = state.width[at] as number;
    const chosen = this.#presentLead(at);
    let found = false;
    for (let word = 0; word < width; word++) {
      const now = state.domain[from + word] as number;
      if (chosen !== NONE) state.domain[from + word] = chosen >>> 5 === word ? 1 << (chosen & 31) : 0;
      else state.domain[from + word] = found ? 0 : now & -now;
      found ||= now !== 0;
    }
    state.enqueue(at);
    return true;
  }

  /** The bit of the first open version of a choice whose package must be installed anyway; NONE without one. */
  #presentLead(at: number): number {
    const { isRequired, seen, epoch, domain, offset, universe } = this.state;
    const { leads, leadStart } = universe;
    const start = leadStart[at] as number;
    const end = leadStart[at + 1] as number;
    const from = offset[at] as number;
    for (let index = start; index < end; index++) {
      const bit = index - start + 1;
      const open = ((domain[from + (bit >>> 5)] as number) & (1 << (bit & 31))) !== 0;
      const lead = leads[index] as number;
      if (open && lead !== NONE && seen[lead] === epoch && isRequired[lead] === 1) return bit;
    }
    return NONE;
  }

  /** The package that clashed most often (from five times on: uv's rule), else the one that was seen first. */
  #next(): number {
    const { state } = this;
    const { required, conflicts, clashed } = state;
    let best = NONE;
    let most = CLASHES - 1;
    for (let index = clashed.length - 1; index >= 0; index--) {
      const at = clashed.items[index] as number;
      const times = conflicts[at] as number;
      if (times > most && state.isRequired[at] === 1 && !this.#decided(at)) {
        best = at;
        most = times;
      }
    }
    if (best !== NONE) return best;
    let index = state.openFrom[state.level] as number;
    while (index < state.requiredCount && this.#decided(required[index] as number)) index++;
    state.openFrom[state.level] = index;
    return this.#firstOpen(index);
  }

  /** The first open package from a place in the order in which they were seen; a choice only where no other is open. */
  #firstOpen(from: number): number {
    const { required, requiredCount, universe } = this.state;
    let choice = NONE;
    for (let index = from; index < requiredCount; index++) {
      const at = required[index] as number;
      const isChoice = universe.leadStart[at] !== universe.leadStart[at + 1];
      if ((isChoice && choice !== NONE) || this.#decided(at)) continue;
      if (!isChoice) return at;
      choice = at;
    }
    return choice;
  }

  #decided(at: number): boolean {
    const { domain, offset, width } = this.state;
    const from = offset[at] as number;
    let found = false;
    for (let word = (width[at] as number) - 1; word >= 0; word--) {
      const bits = domain[from + word] as number;
      if (bits === 0) continue;
      if (found || (bits & (bits - 1)) !== 0) return false;
      found = true;
    }
    return true;
  }
}
