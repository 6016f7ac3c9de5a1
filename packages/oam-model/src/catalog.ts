import { groupOf, type KindReference, type KubernetesObject, nearest } from '@capstan/base';
import { modernResourceName } from './dialect/kind-aliases.ts';
import { type Definition, isTraitDefinition, isWorkloadDefinition } from './kinds/index.ts';
import { OAM_LABELS } from './names.ts';
import { resourceNameOf } from './plural.ts';
import { groupOfName } from './rules/type-entries.ts';
import type { CustomResourceDefinition } from './schema/types.ts';

/** What a Definition registers a kind as. */
export type DefinitionRole = 'workload' | 'trait' | 'scope';

/** The Definitions of a cluster or file and the CRDs that they may name. It does not change: look-ups are remembered by it. */
export interface DefinitionCatalog {
  readonly definitions: readonly Definition[];
  readonly crds: readonly CustomResourceDefinition[];
  /** By `<plural>.<group>`: kinds that discovery knows, for those without a CRD. Kubernetes' own are known without it. */
  readonly kinds?: ReadonlyMap<string, KindReference>;
}

/** A Definition with its CRD. `crd` is absent for built-in kinds such as Deployment, and where it is not known. */
export interface DefinitionMatch {
  readonly role: DefinitionRole;
  /** The CRD's singular: what the command line calls the type. */
  readonly shortName: string;
  readonly definition: Definition;
  readonly crd?: CustomResourceDefinition;
}

/** Every Definition of the catalog with its role, short name and CRD. */
export function listDefinitions(catalog: DefinitionCatalog): readonly DefinitionMatch[] {
  return indexOf(catalog).matches;
}

/**
 * The Definitions that a user may mean: by name, else by CRD name (which then decide alone), else by the CRD's singular,
 * plural, kind or short names, upper and lower case alike. More than one means: ask for the full name.
 */
export function matchDefinitions(query: string, catalog: DefinitionCatalog): DefinitionMatch[] {
  const all = listDefinitions(catalog);
  const wanted = query.toLowerCase();
  const full = all.filter(({ definition }) => fullNames(definition).includes(wanted));
  if (full.length === 0) return all.filter((match) => shortNames(match).includes(wanted));
  const isNamed = ({ definition }: DefinitionMatch) => definition.metadata.name.toLowerCase() === wanted;
  const decided = new Set(full.filter(isNamed).map(({ role }) => role));
  return full.filter((match) => isNamed(match) || !decided.has(match.role));
}

/** The short names of the catalog that are nearest to a query, best first. */
export function nearestDefinitions(query: string, catalog: DefinitionCatalog): string[] {
  const names = listDefinitions(catalog).map((match) => match.shortName);
  return nearest(query.toLowerCase(), [...new Set(names)]);
}

/**
 * The Definition that registers an object's kind in this role, or undefined: the one that its label
 * `trait.oam.dev/type` or `workload.oam.dev/type` names (and then no other, as in the reference), else the one named
 * `<plural>.<group>`, today or in the talks.
 */
export function definitionFor(
  object: KubernetesObject,
  role: DefinitionRole,
  catalog: DefinitionCatalog,
): DefinitionMatch | undefined {
  const ofRole = indexOf(catalog).byRole[role];
  const label = TYPE_LABEL[role];
  const labelled = label === undefined ? undefined : object.metadata?.labels?.[label];
  if (labelled) return ofRole.get(labelled);
  const name = resourceNameIn(catalog, object);
  return ofRole.get(name) ?? (name.endsWith('.') ? ofRole.get(name.slice(0, -1)) : undefined);
}

/** The name `<plural>.<group>` of a kind: by its CRD, else by discovery, else as Kubernetes would guess it. */
export function resourceNameIn(catalog: DefinitionCatalog, { apiVersion, kind }: KindReference): string {
  return indexOf(catalog).resources.get(groupKind(groupOf(apiVersion), kind)) ?? resourceNameOf({ apiVersion, kind });
}

const TYPE_LABEL: Partial<Record<DefinitionRole, string>> = {
  workload: OAM_LABELS.workloadType,
  trait: OAM_LABELS.traitType,
};

/** A catalog prepared for look-ups: it is asked once per object, and is the same for many. */
interface CatalogIndex {
  readonly matches: readonly DefinitionMatch[];
  readonly byRole: Readonly<Record<DefinitionRole, ReadonlyMap<string, DefinitionMatch>>>;
  /** Names `<plural>.<group>` by group and kind. */
  readonly resources: ReadonlyMap<string, string>;
}

const indexes = new WeakMap<DefinitionCatalog, CatalogIndex>();

function indexOf(catalog: DefinitionCatalog): CatalogIndex {
  const known = indexes.get(catalog);
  if (known) return known;
  const crds = new Map(catalog.crds.map((crd) => [crd.metadata.name, crd]));
  const matches = catalog.definitions
    .filter(namesCrd)
    .map((definition) => matchOf(definition, crds.get(modernResourceName(definition.spec.definitionRef.name))));
  const named = (role: DefinitionRole) => {
    const ofRole = matches.filter((match) => match.role === role);
    const pairs = ofRole.map((match) => [match.definition.metadata.name, match] as const);
    const modern = pairs.map(([name, match]) => [modernResourceName(name), match] as const);
    return new Map([...modern, ...pairs]);
  };
  const index = {
    matches,
    byRole: { workload: named('workload'), trait: named('trait'), scope: named('scope') },
    resources: new Map([
      ...[...(catalog.kinds ?? [])].map(
        ([name, { apiVersion, kind }]) => [groupKind(groupOf(apiVersion), kind), name] as const,
      ),
      ...catalog.crds.map(({ metadata, spec }) => [groupKind(spec.group, spec.names.kind), metadata.name] as const),
    ]),
  };
  indexes.set(catalog, index);
  return index;
}

/** Files may hold a Definition that no API server has seen. */
function namesCrd({ spec }: Definition): boolean {
  return typeof spec?.definitionRef?.name === 'string';
}

function groupKind(group: string, kind: string): string {
  return `${group}/${kind}`;
}

function matchOf(definition: Definition, crd: CustomResourceDefinition | undefined): DefinitionMatch {
  const plural = definition.spec.definitionRef.name.split('.')[0] ?? '';
  const names = crd?.spec.names;
  const shortName = names ? (names.singular ?? names.kind.toLowerCase()) : singularOf(plural);
  return { role: roleOf(definition), shortName, definition, ...(crd ? { crd } : {}) };
}

function roleOf(definition: Definition): DefinitionRole {
  if (isWorkloadDefinition(definition)) return 'workload';
  return isTraitDefinition(definition) ? 'trait' : 'scope';
}

/** The way back from Kubernetes' guessed plural. */
function singularOf(plural: string): string {
  if (plural.endsWith('ies')) return `${plural.slice(0, -3)}y`;
  if (plural.endsWith('sses')) return plural.slice(0, -2);
  return plural.replace(/s$/, '');
}

function fullNames(definition: Definition): string[] {
  return [definition.metadata.name.toLowerCase(), definition.spec.definitionRef.name.toLowerCase()];
}

function shortNames({ shortName, definition, crd }: DefinitionMatch): string[] {
  const { name } = definition.spec.definitionRef;
  const plural = groupOfName(name) === '' ? name : name.slice(0, name.indexOf('.'));
  const names = crd?.spec.names;
  return [shortName, plural, ...(names ? [names.kind, ...(names.shortNames ?? [])] : [])].map((each) =>
    each.toLowerCase(),
  );
}
