import type { JsonObject } from '@capstan/base';
import { compareVersionIds, holds, type Requirement } from '@capstan/capability-model';
import type { Candidate, InstalledPackage, ResolverGoal, ResolverInput } from './types.ts';
import { indexUniverse, type UniverseIndex } from './universe-index.ts';

const STABLE = 'stable';

/** A question with what is looked up again and again while it is answered. */
export class View {
  readonly input: ResolverInput;
  readonly index: UniverseIndex;
  readonly #installed: ReadonlyMap<string, InstalledPackage>;
  readonly #goals: ReadonlyMap<string, readonly ResolverGoal[]>;
  readonly #lift: ReadonlySet<string>;
  readonly #config = new Map<Candidate, JsonObject>();

  constructor(input: ResolverInput, index: UniverseIndex = indexUniverse(input.universe)) {
    this.input = input;
    this.index = index;
    this.#installed = new Map(input.installed.map((each) => [each.package, each]));
    this.#goals = Map.groupBy(input.goals, (goal) => goal.package);
    this.#lift = new Set(input.policy?.lift ?? []);
  }

  /** The versions of a package, newest first. */
  versionsOf(name: string): readonly Candidate[] {
    return this.index.byName.get(name) ?? [];
  }

  /** The installed version of a package. */
  installedOf(name: string): InstalledPackage | undefined {
    return this.#installed.get(name);
  }

  /** Whether exactly this version is installed. */
  isInstalled(candidate: Candidate): boolean {
    const installed = this.#installed.get(candidate.name);
    if (!installed || compareVersionIds(installed, candidate) !== 0) return false;
    return installed.digest === undefined || installed.digest === candidate.digest;
  }

  /** The goals that name a package. */
  goalsFor(name: string): readonly ResolverGoal[] {
    return this.#goals.get(name) ?? [];
  }

  /** Whether the newest version of a package is wanted, rather than the installed one. */
  isLifted(name: string): boolean {
    return this.#lift.has('*') || this.#lift.has(name);
  }

  /**
   * Whether a candidate's version lies in a range. What is installed may stay although it is a pre-release; others
   * match where a bound names them, the policy lets them in or their channel was asked for.
   */
  inRange(candidate: Candidate, range: string): boolean {
    const version = this.index.versionOf(candidate);
    return this.index.matches(version, range, version.prerelease && this.admitsPrerelease(candidate));
  }

  /** Whether a pre-release may be chosen without being named. */
  admitsPrerelease(candidate: Candidate): boolean {
    const { policy } = this.input;
    if (policy?.allowPrereleases || this.isInstalled(candidate)) return true;
    const asked = [policy?.channels, ...this.goalsFor(candidate.name).map(({ channels }) => channels)];
    return asked
      .flatMap((channels) => channels ?? [])
      .some((name) => name !== STABLE && channelsOf(candidate).includes(name));
  }

  /** The requirements of a candidate that count here: those whose condition holds. */
  requirementsOf(candidate: Candidate): readonly Requirement[] {
    const { requires } = candidate;
    return hasConditions(candidate) ? requires.flatMap((each) => this.#decided(each, candidate)) : requires;
  }

  #decided(requirement: Requirement, candidate: Candidate): Requirement[] {
    const { facts } = this.input;
    if (requirement.when && !holds(requirement.when, { config: this.#configOf(candidate), facts })) return [];
    if (!('anyOf' in requirement)) return [requirement];
    return [{ ...requirement, anyOf: requirement.anyOf.flatMap((each) => this.#decided(each, candidate)) }];
  }

  #configOf(candidate: Candidate): JsonObject {
    const known = this.#config.get(candidate);
    if (known) return known;
    const asked = this.goalsFor(candidate.name).find(({ values }) => values !== undefined)?.values;
    const values = asked ?? this.installedOf(candidate.name)?.values ?? {};
    const config = withDefaults(candidate.config?.schema, values);
    this.#config.set(candidate, config);
    return config;
  }
}

/** The channels that a candidate is published in. */
export function channelsOf({ channel = [] }: Candidate): readonly string[] {
  return channel.length > 0 ? channel : [STABLE];
}

/** Whether a candidate has requirements that count only under a condition. */
export function hasConditions({ requires }: Candidate): boolean {
  return requires.some(isConditional);
}

function isConditional(requirement: Requirement): boolean {
  return requirement.when !== undefined || ('anyOf' in requirement && requirement.anyOf.some(isConditional));
}

/** Values with the defaults of a JSON Schema's properties, as the installer fills them in. */
function withDefaults(schema: unknown, values: JsonObject): JsonObject {
  const properties = isObject(schema) && isObject(schema['properties']) ? schema['properties'] : {};
  const filled: Record<string, unknown> = { ...values };
  for (const [name, property] of Object.entries(properties)) {
    if (!isObject(property)) continue;
    if (filled[name] === undefined && property['default'] !== undefined) filled[name] = property['default'];
    const value = filled[name];
    if (isObject(value)) filled[name] = withDefaults(property, value);
  }
  return filled as JsonObject;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
