import type { Encoded } from './encoded.ts';
import { coreOf, derivationOf, type Step } from './engine/core.ts';
import { Solver } from './engine/solver.ts';
import { type Universe, UniverseBuilder } from './engine/universe.ts';

/** Rules, goals and refused versions of an encoded question that cannot hold together, by their indexes. */
export interface EncodedCore {
  readonly rules: readonly number[];
  readonly goals: readonly number[];
  readonly refused: readonly number[];
}

/** Tries in which the core is made smaller: enough for everything that people can read, fewer where each takes long. */
const MAX_TRIES = 200;
const MAX_WORK = 30_000;
const MAX_STEPS = 2000;

/** A core of which nothing can be left out, where that is found out within some tries; else a smaller one. */
export function minimalCore(encoded: Encoded, core: EncodedCore): EncodedCore {
  const maxTries = Math.min(MAX_TRIES, 10 + MAX_WORK / (1 + sizeOf(core)));
  let tries = 0;
  let least = core;
  for (let smaller = attempt(least); smaller && sizeOf(smaller) < sizeOf(least); smaller = attempt(least))
    least = smaller;
  for (const kind of ['refused', 'rules', 'goals'] as const) {
    for (let at = least[kind].length - 1; at >= 0 && tries < maxTries; at--) {
      const without = least[kind].filter((_, index) => index !== at);
      const smaller = attempt({ ...least, [kind]: without });
      if (!smaller) continue;
      least = smaller;
      at = Math.min(at, least[kind].length);
    }
  }
  return least;

  function attempt(of: EncodedCore): EncodedCore | undefined {
    if (++tries > maxTries) return undefined;
    return contradiction(encoded, of)?.core;
  }
}

/** A core with the steps that lead from it to the contradiction, over a universe of nothing but the core. */
export interface Contradiction {
  readonly core: EncodedCore;
  readonly steps: readonly Step[];
  readonly solver: Solver;
  /** Ordinals of the whole question by those of the small universe. */
  readonly ordinals: readonly number[];
}

/** Solves with a part of the rules only; undefined when they can hold together, or when that takes too many steps. */
export function contradiction(encoded: Encoded, part: EncodedCore): Contradiction | undefined {
  const { universe, ordinals } = partOf(encoded, part);
  const solver = new Solver(universe);
  const small = new Map(ordinals.map((ordinal, at) => [ordinal, at]));
  const goals = part.goals.map((index) => encoded.goals[index]).filter((goal) => goal !== undefined);
  const assumptions = goals.map(({ of, never }) => ({ of: small.get(of) as number, never }));
  if (solver.solve(assumptions, MAX_STEPS) !== 'unsatisfiable') return undefined;
  const steps = derivationOf(solver).map((step) => ({
    ...step,
    rules: step.rules.map((rule) => part.rules[universe.origin[rule] as number] as number),
    assumptions: step.assumptions.map((index) => part.goals[index] as number),
    packages: step.packages.map((at) => ordinals[at] as number),
  }));
  const { rules, assumptions: asked, packages } = coreOf(steps);
  const counts = new Set(packages);
  const refused = part.refused.filter((index) => counts.has(encoded.refused[index]?.of ?? -1));
  return { core: { rules, goals: asked, refused }, steps, solver, ordinals };
}

function partOf(encoded: Encoded, { rules, goals, refused }: EncodedCore): { universe: Universe; ordinals: number[] } {
  const pairs = rules.map((index) => encoded.pairs[index]).filter((pair) => pair !== undefined);
  const banned = refused.map((index) => encoded.refused[index]).filter((each) => each !== undefined);
  const asked = goals.map((index) => encoded.goals[index]).filter((goal) => goal !== undefined);
  const ordinals = [
    ...new Set([
      ...asked.map(({ of }) => of),
      ...pairs.flatMap(({ first, second }) => [first, second]),
      ...banned.map(({ of }) => of),
    ]),
  ].sort((a, b) => a - b);
  const small = new Map(ordinals.map((ordinal, at) => [ordinal, at]));
  const builder = new UniverseBuilder();
  for (const ordinal of ordinals) builder.addPackage(encoded.universe.versions[ordinal] as number);
  for (const { of, set } of banned) builder.forbid(small.get(of) as number, set);
  for (const { first, second, when, never } of pairs) {
    builder.addPair({ first: small.get(first) as number, second: small.get(second) as number, when, never });
  }
  return { universe: builder.build(), ordinals };
}

function sizeOf({ rules, goals, refused }: EncodedCore): number {
  return rules.length + goals.length + refused.length;
}
