import { inRange, nearestVersions, parseLabel, type Requirement, versionLabel } from '@capstan/capability-model';
import type { Alternative, Encoded, Subject } from './encoded.ts';
import { holdsVersion } from './engine/universe.ts';
import {
  apiName,
  exclusiveClause,
  goalClause,
  type NamedVersions,
  offers,
  requirementRule,
  requirementText,
  statedBy,
  withRange,
} from './rules.ts';
import type { Assignment } from './search.ts';
import type { Candidate, Clause, ResolverGoal } from './types.ts';
import type { EncodedCore } from './unsat-core.ts';
import { versionsText } from './version-text.ts';
import type { View } from './view.ts';

/** A leaf of a proof: a clause in users' words, and the rule, goal or refusal that it tells. */
export interface Leaf {
  readonly clause: Clause;
  readonly of: 'rule' | 'goal' | 'refused';
  readonly index: number;
}

/** The leaves of a core, goals first, then from them along the requirements: the order in which people follow them. */
export function leavesOf(encoded: Encoded, core: EncodedCore, view: View): Leaf[] {
  const teller = new Teller(encoded, view);
  const distance = distances(encoded, core);
  const far = (ordinal: number) => distance.get(ordinal) ?? distance.size;
  const rules = [...core.rules]
    .map((index) => ({ index, source: encoded.rules[index] }))
    .sort((a, b) => far(a.source?.of ?? 0) - far(b.source?.of ?? 0) || a.index - b.index);
  const refused = [...core.refused].sort(
    (a, b) => far(encoded.refused[a]?.of ?? 0) - far(encoded.refused[b]?.of ?? 0) || a - b,
  );
  const leaves = [
    ...core.goals.flatMap((index) => teller.goal(index).map((clause): Leaf => ({ clause, of: 'goal', index }))),
    ...rules.flatMap(({ index }) => teller.rule(index).map((clause): Leaf => ({ clause, of: 'rule', index }))),
    ...refused.map((index): Leaf => ({ clause: teller.refused(index), of: 'refused', index })),
  ];
  return leaves;
}

/** How far each package of a core is from the goals, in rules. */
function distances({ rules, goals }: Encoded, core: EncodedCore): Map<number, number> {
  const from = Map.groupBy(core.rules, (index) => rules[index]?.of ?? -1);
  const found = new Map<number, number>();
  for (const index of core.goals) found.set(goals[index]?.of ?? -1, 0);
  for (const [at, distance] of found) {
    for (const index of from.get(at) ?? []) {
      const { target } = rules[index] as Encoded['rules'][number];
      if (!found.has(target)) found.set(target, distance + 1);
    }
  }
  return found;
}

/** Puts rules, goals and refusals of an encoded question in users' words. */
export class Teller {
  readonly #encoded: Encoded;
  readonly #view: View;
  readonly #assignment: Assignment;

  /** With an assignment, packages in it are named with that one version instead of all that a rule is about. */
  constructor(encoded: Encoded, view: View, assignment: Assignment = new Map()) {
    this.#encoded = encoded;
    this.#view = view;
    this.#assignment = assignment;
  }

  goal(index: number): Clause[] {
    const { goal, of, never } = this.#encoded.goals[index] as Encoded['goals'][number];
    const clause = goalClause(goal);
    const admitted = this.#candidates(of).some((_, at) => !holdsVersion(never, at));
    return admitted ? [clause] : [clause, this.#missingFor(goal)];
  }

  /** A requirement that nothing can meet is told with what there is instead. */
  rule(index: number): Clause[] {
    const source = this.#encoded.rules[index];
    const pair = this.#encoded.pairs[index];
    if (!source || !pair || source.kind === 'alternative') return [];
    const by = this.#subject(source.of);
    if (by.kind !== 'package') return [];
    const versions = this.#versions(source.of, pair.when);
    if (source.kind === 'exclusive') {
      const other = this.#subject(source.target);
      return [exclusiveClause(by.name, other.kind === 'package' ? other.name : '', source.what)];
    }
    if (source.kind === 'conflict') {
      const other = this.subjectText(source.target, pair.never);
      return [statedBy('conflict', by.name, versions, `conflicts with ${other} (${source.reason})`)];
    }
    const clause = statedBy('requirement', by.name, versions, requirementRule(source.requirement));
    if (source.requirement.optional) return [clause];
    return [clause, ...this.#offered(source.requirement, source.target, pair.never)];
  }

  refused(index: number): Clause {
    const { of, set, kind, rule } = this.#encoded.refused[index] as Encoded['refused'][number];
    const subject = this.#subject(of);
    const name = subject.kind === 'package' ? subject.name : '';
    return statedBy(kind, name, this.#versions(of, set), rule);
  }

  /** A subject in some of its versions: `istio >=1.26.0`, or the requirement that a choice stands for. */
  subjectText(ordinal: number, set: Int32Array): string {
    const subject = this.#subject(ordinal);
    if (subject.kind === 'choice') return requirementText(subject.requirement);
    return `${subject.name} ${this.#versions(ordinal, set).text}`;
  }

  /** Who can meet a requirement, where that is not in its words already. */
  #offered(requirement: Requirement, target: number, never: Int32Array): Clause[] {
    const subject = this.#subject(target);
    if (subject.kind === 'package') {
      const met = subject.candidates.some((_, at) => !holdsVersion(never, at));
      return met ? [] : [this.#missing(requirement)];
    }
    if (subject.alternatives.length === 0) return [this.#missing(requirement)];
    if ('anyOf' in requirement) return [];
    const providers = subject.alternatives.map((each) => this.#alternativeText(each));
    const text = `only ${listText(providers)} ${providers.length > 1 ? 'offer' : 'offers'} ${requirementText(requirement)}`;
    return [catalog(text)];
  }

  #alternativeText({ provider, set }: Alternative): string {
    return provider === undefined || set === undefined ? 'what is in the cluster' : this.subjectText(provider, set);
  }

  #missingFor(goal: ResolverGoal): Clause {
    if (goal.center === undefined) return this.#missing({ package: goal.package, range: goal.range });
    return catalog(`center ${goal.center} offers no ${withRange(goal.package, goal.range)}`);
  }

  /** What there is instead of what is wanted, when nothing that is offered meets it. */
  #missing(wanted: Requirement): Clause {
    if ('package' in wanted) return catalog(this.#missingPackage(wanted.package, wanted.range));
    const close = this.#closeTo(wanted).map((each) => `${each.name} ${versionLabel(each)}`);
    const verbs = close.length > 1 ? ['have', 'lack'] : ['has', 'lacks'];
    const instead =
      close.length > 0 ? `; ${close.slice(0, 3).join(', ')} ${verbs.join(' another version or ')} features` : '';
    return catalog(`nothing offers ${requirementText(wanted)}${instead}`);
  }

  #missingPackage(name: string, range: string): string {
    const { index } = this.#view;
    const offered = this.#view.versionsOf(name);
    if (offered.length === 0) return `no center offers ${name}`;
    const named = parseLabel(range);
    const releases = named ? offered.filter(({ version }) => inRange(version, named.version)).map(versionLabel) : [];
    if (releases.length > 0)
      return `no center offers ${name} ${range}; of that version there are: ${releases.join(', ')}`;
    const early = offered.filter((each) => index.matches(index.versionOf(each), range, true));
    const near = nearestVersions(
      (early.length > 0 ? early : offered).map(({ version }) => version),
      range,
    ).join(', ');
    const what =
      early.length > 0 ? `${withRange(name, range)} except pre-releases or other channels` : withRange(name, range);
    return `no center offers ${what}; nearest: ${near}`;
  }

  #closeTo(wanted: Exclude<Requirement, { package: string }>): readonly Candidate[] {
    const { byApi, byCapability } = this.#view.index;
    if ('anyOf' in wanted) return [];
    const known = 'api' in wanted ? byApi.get(apiName(wanted)) : byCapability.get(wanted.capability);
    return (known ?? []).filter((each) => offers(each, wanted));
  }

  #versions(ordinal: number, set: Int32Array): NamedVersions {
    const assigned = this.#assignment.get(ordinal);
    const candidates = this.#candidates(ordinal);
    const candidate = assigned === undefined ? undefined : candidates[assigned];
    if (candidate) return { text: versionLabel(candidate), labels: [versionLabel(candidate)] };
    const labels = candidates.filter((_, at) => holdsVersion(set, at)).map(versionLabel);
    return { text: versionsText(candidates, set), labels };
  }

  #candidates(ordinal: number): readonly Candidate[] {
    const subject = this.#subject(ordinal);
    return subject.kind === 'package' ? subject.candidates : [];
  }

  #subject(ordinal: number): Subject {
    return this.#encoded.subjects[ordinal] as Subject;
  }
}

function listText(items: readonly string[]): string {
  return items.length > 1 ? `${items.slice(0, -1).join(', ')} and ${items.at(-1)}` : String(items[0]);
}

function catalog(text: string): Clause {
  return { kind: 'catalog', text };
}
