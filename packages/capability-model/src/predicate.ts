import type { JsonObject } from '@capstan/base';
import type { Requirement } from './package.ts';
import { inRange, parseRange } from './versions.ts';

/** Facts of a cluster that a predicate may ask for. Those that are lists hold every value that its nodes have. */
export interface PredicateFacts {
  /** Kubernetes version, with or without `v`. */
  readonly kubernetes: string;
  readonly arch: readonly string[];
  readonly os?: readonly string[];
  readonly distribution?: string;
}

/** What predicates look at. */
export interface PredicateContext {
  /** The package's configuration, defaults filled in. */
  readonly config: JsonObject;
  readonly facts: PredicateFacts;
}

/** A value of the package's configuration: equal to one of some, or there at all. */
export type ConfigPredicate = { readonly config: string } & (
  | { readonly equals: string | number | boolean }
  | { readonly in: readonly (string | number | boolean)[] }
  | { readonly exists: boolean }
);

/** A fact of the cluster: its Kubernetes version in a range, or one of its values among some. */
export type FactPredicate =
  | { readonly fact: 'kubernetes'; readonly range: string }
  | { readonly fact: 'arch' | 'os' | 'distribution'; readonly in: readonly string[] };

/**
 * A condition over configuration and facts, known before anything is solved: so the resolver sees plain requirements and
 * its proofs stay small. Data only; there is no code in metadata.
 */
export type Predicate =
  | { readonly all: readonly Predicate[] }
  | { readonly any: readonly Predicate[] }
  | { readonly not: Predicate }
  | ConfigPredicate
  | FactPredicate;

/**
 * Whether a predicate holds. Pure and total: a value that is not set and a fact that nobody knows fail every test except
 * `exists: false`, and `not` turns that around.
 */
export function holds(predicate: Predicate, context: PredicateContext): boolean {
  if ('all' in predicate) return predicate.all.every((each) => holds(each, context));
  if ('any' in predicate) return predicate.any.some((each) => holds(each, context));
  if ('not' in predicate) return !holds(predicate.not, context);
  return 'config' in predicate ? configHolds(predicate, context.config) : factHolds(predicate, context.facts);
}

/**
 * The requirements that count in a cluster: those without a condition and those whose condition holds. Alternatives of
 * which none counts are no requirement.
 */
export function requirementsIn(
  requirements: readonly Requirement[],
  context: PredicateContext,
): readonly Requirement[] {
  return requirements.flatMap((requirement): readonly Requirement[] => {
    if (requirement.when && !holds(requirement.when, context)) return [];
    if (!('anyOf' in requirement)) return [requirement];
    const anyOf = requirementsIn(requirement.anyOf, context);
    return anyOf.length > 0 ? [{ ...requirement, anyOf }] : [];
  });
}

function configHolds(predicate: ConfigPredicate, config: JsonObject): boolean {
  const value = valueAt(config, predicate.config);
  if ('exists' in predicate) return (value !== undefined) === predicate.exists;
  if ('equals' in predicate) return value === predicate.equals;
  return predicate.in.some((accepted) => accepted === value);
}

function factHolds(predicate: FactPredicate, facts: PredicateFacts): boolean {
  if (predicate.fact === 'kubernetes') return inRange(facts.kubernetes, parseRange(predicate.range));
  const { [predicate.fact]: known = [] } = facts;
  const values: readonly string[] = typeof known === 'string' ? [known] : known;
  return values.some((value) => predicate.in.includes(value));
}

/** The value at a dotted path; undefined where there is none. Only own members count. */
export function valueAt(from: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (at, key) =>
        typeof at === 'object' && at !== null && Object.hasOwn(at, key) ? (at as JsonObject)[key] : undefined,
      from,
    );
}
