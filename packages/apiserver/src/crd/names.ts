import { goQuote } from '../model/go-format.ts';
import { sameJson } from '../schema/json.ts';
import { type Crd, type CrdCondition, type CrdNames, findCondition } from './definition.ts';

/*
 * Which names a CRD gets: those that no other CRD of its group has (apiextensions-apiserver
 * pkg/controller/status/naming_controller.go).
 */

/** What the other CRDs of the group have been given. */
export interface UsedNames {
  readonly resources: ReadonlySet<string>;
  readonly kinds: ReadonlySet<string>;
}

/** The names that a CRD gets, and the two conditions that tell of it. */
export interface Naming {
  readonly names: CrdNames;
  readonly accepted: CrdCondition;
  readonly established: CrdCondition;
}

/** The accepted names of CRDs of a group; those of `crd` itself count too, as they are only compared where they differ. */
export function usedNames(group: string, crds: readonly Crd[]): UsedNames {
  const resources = new Set<string>();
  const kinds = new Set<string>();
  for (const crd of crds) {
    const names = crd.status?.acceptedNames;
    if (crd.spec.group !== group || !names) continue;
    for (const name of [names.plural, names.singular ?? '', ...(names.shortNames ?? [])]) resources.add(name);
    for (const kind of [names.kind, names.listKind ?? '']) kinds.add(kind);
  }
  return { resources, kinds };
}

/** Decides about the names of a CRD. Every name is decided for itself; the last conflict is the one that is told. */
export function decideNames(crd: Crd, used: UsedNames): Naming {
  const wanted = crd.spec.names;
  const had: CrdNames = crd.status?.acceptedNames ?? { plural: '', kind: '' };
  const next: { -readonly [Field in keyof CrdNames]: CrdNames[Field] } = { ...had };
  let conflict: Pick<CrdCondition, 'reason' | 'message'> | undefined;
  const decide = (field: 'plural' | 'singular' | 'kind' | 'listKind', reason: string, taken: ReadonlySet<string>) => {
    const name = wanted[field] ?? '';
    if (name !== (had[field] ?? '') && taken.has(name)) conflict = { reason, message: inUse(name) };
    else if (wanted[field] !== undefined) next[field] = name;
    else if (field === 'singular' || field === 'listKind') delete next[field];
  };
  decide('plural', 'PluralConflict', used.resources);
  decide('singular', 'SingularConflict', used.resources);
  const shortNames = conflictingShortNames(wanted, had, used);
  if (shortNames.length > 0) {
    const message = shortNames.map(inUse);
    conflict = {
      reason: 'ShortNamesConflict',
      message: message.length === 1 ? (message[0] ?? '') : `[${message.join(', ')}]`,
    };
  } else {
    assign(next, 'shortNames', wanted.shortNames);
  }
  decide('kind', 'KindConflict', used.kinds);
  decide('listKind', 'ListKindConflict', used.kinds);
  assign(next, 'categories', wanted.categories);
  const accepted: CrdCondition = conflict
    ? { type: 'NamesAccepted', status: 'False', ...conflict }
    : { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' };
  return { names: inOrder(next), accepted, established: establishedAfter(crd, accepted) };
}

function assign(
  names: { shortNames?: readonly string[]; categories?: readonly string[] },
  field: 'shortNames' | 'categories',
  value: readonly string[] | undefined,
): void {
  if (value === undefined) delete names[field];
  else names[field] = value;
}

function inUse(name: string): string {
  return `${goQuote(name)} is already in use`;
}

function conflictingShortNames(wanted: CrdNames, had: CrdNames, used: UsedNames): string[] {
  if (sameJson(wanted.shortNames ?? [], had.shortNames ?? [])) return [];
  const mine = new Set(had.shortNames);
  return (wanted.shortNames ?? []).filter((name) => !mine.has(name) && used.resources.has(name));
}

/** Established stays once it is True; else it follows the names. */
function establishedAfter(crd: Crd, accepted: CrdCondition): CrdCondition {
  const old = findCondition(crd, 'Established');
  if (old?.status === 'True') return old;
  if (accepted.status === 'True') {
    return {
      type: 'Established',
      status: 'True',
      reason: 'InitialNamesAccepted',
      message: 'the initial names have been accepted',
    };
  }
  return old ?? { type: 'Established', status: 'False', reason: 'NotAccepted', message: 'not all names are accepted' };
}

/** The order of fields of CustomResourceDefinitionNames. */
function inOrder(names: CrdNames): CrdNames {
  return {
    plural: names.plural,
    ...(names.singular !== undefined && names.singular !== '' && { singular: names.singular }),
    ...(names.shortNames && names.shortNames.length > 0 && { shortNames: names.shortNames }),
    kind: names.kind,
    ...(names.listKind !== undefined && names.listKind !== '' && { listKind: names.listKind }),
    ...(names.categories && names.categories.length > 0 && { categories: names.categories }),
  };
}
