import { traitConflict } from './conflicts.ts';
import { aim, type FieldOwner, ownerVerdict } from './field-owners.ts';
import { pairVerdict, typePairVerdict } from './pairs.ts';
import type { RuleTrait } from './subjects.ts';
import type { RuleName, Verdict } from './verdict.ts';

/** Why two traits exclude each other, and which rule says so. */
export interface Exclusion {
  readonly name: Extract<RuleName, 'conflictsWith' | 'oneOwnerPerField'>;
  readonly verdict: Verdict;
}

/** What keeps two traits of a component from one another: their Definitions, or what they do to the object of both. */
export function exclusion(one: RuleTrait, other: RuleTrait, workload: FieldOwner): Exclusion | undefined {
  const stated = statedConflict(one, other);
  if (stated || aim(one, workload) !== aim(other, workload)) return stated;
  return onOneObject(one, other, workload);
}

/** What keeps two traits that work on one object from one another. */
export function exclusionOnTarget(one: RuleTrait, other: RuleTrait, workload: FieldOwner): Exclusion | undefined {
  return statedConflict(one, other) ?? onOneObject(one, other, workload);
}

/** What keeps two types of traits from one another, whatever their objects will say. */
export function typeExclusion(one: RuleTrait, other: RuleTrait, workload: FieldOwner): Exclusion | undefined {
  return (
    statedConflict(one, other) ?? named('conflictsWith', typePairVerdict(one, other, workload)) ?? owner(one, other)
  );
}

function statedConflict(one: RuleTrait, other: RuleTrait): Exclusion | undefined {
  const conflict = traitConflict(one, other);
  return conflict.allowed ? undefined : { name: 'conflictsWith', verdict: conflict };
}

function onOneObject(one: RuleTrait, other: RuleTrait, workload: FieldOwner): Exclusion | undefined {
  return named('conflictsWith', pairVerdict(one, other, workload)) ?? owner(one, other);
}

function owner(one: RuleTrait, other: RuleTrait): Exclusion | undefined {
  return named('oneOwnerPerField', ownerVerdict(one, other));
}

function named(name: Exclusion['name'], verdict: Verdict | undefined): Exclusion | undefined {
  return verdict && { name, verdict };
}
