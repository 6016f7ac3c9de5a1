import { encode } from './encode.ts';
import { coreOf, derivationOf } from './engine/core.ts';
import { Solver, type Verdict } from './engine/solver.ts';
import { complementOf, setOf } from './engine/universe.ts';
import { DEFAULT_MAX_STEPS } from './search.ts';
import type { Candidate, ResolverInput } from './types.ts';
import { View } from './view.ts';

/** Answers for one version after the other whether it can be installed. */
export interface VersionCheck {
  /** Whether a version of the universe can be installed alone with what it needs. */
  check(candidate: Candidate): Verdict;
  /** Rules and refused packages that the last answer `unsatisfiable` rests on. */
  readonly blamed: number;
}

/**
 * Compiles a universe once, to ask for each of its versions whether it can be installed: what a lint of a whole catalog
 * does. Nothing is carried over from one answer to the next but the compiled universe.
 */
export function createVersionCheck({ universe, ...question }: Omit<ResolverInput, 'goals'>): VersionCheck {
  const names = [...new Set(universe.map(({ name }) => name))];
  const goals = names.map((name) => ({ package: name, range: '*', askedBy: 'the check' }));
  const view = new View({ ...question, universe, goals });
  const { subjects, ordinals, initial, universe: compiled } = encode(view, goals);
  const solver = new Solver(compiled);
  const maxSteps = question.policy?.maxSteps ?? DEFAULT_MAX_STEPS;
  let blamed = 0;
  return {
    check(candidate) {
      const of = ordinals.get(candidate.name) as number;
      const subject = subjects[of];
      const versions = subject?.kind === 'package' ? subject.candidates : [];
      const wanted = setOf(versions.length, [versions.indexOf(candidate)]);
      const verdict = solver.solve([{ of, never: complementOf(versions.length, wanted) }], maxSteps, initial);
      if (verdict === 'unsatisfiable') {
        const { rules, packages } = coreOf(derivationOf(solver));
        blamed = rules.length + packages.length;
      }
      return verdict;
    },
    get blamed() {
      return blamed;
    },
  };
}
