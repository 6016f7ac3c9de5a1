import { versionLabel } from '@capstan/capability-model';
import semver from 'semver';
import type { Encoded, RefusedVersions } from './encoded.ts';
import { wishOf } from './rules.ts';
import { solve } from './solve.ts';
import type { Candidate, Repair, RepairRisk, ResolverGoal, ResolverInput, ResolverPolicy } from './types.ts';
import type { EncodedCore } from './unsat-core.ts';
import { hasConditions, View } from './view.ts';

const MAX_REPAIRS_TRIED = 16;
const MAX_STEPS = 10_000;
const MAX_MINORS = 3;
const RISKS: readonly RepairRisk[] = ['none', 'low', 'medium', 'high'];

/** One change of the question, and how it is told once its answer is known. */
interface Relaxation {
  readonly risk: RepairRisk;
  readonly text: (versionOf: (name: string) => string) => string;
  readonly goals?: readonly ResolverGoal[];
  readonly policy?: ResolverPolicy;
  readonly kubernetes?: string;
}

/**
 * Changes of the question, one at a time, that were solved and have an answer, taken from what the proof blames: another
 * version of what is wanted, an update of what others want, another provider, a step back, Kubernetes first, giving up a
 * goal. By risk, then by how much changes.
 */
export function findRepairs(view: View, encoded: Encoded, core: EncodedCore): Repair[] {
  const goals = core.goals.flatMap((index) => encoded.goals[index]?.goal ?? []);
  const refused = core.refused.flatMap((index) => encoded.refused[index] ?? []);
  const blame = { goals: [...new Set(goals)], refused, encoded };
  const repairs = relaxations(view.input, blame, view)
    .slice(0, MAX_REPAIRS_TRIED)
    .flatMap((relaxation) => tried(relaxation, view, encoded));
  return [...new Map(repairs.map((repair) => [repair.text, repair])).values()].sort(
    (a, b) => RISKS.indexOf(a.risk ?? 'none') - RISKS.indexOf(b.risk ?? 'none') || a.changes - b.changes,
  );
}

function tried(
  { risk, text, goals, policy, kubernetes }: Relaxation,
  { input, index }: View,
  encoded: Encoded,
): Repair[] {
  const relaxed: ResolverInput = {
    ...input,
    goals: goals ?? input.goals,
    policy: { ...input.policy, ...policy },
    facts: { ...input.facts, ...(kubernetes === undefined ? {} : { kubernetes }) },
  };
  const view = new View(relaxed, index);
  const reusable = policy?.allowPrereleases === undefined && !isConditional(encoded);
  const known = reusable ? { known: encoded } : {};
  const answer = solve(view, { maxSteps: MAX_STEPS, core: false, ...known });
  if (answer.status !== 'solved') return [];
  const chosen = answer.assigned.ordinals().flatMap((ordinal) => answer.assigned.candidateOf(ordinal) ?? []);
  return [
    {
      text: text((name) => labelIn(chosen, name)),
      goals: relaxed.goals,
      changes: chosen.filter((each) => !view.isInstalled(each)).length,
      risk,
      ...(policy ? { policy: relaxed.policy ?? {} } : {}),
      ...(kubernetes === undefined ? {} : { kubernetes }),
    },
  ];
}

function labelIn(chosen: readonly Candidate[], name: string): string {
  const found = chosen.find((each) => each.name === name);
  return found ? versionLabel(found) : '';
}

/** Whether requirements depend on facts, values or channels, so that another question may have other ones. */
function isConditional({ subjects, goals }: Encoded): boolean {
  return (
    goals.some(({ goal }) => goal.channels !== undefined) ||
    subjects.some((subject) => subject.kind === 'package' && subject.candidates.some(hasConditions))
  );
}

interface Blame {
  readonly goals: readonly ResolverGoal[];
  readonly refused: readonly RefusedVersions[];
  readonly encoded: Encoded;
}

function relaxations(input: ResolverInput, blame: Blame, view: View): Relaxation[] {
  return [
    ...otherVersions(input, blame),
    ...policyChanges(input, blame),
    ...newerKubernetes(input, blame, view),
    ...otherProviders(input, blame, view),
    ...givenUp(input, blame),
  ];
}

/** A wider range for what you asked, or an update of what somebody else wants in a narrow one. */
function otherVersions(input: ResolverInput, { goals }: Blame): Relaxation[] {
  return goals
    .filter(({ range, center }) => range !== '*' || center !== undefined)
    .map((goal) => {
      const { center: _center, ...anywhere } = goal;
      const yours = goal.askedBy === 'you';
      const instead = goal.range === '*' ? `from another center than ${goal.center}` : `instead of ${goal.range}`;
      return {
        risk: yours ? 'none' : 'low',
        text: (versionOf) =>
          `take ${goal.package} ${versionOf(goal.package)} ${instead}${yours ? '' : `, which ${wishOf(goal)}`}`,
        goals: replaced(input.goals, goal, { ...(goal.range === '*' ? anywhere : goal), range: '*' }),
      };
    });
}

function policyChanges({ goals, policy = {} }: ResolverInput, { refused }: Blame): Relaxation[] {
  const found: Relaxation[] = [];
  const blamed = (kind: string) => refused.some((each) => each.kind === kind);
  if (blamed('upgrade') && !policy.allowDowngrade) {
    found.push({
      risk: 'medium',
      text: () => 'allow going back to an older version',
      goals,
      policy: { allowDowngrade: true },
    });
  }
  if (!policy.allowPrereleases) {
    found.push({ risk: 'medium', text: () => 'allow pre-releases', goals, policy: { allowPrereleases: true } });
  }
  for (const rule of policy.rules ?? []) {
    if (!refused.some((each) => each.kind === 'policy' && each.rule.endsWith(`(${rule.by})`))) continue;
    const rules = (policy.rules ?? []).filter((each) => each !== rule);
    found.push({ risk: 'medium', text: () => `lift the rule of ${rule.by}`, goals, policy: { rules } });
  }
  return found;
}

/** The next minor versions of Kubernetes, where a version was refused because of the present one. */
function newerKubernetes({ facts }: ResolverInput, { refused }: Blame, view: View): Relaxation[] {
  const present = semver.parse(facts.kubernetes);
  const wanted = refused.filter(({ kind, rule }) => kind === 'platform' && rule.startsWith('needs Kubernetes'));
  if (!present || wanted.length === 0 || facts.alsoKubernetes) return [];
  const ranges = wanted.map(({ rule }) => rule.slice('needs Kubernetes '.length, rule.lastIndexOf(';')));
  const minors = Array.from({ length: MAX_MINORS }, (_, step) => `${present.major}.${present.minor + step + 1}.0`);
  const first = minors.find((version) => ranges.some((range) => view.index.matches(version, range, false)));
  if (first === undefined) return [];
  const [major, minor] = first.split('.');
  return [
    { risk: 'medium', text: () => `upgrade the cluster to Kubernetes ${major}.${minor} first`, kubernetes: first },
  ];
}

/** Another package that offers a contract of one that is wanted. */
function otherProviders(input: ResolverInput, { goals }: Blame, view: View): Relaxation[] {
  return goals.flatMap((goal) => {
    const contracts = view
      .versionsOf(goal.package)
      .flatMap(({ provides }) => provides.capabilities.map(({ id }) => id));
    const names = [...new Set(contracts)].flatMap((id) =>
      (view.index.byCapability.get(id) ?? []).map(({ name }) => name),
    );
    const others = [...new Set(names)].filter((name) => name !== goal.package && view.goalsFor(name).length === 0);
    return others.slice(0, 2).map(
      (name): Relaxation => ({
        risk: goal.askedBy === 'you' ? 'medium' : 'high',
        text: (versionOf) => `use ${name} ${versionOf(name)} instead of ${goal.package}${wanter(goal)}`,
        goals: replaced(input.goals, goal, { package: name, range: '*', askedBy: goal.askedBy }),
      }),
    );
  });
}

function givenUp({ goals: all }: ResolverInput, { goals }: Blame): Relaxation[] {
  if (all.length < 2) return [];
  // To give up all that you asked for is no way out.
  const yours = all.filter(({ askedBy }) => askedBy === 'you');
  const others = goals.filter((goal) => yours.length !== 1 || goal !== yours[0]);
  return others.map((goal) => ({
    risk: goal.askedBy === 'you' ? 'medium' : 'high',
    text: () => `give up ${goal.package}${wanter(goal)}`,
    goals: all.filter((each) => each !== goal),
  }));
}

function wanter(goal: ResolverGoal): string {
  return goal.askedBy === 'you' ? '' : `, which ${wishOf(goal)}`;
}

function replaced(goals: readonly ResolverGoal[], one: ResolverGoal, by: ResolverGoal): ResolverGoal[] {
  return goals.map((each) => (each === one ? by : each));
}
