import { goalClause } from './rules.ts';
import { search } from './search.ts';
import type { Clause, Repair, ResolverGoal, ResolverInput, ResolverPolicy } from './types.ts';

const MAX_REPAIRS_TRIED = 16;
const MAX_STEPS = 10_000;

interface Relaxation {
  readonly text: (chosen: ReadonlyMap<string, string>) => string;
  readonly goals: readonly ResolverGoal[];
  readonly policy?: ResolverPolicy;
}

/**
 * Changes of the question, one at a time, that were solved and have an answer; the mildest first: another version of
 * what is wanted, then going back to an older version, then giving up a goal.
 */
export function findRepairs(input: ResolverInput, clauses: readonly Clause[]): Repair[] {
  return relaxations(input, clauses)
    .slice(0, MAX_REPAIRS_TRIED)
    .flatMap(({ text, goals, policy }) => {
      const relaxed = { ...input.policy, ...policy };
      const found = search({ ...input, goals, policy: { ...relaxed, maxSteps: MAX_STEPS } });
      if (found.status !== 'solved') return [];
      const chosen = new Map(found.choices.map(({ candidate }) => [candidate.name, candidate.version]));
      const changes = [...chosen].filter(
        ([name, version]) => !input.installed.some((each) => each.package === name && each.version === version),
      );
      return [{ text: text(chosen), goals, changes: changes.length, ...(policy ? { policy: relaxed } : {}) }];
    });
}

function relaxations(input: ResolverInput, clauses: readonly Clause[]): Relaxation[] {
  const texts = new Set(clauses.map(({ text }) => text));
  const blamed = input.goals.filter((goal) => texts.has(goalClause(goal).text));
  const widened = blamed
    .filter(({ range }) => range !== '*')
    .map((goal) => ({
      text: (chosen: ReadonlyMap<string, string>) =>
        `take ${goal.package} ${chosen.get(goal.package)} instead of ${goal.range}`,
      goals: input.goals.map((each) => (each === goal ? { ...goal, range: '*' } : each)),
    }));
  const downgraded = clauses.some(({ kind }) => kind === 'upgrade') && !input.policy?.allowDowngrade;
  const older = {
    text: () => 'allow going back to an older version',
    goals: input.goals,
    policy: { allowDowngrade: true },
  };
  const dropped = blamed
    .filter(() => input.goals.length > 1)
    .map((goal) => ({
      text: () => `give up ${goal.package}${goal.askedBy === 'you' ? '' : `, which ${goal.askedBy} wants`}`,
      goals: input.goals.filter((each) => each !== goal),
    }));
  return [...widened, ...(downgraded ? [older] : []), ...dropped];
}
