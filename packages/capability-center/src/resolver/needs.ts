import { compareVersionIds, nearestVersions, type Requirement, versionLabel } from '@capstan/capability-model';
import {
  goalAdmits,
  goalClause,
  installedOf,
  isInstalled,
  meets,
  offers,
  requirementClause,
  requirementText,
  unitClause,
} from './rules.ts';
import type { Candidate, Clause, ResolverGoal, ResolverInput } from './types.ts';

/** Something that must be met by one of these candidates. */
export interface Need {
  readonly clause: Clause;
  /** Best first. */
  readonly allowed: readonly Candidate[];
  /** Clauses that kept out what would meet it otherwise. */
  readonly refused: readonly Clause[];
}

/** Works out needs, each requirement once. */
export interface Needs {
  ofGoal(goal: ResolverGoal): Need;
  ofCandidate(candidate: Candidate): readonly Need[];
}

/** The needs of an input's goals and candidates. */
export function createNeeds(input: ResolverInput): Needs {
  const byName = Map.groupBy(input.universe, ({ name }) => name);
  const refusals = new Map<Candidate, Clause | undefined>();
  const known = new Map<Candidate, readonly Need[]>();
  const preference = byPreference(input);

  function refusalOf(candidate: Candidate): Clause | undefined {
    if (!refusals.has(candidate)) refusals.set(candidate, unitClause(candidate, input));
    return refusals.get(candidate);
  }

  function offeredFor(requirement: Requirement): readonly Candidate[] {
    return 'package' in requirement ? (byName.get(requirement.package) ?? []) : input.universe;
  }

  function needOf(clause: Clause, matching: readonly Candidate[], wanted: Requirement): Need {
    const refused = matching.flatMap((candidate) => refusalOf(candidate) ?? []);
    const allowed = matching.filter((candidate) => !refusalOf(candidate));
    return { clause, allowed, refused: matching.length > 0 ? refused : [catalogClause(wanted, input)] };
  }

  return {
    ofGoal(goal) {
      const wanted = { package: goal.package, range: goal.range };
      const admitted = offeredFor(wanted)
        .filter((candidate) => goalAdmits(goal, candidate, input))
        .sort(preference);
      return needOf(goalClause(goal), admitted, wanted);
    },
    ofCandidate(candidate) {
      const needs = known.get(candidate) ?? candidate.requires.filter(({ optional }) => !optional).map(needFor);
      known.set(candidate, needs);
      return needs;

      function needFor(requirement: Requirement): Need {
        const matching = branchesOf(requirement).flatMap((branch) =>
          offeredFor(branch)
            .filter((each) => meets(each, branch, input))
            .sort(preference),
        );
        return needOf(requirementClause(candidate, requirement), [...new Set(matching)], requirement);
      }
    },
  };
}

function branchesOf(requirement: Requirement): readonly Requirement[] {
  return 'anyOf' in requirement ? requirement.anyOf.flatMap(branchesOf) : [requirement];
}

/** What is installed first, then what is not deprecated, then by package, newest first. */
function byPreference(input: ResolverInput): (a: Candidate, b: Candidate) => number {
  const lift = new Set(input.policy?.lift ?? []);
  const lifted = ({ name }: Candidate) => lift.has('*') || lift.has(name);
  const moved = (candidate: Candidate) => (isInstalled(candidate, input) && !lifted(candidate) ? 0 : 1);
  const absent = (candidate: Candidate) => (installedOf(candidate.name, input) ? 0 : 1);
  const deprecated = (candidate: Candidate) => (candidate.lifecycle.phase === 'deprecated' ? moved(candidate) : 0);
  return (a, b) =>
    absent(a) - absent(b) ||
    deprecated(a) - deprecated(b) ||
    (a.name < b.name ? -1 : a.name > b.name ? 1 : 0) ||
    moved(a) - moved(b) ||
    compareVersionIds(b, a);
}

/** What there is instead of what is wanted, when nothing that is offered meets it. */
function catalogClause(wanted: Requirement, { universe }: ResolverInput): Clause {
  if ('package' in wanted) {
    const versions = universe.filter(({ name }) => name === wanted.package).map(({ version }) => version);
    if (versions.length === 0) return catalog(`no center offers ${wanted.package}`);
    const near = nearestVersions(versions, wanted.range).join(', ');
    return catalog(`no center offers ${wanted.package} ${wanted.range}; nearest: ${near}`);
  }
  const close = universe
    .filter((candidate) => offers(candidate, wanted))
    .map((each) => `${each.name} ${versionLabel(each)}`);
  const instead =
    close.length > 0
      ? `; ${close.slice(0, 3).join(', ')} ${close.length > 1 ? 'have' : 'has'} another version or lacks features`
      : '';
  return catalog(`nothing offers ${requirementText(wanted)}${instead}`);
}

function catalog(text: string): Clause {
  return { kind: 'catalog', text };
}
