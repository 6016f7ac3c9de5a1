import type { ConflictRule, Requirement } from '@capstan/capability-model';
import fc from 'fast-check';
import semver from 'semver';
import { expect, test } from 'vitest';
import { resolve } from './resolve.ts';
import { goalClause, requirementRule } from './rules.ts';
import type { Candidate, ProofNode, ResolverInput } from './types.ts';

const NAMES = ['p0', 'p1', 'p2', 'p3'];
const VERSIONS = ['1.0.0', '1.1.0', '2.0.0'];

const name = fc.constantFrom(...NAMES);
const range = fc.constantFrom('*', '*', '*', '^1', '>=1.1.0', '2', '1.0.0', '<2', '^3');
const capability = fc.constantFrom('c0', 'c1');
const kind = fc.constantFrom('K0', 'K1');
const optional = fc.boolean();

const simple: fc.Arbitrary<Requirement> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ package: name, range, optional }) },
  { weight: 2, arbitrary: fc.record({ capability, range: fc.constantFrom('*', '>=2'), optional }) },
  { weight: 1, arbitrary: fc.record({ api: kind.map((each) => ({ group: 'g', kind: each })), optional }) },
);
const requirement: fc.Arbitrary<Requirement> = fc.oneof(
  { weight: 6, arbitrary: simple },
  { weight: 1, arbitrary: fc.record({ anyOf: fc.array(simple, { minLength: 1, maxLength: 2 }) }) },
);
const conflict: fc.Arbitrary<ConflictRule> = fc.oneof(
  fc.record({ package: name, range, reason: fc.constant('r') }),
  fc.record({ capability, reason: fc.constant('r') }),
);

const candidate: fc.Arbitrary<Candidate> = fc.record({
  name,
  version: fc.constantFrom(...VERSIONS),
  release: fc.constant(0),
  requires: fc.oneof(fc.constant([]), fc.array(requirement, { maxLength: 2 })),
  conflicts: fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(conflict, { maxLength: 1 }) },
  ),
  platform: fc.constantFrom({}, {}, {}, { kubernetes: '>=1.36' }),
  lifecycle: fc.constantFrom(
    { phase: 'supported' as const },
    { phase: 'supported' as const },
    { phase: 'deprecated' as const },
    { phase: 'yanked' as const },
  ),
  upgrade: fc.constant({ from: ['*'] }),
  provides: fc.record({
    capabilities: fc.array(
      fc.record({
        id: capability,
        version: fc.constantFrom('1.0.0', '2.0.0'),
        features: fc.constant([]),
        exclusive: fc.boolean(),
      }),
      { maxLength: 1 },
    ),
    apis: fc.array(fc.record({ group: fc.constant('g'), kind, served: fc.constant(['v1']) }), { maxLength: 1 }),
  }),
  center: fc.constant('capstan'),
  digest: fc.constant(''),
});

const universe = fc
  .uniqueArray(candidate, { selector: (each) => `${each.name}@${each.version}`, minLength: 5, maxLength: 12 })
  .map((all) => all.map((each) => ({ ...each, digest: `${each.name}@${each.version}` })));

const input: fc.Arbitrary<ResolverInput> = fc.record({
  universe,
  // Nothing is idle here: faults that were there before have a test of their own.
  goals: fc.array(
    fc.record({
      package: name,
      range,
      askedBy: fc.constantFrom('you', 'CapabilitySet s'),
      earlier: fc.constant(false),
    }),
    {
      minLength: 1,
      maxLength: 3,
    },
  ),
  installed: fc.uniqueArray(
    fc.record({ package: name, version: fc.constantFrom(...VERSIONS), release: fc.constant(0) }),
    { selector: (each) => each.package, maxLength: 2 },
  ),
  facts: fc.constant({ kubernetes: '1.35.4', arch: ['amd64'] }),
});

function meetsAlone(each: Candidate, wanted: Requirement): boolean {
  if ('anyOf' in wanted) return wanted.anyOf.some((branch) => meetsAlone(each, branch));
  if ('package' in wanted) return each.name === wanted.package && semver.satisfies(each.version, wanted.range);
  if ('api' in wanted) return each.provides.apis.some((api) => api.kind === wanted.api.kind);
  return each.provides.capabilities.some(
    ({ id, version }) => id === wanted.capability && semver.satisfies(version, wanted.range),
  );
}

function touches(each: Candidate, wanted: Requirement): boolean {
  if ('anyOf' in wanted) return false;
  if ('package' in wanted) return each.name === wanted.package;
  if ('api' in wanted) return each.provides.apis.some((api) => api.kind === wanted.api.kind);
  return each.provides.capabilities.some(({ id }) => id === wanted.capability);
}

function isMet(each: Candidate, wanted: Requirement, chosen: readonly Candidate[]): boolean {
  return wanted.optional
    ? chosen.every((other) => other === each || !touches(other, wanted) || meetsAlone(other, wanted))
    : chosen.some((other) => meetsAlone(other, wanted));
}

function clashes(a: Candidate, b: Candidate): boolean {
  return (
    a.conflicts.some((rule) =>
      rule.package === undefined
        ? b.provides.capabilities.some(({ id }) => id === rule.capability)
        : b.name === rule.package && semver.satisfies(b.version, rule.range ?? '*'),
    ) ||
    a.provides.apis.some((api) => b.provides.apis.some((other) => api.kind === other.kind)) ||
    a.provides.capabilities.some((x) =>
      b.provides.capabilities.some((y) => x.id === y.id && (x.exclusive || y.exclusive)),
    )
  );
}

function isApart(chosen: readonly Candidate[]): boolean {
  return chosen.every((a) => chosen.every((b) => a === b || (a.name !== b.name && !clashes(a, b))));
}

function isFineAlone(each: Candidate, { installed, facts }: ResolverInput): boolean {
  const there = installed.find(({ package: of }) => of === each.name);
  const yanked = each.lifecycle.phase === 'yanked' && there?.version !== each.version;
  const older = there !== undefined && semver.lt(each.version, there.version);
  return !yanked && !older && semver.satisfies(facts.kubernetes, each.platform.kubernetes ?? '*');
}

/** Whether the chosen versions obey every rule, written without the resolver's own code. */
function isSolution(chosen: readonly Candidate[], given: ResolverInput): boolean {
  const goalsMet = given.goals.every((goal) =>
    chosen.some((each) => each.name === goal.package && semver.satisfies(each.version, goal.range)),
  );
  const needsMet = chosen.every((each) => each.requires.every((wanted) => isMet(each, wanted, chosen)));
  return goalsMet && needsMet && isApart(chosen) && chosen.every((each) => isFineAlone(each, given));
}

/** Every choice of at most one version for each package. */
function assignments({ universe }: ResolverInput): Candidate[][] {
  return NAMES.reduce<Candidate[][]>(
    (all, each) => {
      const versions = universe.filter((candidate) => candidate.name === each);
      return all.flatMap((chosen) => [chosen, ...versions.map((one) => [...chosen, one])]);
    },
    [[]],
  );
}

/** Whether a choice breaks the rule that a leaf tells, judged without the resolver's own code. */
function breaks(chosen: readonly Candidate[], { kind, text, stated }: ProofNode, given: ResolverInput): boolean {
  if (kind === 'goal') {
    const goals = given.goals.filter((goal) => goalClause(goal).text === text);
    const met = ({ package: wanted, range: versions }: (typeof goals)[number]) =>
      chosen.some((each) => each.name === wanted && semver.satisfies(each.version, versions));
    return goals.some((goal) => !met(goal));
  }
  if (kind === 'exclusive' && !stated) {
    const owners = chosen.filter((each) => new RegExp(`\\b${each.name}\\b.* bring `).test(text));
    return owners.length > 1 && !isApart(owners);
  }
  const stating = chosen.find((each) => each.name === stated?.by && stated.versions.includes(each.version));
  if (!stating) return false;
  if (kind === 'requirement') {
    return stating.requires
      .filter((wanted) => requirementRule(wanted) === stated?.rule)
      .some((wanted) => !isMet(stating, wanted, chosen));
  }
  if (kind === 'conflict') return chosen.some((other) => other !== stating && clashes(stating, other));
  return !isFineAlone(stating, given);
}

/** `pnpm test:long` asks for more. */
const RUNS = { numRuns: Number(process.env['CAPSTAN_PROPERTY_RUNS'] ?? 300) };

test('agrees with brute force, and its solutions obey every rule', () => {
  let solved = 0;
  let refused = 0;
  fc.assert(
    fc.property(input, (given) => {
      const result = resolve(given);
      const exists = assignments(given).some((chosen) => isSolution(chosen, given));
      expect(result.status).toBe(exists ? 'solved' : 'unsatisfiable');
      if (result.status !== 'solved') {
        refused += 1;
        return;
      }
      solved += 1;
      const chosen = result.lock.map((entry) => given.universe.find(({ digest }) => digest === entry.digest));
      expect(chosen.every((each) => each !== undefined)).toBe(true);
      expect(isSolution(chosen as Candidate[], given)).toBe(true);
    }),
    RUNS,
  );
  // The generator is worth something only while it makes both kinds.
  expect(Math.min(solved, refused)).toBeGreaterThan(RUNS.numRuns / 10);
});

test('the leaves of a proof alone cannot hold together', () => {
  fc.assert(
    fc.property(input, (given) => {
      const result = resolve(given);
      if (result.status !== 'unsatisfiable') return;
      const { nodes, edges } = result.proof;
      const leaves = nodes.filter(({ id }) => !edges.some(({ to }) => to === id));
      expect(leaves.every(({ kind }) => kind !== 'derived' && kind !== 'conclusion')).toBe(true);
      for (const chosen of assignments(given)) {
        expect(leaves.some((leaf) => breaks(chosen, leaf, given))).toBe(true);
      }
      expect(result.explanation.split('\n').length).toBeLessThanOrEqual(12);
    }),
    RUNS,
  );
});

test('every way out that is offered works', () => {
  fc.assert(
    fc.property(input, (given) => {
      const result = resolve(given);
      if (result.status !== 'unsatisfiable') return;
      for (const { goals, policy = {}, kubernetes = given.facts.kubernetes } of result.repairs) {
        const facts = { ...given.facts, kubernetes };
        expect(resolve({ ...given, goals, policy, facts }).status).toBe('solved');
      }
    }),
    RUNS,
  );
});

test('the order of the input does not matter', () => {
  const reordered = input.chain((given) =>
    fc.record({
      given: fc.constant(given),
      other: fc.record({
        universe: fc.shuffledSubarray([...given.universe], { minLength: given.universe.length }),
        goals: fc.shuffledSubarray([...given.goals], { minLength: given.goals.length }),
        installed: fc.shuffledSubarray([...given.installed], { minLength: given.installed.length }),
        facts: fc.constant(given.facts),
      }),
    }),
  );
  fc.assert(
    fc.property(reordered, ({ given, other }) => {
      expect(JSON.stringify(resolve(other))).toBe(JSON.stringify(resolve(given)));
    }),
    RUNS,
  );
});

test('taking away a requirement never makes a solvable wish unsolvable', () => {
  fc.assert(
    fc.property(input, fc.nat(), (given, at) => {
      if (resolve(given).status !== 'solved') return;
      const index = at % given.universe.length;
      const lighter = given.universe.map((each, n) =>
        n === index ? { ...each, requires: each.requires.slice(1) } : each,
      );
      expect(resolve({ ...given, universe: lighter }).status).toBe('solved');
    }),
    RUNS,
  );
});
