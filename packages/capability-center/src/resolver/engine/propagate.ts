import { NONE, type SearchState } from './search-state.ts';

/**
 * Draws every conclusion that a single rule allows: where all terms of a rule but one hold, that one is ruled out.
 * Answers NONE, or the rule of which every term holds. Only rules of packages that must be installed are looked at, so
 * that the work is proportional to the part of the universe that a question is about.
 */
export function propagate(state: SearchState): number {
  for (let at = state.dequeue(); at !== NONE; at = state.dequeue()) {
    const conflict = concludeFrom(state, at);
    if (conflict !== NONE) return conflict;
  }
  return NONE;
}

function concludeFrom(state: SearchState, at: number): number {
  if (((state.domain[state.offset[at] as number] as number) & 1) === 0) {
    const conflict = state.isRequired[at] === 1 ? ownRules(state, at) : newRules(state, at);
    if (conflict !== NONE) return conflict;
  }
  const conflict = othersRules(state, at);
  if (conflict !== NONE) return conflict;
  return state.firstWatch[at] === NONE ? NONE : learnedRules(state, at);
}

/** Rules of a package that must be installed from now on, in both directions. */
function newRules(state: SearchState, at: number): number {
  state.require(at);
  const { domain, offset } = state;
  const { ruleStart, second, secondWord, when, whenWord, never, neverWord } = state.universe;
  const from = offset[at] as number;
  const end = ruleStart[at + 1] as number;
  for (let rule = ruleStart[at] as number; rule < end; rule++) {
    const own = domain[from] as number;
    const other = domain[secondWord[rule] as number] as number;
    if (
      (other & ~(neverWord[rule] as number)) === 0 &&
      state.restWithin(second[rule] as number, never[rule] as number)
    ) {
      if (!state.narrow(at, when[rule] as number, rule)) return rule;
    } else if ((own & ~(whenWord[rule] as number)) === 0 && state.restWithin(at, when[rule] as number)) {
      if (!state.narrow(second[rule] as number, never[rule] as number, rule)) return rule;
    }
  }
  return NONE;
}

function ownRules(state: SearchState, at: number): number {
  const { ruleStart, second, secondWord, when, whenWord, never, neverWord } = state.universe;
  const { domain, width } = state;
  const own = domain[state.offset[at] as number] as number;
  const end = ruleStart[at + 1] as number;
  for (let rule = ruleStart[at] as number; rule < end; rule++) {
    if ((own & ~(whenWord[rule] as number)) !== 0) continue;
    const other = second[rule] as number;
    if (width[other] === 1 && ((domain[secondWord[rule] as number] as number) & (neverWord[rule] as number)) === 0)
      continue;
    if (state.restWithin(at, when[rule] as number)) {
      if (!state.narrow(other, never[rule] as number, rule)) return rule;
    }
  }
  return NONE;
}

function othersRules(state: SearchState, at: number): number {
  const { domain, nextRule, width } = state;
  const { first, firstWord, when, whenWord, never, neverWord } = state.universe;
  const own = domain[state.offset[at] as number] as number;
  for (let rule = state.firstRule[at] as number; rule !== NONE; rule = nextRule[rule] as number) {
    if ((own & ~(neverWord[rule] as number)) !== 0) continue;
    const other = first[rule] as number;
    if (width[other] === 1 && ((domain[firstWord[rule] as number] as number) & (whenWord[rule] as number)) === 0)
      continue;
    if (state.restWithin(at, never[rule] as number)) {
      if (!state.narrow(other, when[rule] as number, rule)) return rule;
    }
  }
  return NONE;
}

/**
 * Learned rules that watch the package. Each rule watches two terms that do not hold yet: while both do not hold, there
 * is nothing to conclude. Links are numbered 2k and 2k + 1 for the two watched terms of rule k.
 */
function learnedRules(state: SearchState, at: number): number {
  const learnedFrom = state.universe.first.length;
  const terms = state.terms.items;
  const starts = state.learnedStart.items;
  const next = state.nextWatch.items;
  let before = NONE;
  for (let link = state.firstWatch[at] as number; link !== NONE; ) {
    const following = next[link] as number;
    const rule = link >> 1;
    const start = starts[rule] as number;
    const own = start + (link & 1) * 2;
    if (!state.within(at, terms[own + 1] as number)) {
      before = link;
      link = following;
      continue;
    }
    const replacement = findUnheld(state, start + 4, starts[rule + 1] as number);
    if (replacement === NONE) {
      const other = start + (1 - (link & 1)) * 2;
      if (!state.narrow(terms[other] as number, terms[other + 1] as number, learnedFrom + rule)) {
        return learnedFrom + rule;
      }
      before = link;
    } else {
      swapTerms(terms, own, replacement);
      if (before === NONE) state.firstWatch[at] = following;
      else next[before] = following;
      const watched = terms[own] as number;
      next[link] = state.firstWatch[watched] as number;
      state.firstWatch[watched] = link;
    }
    link = following;
  }
  return NONE;
}

function findUnheld(state: SearchState, from: number, end: number): number {
  const terms = state.terms.items;
  for (let term = from; term < end; term += 2) {
    if (!state.within(terms[term] as number, terms[term + 1] as number)) return term;
  }
  return NONE;
}

function swapTerms(terms: Int32Array, a: number, b: number): void {
  const of = terms[a] as number;
  const set = terms[a + 1] as number;
  terms[a] = terms[b] as number;
  terms[a + 1] = terms[b + 1] as number;
  terms[b] = of;
  terms[b + 1] = set;
}
