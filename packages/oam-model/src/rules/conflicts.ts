import type { TraitDefinition } from '../kinds/index.ts';
import { namesType, type TypeTarget } from './type-entries.ts';
import type { Verdict } from './verdict.ts';

/** A trait type, with its Definition where there is one. */
export interface TraitType {
  readonly target: TypeTarget;
  readonly definition?: TraitDefinition;
}

/**
 * Whether two traits may stand on one component: no entry of `conflictsWith` of either names the other. `*` names all
 * others, but not the trait itself. A trait without Definition has no entries, but those of others may name its type.
 */
export function traitConflict(one: TraitType, other: TraitType): Verdict {
  const found = conflictOf(one, other) ?? conflictOf(other, one);
  if (found) return found;
  const [first, second] = [typeName(one), typeName(other)];
  return {
    allowed: true,
    rule: `neither ${first} nor ${second} conflicts with the other`,
    source: { kind: 'TraitDefinition', name: first, field: 'spec.conflictsWith' },
  };
}

/** How a trait type is called: by its Definition, else by its CRD. */
export function typeName({ target }: { readonly target: TypeTarget }): string {
  return target.definitionName ?? target.resourceName;
}

function conflictOf({ definition }: TraitType, other: TraitType): Verdict | undefined {
  const name = definition?.metadata.name;
  const entries = definition?.spec.conflictsWith ?? [];
  const index = entries.findIndex(
    (each) => namesType(each, other.target) && !(each === '*' && other.target.definitionName === name),
  );
  const entry = entries[index];
  if (entry === undefined || name === undefined) return undefined;
  const as = entry === typeName(other) ? '' : ` (${entry})`;
  return {
    allowed: false,
    rule: `${name} conflicts with ${typeName(other)}${as}`,
    source: { kind: 'TraitDefinition', name, field: `spec.conflictsWith[${index}]` },
  };
}
