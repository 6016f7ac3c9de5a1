import { compareVersionIds, type Requirement } from '@capstan/capability-model';
import { encodeExclusions } from './encode-exclusions.ts';
import type { Alternative, Encoded, GoalAssumption, Reached, RefusedVersions, RuleSource, Subject } from './encoded.ts';
import { addTo, complementOf, type Pair, setOf, UniverseBuilder, wordsFor } from './engine/universe.ts';
import { refusalOf } from './refusals.ts';
import { apiName, goalAdmits, meets, servesAny } from './rules.ts';
import type { Candidate, ResolverGoal } from './types.ts';
import type { View } from './view.ts';

/**
 * Brings a question into the engine's form (capability-center.md 7): only what the goals can lead to, each package with
 * its versions in the order of preference, equal requirements of several versions as one rule. What `known` reached for
 * a question with the same requirements is not worked out again.
 */
export function encode(view: View, goals: readonly ResolverGoal[], known?: Reached): Encoded {
  const reached = known && covers(known, goals) ? known : reach(view, goals);
  const { subjects, ordinals, universe } = reached;
  const refused = subjects.flatMap((subject, of) => refusedOf(subject, of, view));
  const initial = universe.initial.slice();
  for (const { of, set } of refused) takeOut(initial, universe.offset[of] as number, set);
  const order = new Map(goalOrder(goals, view).map((name, at) => [name, at]));
  const assumed = goals
    .map((goal) => assumptionOf(goal, ordinals.get(goal.package) as number, reached, view))
    .sort((a, b) => (order.get(a.goal.package) ?? 0) - (order.get(b.goal.package) ?? 0));
  return { ...reached, initial, refused, goals: assumed };
}

function covers({ ordinals }: Reached, goals: readonly ResolverGoal[]): boolean {
  return goals.every((goal) => ordinals.has(goal.package));
}

function reach(view: View, goals: readonly ResolverGoal[]): Reached {
  const encoder = new Encoder(view);
  for (const name of goalOrder(goals, view)) encoder.packageOf(name);
  encoder.follow();
  return encoder.reached();
}

function assumptionOf(goal: ResolverGoal, of: number, { subjects }: Reached, view: View): GoalAssumption {
  const { candidates } = subjects[of] as Extract<Subject, { kind: 'package' }>;
  const admitted = candidates.flatMap((each, at) => (goalAdmits(goal, each, view) ? [at] : []));
  return { of, never: complementOf(candidates.length, setOf(candidates.length, admitted)), goal };
}

function refusedOf(subject: Subject, of: number, view: View): RefusedVersions[] {
  if (subject.kind === 'choice') return [];
  const byRule = new Map<string, RefusedVersions>();
  for (const [at, candidate] of subject.candidates.entries()) {
    const refusal = refusalOf(candidate, view);
    if (!refusal) continue;
    const known = byRule.get(refusal.rule) ?? { ...refusal, of, set: setOf(subject.candidates.length, []) };
    byRule.set(refusal.rule, known);
    addTo(known.set, at);
  }
  return [...byRule.values()];
}

/** Takes a set out of the words of a package. */
export function takeOut(words: Int32Array, from: number, set: Int32Array): void {
  for (const [word, bits] of set.entries()) words[from + word] = (words[from + word] as number) & ~bits;
}

/** What is new or should move is decided before what may stay: that is what the question is about. */
function goalOrder(goals: readonly ResolverGoal[], view: View): string[] {
  const names = [...new Set(goals.map((goal) => goal.package))].sort();
  const stays = (name: string) => view.installedOf(name) !== undefined && !view.isLifted(name);
  return [...names.filter((name) => !stays(name)), ...names.filter(stays)];
}

/** The versions of a package in a range, and everything else that can be the case with it. */
interface Admitted {
  readonly set: Int32Array;
  readonly never: Int32Array;
}

/** Gathers what can be reached, requirement by requirement. */
class Encoder {
  readonly #view: View;
  readonly #subjects: Subject[] = [];
  readonly #ordinals = new Map<string, number>();
  readonly #choices = new Map<string, number>();
  /** Sets of versions by package and range: many requirements share one. */
  readonly #ranges = new Map<string, Admitted>();
  readonly #pairs: Pair[] = [];
  readonly #rules: RuleSource[] = [];

  constructor(view: View) {
    this.#view = view;
  }

  /** The ordinal of a package, which may have no versions at all. */
  packageOf(name: string): number {
    const known = this.#ordinals.get(name);
    if (known !== undefined) return known;
    const candidates = inPreference(this.#view.versionsOf(name), this.#view);
    const ordinal = this.#subjects.push({ kind: 'package', name, candidates }) - 1;
    this.#ordinals.set(name, ordinal);
    return ordinal;
  }

  /** Encodes the requirements of everything that was reached, and what those lead to. */
  follow(): void {
    for (let at = 0; at < this.#subjects.length; at++) {
      const subject = this.#subjects[at] as Subject;
      if (subject.kind === 'package') this.#requirementsOf(at, subject.candidates);
      else this.#alternativesOf(at, subject.alternatives);
    }
  }

  /** Everything that was reached, with the rules that exclude versions of it. */
  reached(): Reached {
    const subjects = this.#subjects;
    for (const { pair, source } of encodeExclusions(subjects, this.#ordinals, this.#view)) this.#addRule(pair, source);
    const builder = new UniverseBuilder();
    for (const subject of subjects) {
      const leads = subject.kind === 'package' ? [] : subject.alternatives.map(({ provider = -1 }) => provider);
      builder.addPackage(subject.kind === 'package' ? subject.candidates.length : leads.length, leads);
    }
    for (const pair of this.#pairs) builder.addPair(pair);
    const rules = this.#rules;
    const indexes = [...rules.keys()];
    return {
      subjects,
      universe: builder.build(),
      rules,
      pairs: this.#pairs,
      ordinals: this.#ordinals,
      rulesFrom: Map.groupBy(indexes, (index) => (rules[index] as RuleSource).of),
      rulesTo: Map.groupBy(indexes, (index) => (rules[index] as RuleSource).target),
    };
  }

  #requirementsOf(of: number, candidates: readonly Candidate[]): void {
    const groups = new Map<string, { readonly when: Int32Array; readonly requirement: Requirement }>();
    for (const [at, candidate] of candidates.entries()) {
      for (const requirement of this.#view.requirementsOf(candidate)) {
        if (requirement.optional) continue;
        const key = keyOf(requirement);
        const group = groups.get(key) ?? { when: new Int32Array(wordsFor(candidates.length)), requirement };
        groups.set(key, group);
        addTo(group.when, at);
      }
    }
    for (const { when, requirement } of groups.values()) {
      const { target, never } = this.#targetOf(requirement);
      this.#addRule({ first: of, when, second: target, never }, { kind: 'requirement', of, requirement, target });
    }
  }

  /** What a requirement leads to, a package or a choice, and what must not be the case with it. */
  #targetOf(requirement: Requirement): { readonly target: number; readonly never: Int32Array } {
    if ('package' in requirement) {
      const target = this.packageOf(requirement.package);
      return { target, never: this.#inRange(target, requirement).never };
    }
    // Any version of a choice will do, only not none.
    const target = this.#choiceOf(requirement);
    const never = setOf(this.#sizeOf(target), [-1]);
    return { target, never };
  }

  #inRange(target: number, requirement: Extract<Requirement, { package: string }>): Admitted {
    const key = `${requirement.package}\n${requirement.range}`;
    const known = this.#ranges.get(key);
    if (known) return known;
    const set = this.#meeting(target, requirement);
    const admitted = { set, never: complementOf(this.#sizeOf(target), set) };
    this.#ranges.set(key, admitted);
    return admitted;
  }

  #meeting(target: number, requirement: Requirement): Int32Array {
    const { candidates } = this.#subjects[target] as Extract<Subject, { kind: 'package' }>;
    const set = setOf(candidates.length, []);
    for (const [at, each] of candidates.entries()) if (meets(each, requirement, this.#view)) addTo(set, at);
    return set;
  }

  #choiceOf(requirement: Requirement): number {
    const key = keyOf({ ...requirement, reason: '' });
    const known = this.#choices.get(key);
    if (known !== undefined) return known;
    const alternatives = this.#branchesOf(requirement);
    const ordinal = this.#subjects.push({ kind: 'choice', requirement, alternatives }) - 1;
    this.#choices.set(key, ordinal);
    return ordinal;
  }

  #branchesOf(requirement: Requirement): Alternative[] {
    if ('anyOf' in requirement) return requirement.anyOf.flatMap((branch) => this.#branchesOf(branch));
    if ('package' in requirement) {
      const provider = this.packageOf(requirement.package);
      return [{ provider, set: this.#inRange(provider, requirement).set }];
    }
    const { byCapability, byApi } = this.#view.index;
    const offering =
      'capability' in requirement ? byCapability.get(requirement.capability) : byApi.get(apiName(requirement));
    const names = [...new Set((offering ?? []).map(({ name }) => name))];
    const providers = names.sort((a, b) => this.#byPresence(a, b)).map((name) => this.packageOf(name));
    const offered = providers.map((provider) => ({ provider, set: this.#meeting(provider, requirement) }));
    return [...this.#unmanaged(requirement), ...offered.filter(({ set }) => set.some((word) => word !== 0))];
  }

  /** An API that is there without a package needs nothing more. */
  #unmanaged(requirement: Requirement): Alternative[] {
    if (!('api' in requirement)) return [];
    const there = (this.#view.input.facts.apis ?? []).some(
      (api) => api.group === requirement.api.group && api.kind === requirement.api.kind && servesAny(api, requirement),
    );
    return there ? [{}] : [];
  }

  /** Installed packages first, then those that have a version which is not deprecated, then by name. */
  #byPresence(a: string, b: string): number {
    const absent = (name: string) => (this.#view.installedOf(name) ? 0 : 1);
    const old = (name: string) =>
      absent(name) === 1 && this.#view.versionsOf(name).every(({ lifecycle }) => lifecycle.phase === 'deprecated')
        ? 1
        : 0;
    return absent(a) - absent(b) || old(a) - old(b) || (a < b ? -1 : 1);
  }

  /** Each alternative of a choice leads to its provider. */
  #alternativesOf(of: number, alternatives: readonly Alternative[]): void {
    for (const [at, { provider, set }] of alternatives.entries()) {
      if (provider === undefined || set === undefined) continue;
      const when = setOf(alternatives.length, [at]);
      const never = complementOf(this.#sizeOf(provider), set);
      this.#addRule({ first: of, when, second: provider, never }, { kind: 'alternative', of, target: provider });
    }
  }

  #addRule(pair: Pair, source: RuleSource): void {
    this.#pairs.push(pair.first === pair.second ? this.#alone(pair) : pair);
    this.#rules.push(source);
  }

  /** A rule of a package about itself is one about something that is never there, for the versions that break it. */
  #alone({ first, when, never }: Pair): Pair {
    const second = this.#subjects.push({ kind: 'package', name: '', candidates: [] }) - 1;
    return { first, when: when.map((word, at) => word & (never[at] ?? 0)), second, never: setOf(0, [-1]) };
  }

  #sizeOf(ordinal: number): number {
    const subject = this.#subjects[ordinal] as Subject;
    return subject.kind === 'package' ? subject.candidates.length : subject.alternatives.length;
  }
}

/** Equal for requirements that say the same. */
function keyOf(requirement: Requirement): string {
  if ('package' in requirement) return `${requirement.package}\n${requirement.range}\n${requirement.reason ?? ''}`;
  return JSON.stringify(requirement);
}

/** What is installed first, then what is not deprecated, then newest (or lowest) first. */
function inPreference(newestFirst: readonly Candidate[], view: View): Candidate[] {
  const [first] = newestFirst;
  if (!first) return [];
  const lifted = view.isLifted(first.name);
  const lowest = view.input.policy?.prefer === 'lowest' && !lifted;
  const rank = (candidate: Candidate) => {
    if (!lifted && view.isInstalled(candidate)) return 0;
    return candidate.lifecycle.phase === 'deprecated' ? 2 : 1;
  };
  const ranks = new Map(newestFirst.map((each) => [each, rank(each)]));
  const rankOf = (candidate: Candidate) => ranks.get(candidate) ?? 0;
  return [...newestFirst].sort((a, b) => rankOf(a) - rankOf(b) || (lowest ? compareVersionIds(a, b) : 0));
}
