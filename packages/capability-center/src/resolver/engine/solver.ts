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
const CLASHES = 1;

/**
 * PubGrub over a compiled universe: conclusions from single rules, decisions, and a new rule from each conflict. One
 * solver answers many questions over the same universe, one after the other; none leaves a trace in the next.
 */
export class Solver {
  readonly state: SearchState;
  readonly #learner: Learner;
  steps = 0;

  constructor(universe: Universe) {
    this.state = new SearchState(universe);
    this.#learner = new Learner(this.state);
  }

  /** Looks for versions that meet every assumption, in at most so many steps (decisions and conflicts). */
  solve(assumptions: readonly Assumption[], maxSteps: number): Verdict {
    const { state } = this;
    state.reset();
    this.steps = 0;
    if (!this.#assume(assumptions)) return 'unsatisfiable';
    for (;;) {
      const conflict = propagate(state);
      if (conflict !== NONE) {
        if (!this.#backjump(conflict)) return 'unsatisfiable';
      } else if (!this.#decide()) return 'solved';
      if (++this.steps > maxSteps) return 'undecided';
    }
  }

  #assume(assumptions: readonly Assumption[]): boolean {
    const { state } = this;
    for (const [index, { of, never }] of assumptions.entries()) {
      const set = state.pool.length;
      for (const word of never) state.pool.push(word);
      state.touch(of);
      if (!state.narrow(of, set, -2 - index)) return false;
    }
    return true;
  }

  #backjump(conflict: number): boolean {
    const { state } = this;
    const lesson = this.#learner.learnFrom(conflict);
    if (!lesson) return false;
    state.backTo(lesson.level);
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
    let found = false;
    for (let word = 0; word < width; word++) {
      const now = state.domain[from + word] as number;
      state.domain[from + word] = found ? 0 : now & -now;
      found ||= now !== 0;
    }
    state.enqueue(at);
    return true;
  }

  /** The package that clashed most often, else the one that was seen first. */
  #next(): number {
    const { state } = this;
    const { required, conflicts, clashed } = state;
    let best = NONE;
    let most = 0;
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
    return index < state.requiredCount ? (required[index] as number) : NONE;
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
