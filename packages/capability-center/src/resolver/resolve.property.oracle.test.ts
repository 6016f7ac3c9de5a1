import type { Requirement } from '@capstan/capability-model';
import Logic from 'logic-solver';
import semver from 'semver';
import { expect, test } from 'vitest';
import { resolve } from './resolve.ts';
import { solve } from './solve.ts';
import { version } from './testing/builders.ts';
import type { Candidate, ResolverInput } from './types.ts';
import { View } from './view.ts';

/** `pnpm test:long` asks for 20,000. */
const SEEDS = Number(process.env['CAPSTAN_ORACLE_SEEDS'] ?? 2000);

/** Numbers in [0, 1) that only depend on the seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** A universe of up to twelve packages with every kind of rule, and goals. */
function inputOf(seed: number): ResolverInput {
  const random = randomOf(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const pick = <T>(items: readonly T[]): T => items[below(items.length)] as T;
  const names = Array.from({ length: 5 + below(8) }, (_, at) => `p${at}`);
  const range = () => pick(['*', '^1', '^2', '>=1.1.0', '<2', '1.0.0', '1.1.0 || 2.1.0', '>=2 <2.1']);
  const simple = (): Requirement => {
    const kind = random();
    const optional = random() < 0.15;
    if (kind < 0.75) return { package: pick(names), range: range(), optional };
    if (kind < 0.9) return { capability: pick(['c0', 'c1', 'c2']), range: pick(['*', '>=2']), optional };
    return { api: { group: 'g', kind: pick(['K0', 'K1']) }, optional };
  };
  const requirement = (): Requirement =>
    random() < 0.15 ? { anyOf: [simple(), simple()].map((each) => ({ ...each, optional: false })) } : simple();
  const universe = names.flatMap((name) =>
    ['1.0.0', '1.1.0', '2.0.0', '2.1.0']
      .filter(() => random() < 0.85)
      .map((id) =>
        version(name, id, {
          requires: Array.from({ length: below(3) }, requirement),
          conflicts: random() < 0.15 ? [{ package: pick(names), range: range(), reason: 'r' }] : [],
          platform: random() < 0.08 ? { kubernetes: '>=1.36' } : {},
          lifecycle: { phase: random() < 0.05 ? 'yanked' : 'supported' },
          capabilities:
            random() < 0.2
              ? [
                  {
                    id: pick(['c0', 'c1', 'c2']),
                    version: pick(['1.0.0', '2.0.0']),
                    features: [],
                    exclusive: random() < 0.2,
                  },
                ]
              : [],
          apis: random() < 0.1 ? [{ group: 'g', kind: pick(['K0', 'K1']), served: ['v1'] }] : [],
        }),
      ),
  );
  const goals = Array.from({ length: 1 + below(3) }, () => ({ package: pick(names), range: range(), askedBy: 'you' }));
  return { universe, goals, installed: [], facts: { kubernetes: '1.35.4', arch: [] } };
}

function meets(each: Candidate, wanted: Requirement): boolean {
  if ('anyOf' in wanted) return wanted.anyOf.some((branch) => meets(each, branch));
  if ('package' in wanted) return each.name === wanted.package && semver.satisfies(each.version, wanted.range);
  if ('api' in wanted) return each.provides.apis.some(({ kind }) => kind === wanted.api.kind);
  return each.provides.capabilities.some(
    (offer) => offer.id === wanted.capability && semver.satisfies(offer.version, wanted.range),
  );
}

function isAbout(each: Candidate, wanted: Requirement): boolean {
  if ('anyOf' in wanted) return false;
  if ('package' in wanted) return each.name === wanted.package;
  if ('api' in wanted) return each.provides.apis.some(({ kind }) => kind === wanted.api.kind);
  return each.provides.capabilities.some(({ id }) => id === wanted.capability);
}

function exclude(a: Candidate, b: Candidate): boolean {
  return (
    a.name === b.name ||
    a.conflicts.some((rule) => rule.package === b.name && semver.satisfies(b.version, rule.range ?? '*')) ||
    a.provides.apis.some((x) => b.provides.apis.some((y) => x.kind === y.kind)) ||
    a.provides.capabilities.some((x) =>
      b.provides.capabilities.some((y) => x.id === y.id && (x.exclusive || y.exclusive)),
    )
  );
}

/** A MiniSat that answers for several universes: to start one takes longer than to ask it. */
interface Oracle {
  readonly solver: InstanceType<typeof Logic.Solver>;
  readonly seed: number;
}

/** What MiniSat says of the same rules, one variable for each version, plain clauses only; the goals are assumed. */
function isSatisfiable({ universe, goals }: ResolverInput, { solver, seed }: Oracle): boolean {
  const is = (each: Candidate) => `${seed} ${each.digest}`;
  const not = (each: Candidate) => `-${is(each)}`;
  const some = (test: (each: Candidate) => boolean) => universe.filter(test).map(is);
  for (const [at, each] of universe.entries()) {
    if (each.lifecycle.phase === 'yanked' || each.platform.kubernetes) solver.require(not(each));
    for (const wanted of each.requires) {
      if (!wanted.optional) solver.require(Logic.or(not(each), ...some((other) => meets(other, wanted))));
      else {
        const wrong = universe.filter((other) => other !== each && isAbout(other, wanted) && !meets(other, wanted));
        for (const other of wrong) solver.require(Logic.or(not(each), not(other)));
      }
    }
    for (const other of universe.slice(at + 1)) {
      if (exclude(each, other) || exclude(other, each)) solver.require(Logic.or(not(each), not(other)));
    }
  }
  const asked = `${seed} asked`;
  for (const goal of goals) {
    const met = some((each) => each.name === goal.package && semver.satisfies(each.version, goal.range));
    solver.require(Logic.or(`-${asked}`, ...met));
  }
  return solver.solveAssuming(asked) !== null;
}

// Seconds in all; the limit only ends a search that hangs.
test(`agrees with MiniSat over ${SEEDS} universes, whatever versions are preferred`, { timeout: 60 * SEEDS }, () => {
  let solved = 0;
  let solver = new Logic.Solver();
  for (let seed = 1; seed <= SEEDS; seed++) {
    if (seed % 20 === 0) solver = new Logic.Solver();
    const input = inputOf(seed);
    const expected = isSatisfiable(input, { solver, seed }) ? 'solved' : 'unsatisfiable';
    expect([seed, resolve(input).status]).toEqual([seed, expected]);
    const reversed = solve(new View({ ...input, policy: { prefer: 'lowest' } }), { core: false });
    expect([seed, reversed.status]).toEqual([seed, expected]);
    if (expected === 'solved') solved++;
  }
  expect(Math.min(solved, SEEDS - solved)).toBeGreaterThan(SEEDS / 10);
});
