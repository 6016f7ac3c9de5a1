import { groupOf, type KubernetesObject } from '@capstan/base';
import { groupOfName } from './applicability.ts';
import { type Definition, isTraitDefinition, isWorkloadDefinition } from './kinds/index.ts';
import { OAM_LABELS } from './names.ts';
import { resourceNameOf } from './plural.ts';
import type { CustomResourceDefinition } from './schema/types.ts';
import { nearest } from './suggestions.ts';

/** What a Definition registers a kind as. */
export type DefinitionRole = 'workload' | 'trait' | 'scope';

/** The Definitions of a cluster or file and the CRDs that they may name. */
export interface DefinitionCatalog {
  readonly definitions: readonly Definition[];
  readonly crds: readonly CustomResourceDefinition[];
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
export function listDefinitions(catalog: DefinitionCatalog): DefinitionMatch[] {
  const crds = new Map(catalog.crds.map((crd) => [crd.metadata.name, crd]));
  return catalog.definitions.map((definition) => matchOf(definition, crds.get(definition.spec.definitionRef.name)));
}

/**
 * The Definitions that a user may mean: by name or CRD name (which then decides alone), else by the CRD's singular,
 * plural, kind or short names, upper and lower case alike. More than one means: ask for the full name.
 */
export function matchDefinitions(query: string, catalog: DefinitionCatalog): DefinitionMatch[] {
  const all = listDefinitions(catalog);
  const wanted = query.toLowerCase();
  const full = all.filter(({ definition }) => fullNames(definition).includes(wanted));
  return full.length > 0 ? full : all.filter((match) => shortNames(match).includes(wanted));
}

/** The short names of the catalog that are nearest to a query, best first. */
export function nearestDefinitions(query: string, catalog: DefinitionCatalog): string[] {
  const names = listDefinitions(catalog).map((match) => match.shortName);
  return nearest(query.toLowerCase(), [...new Set(names)]);
}

/**
 * The Definition that registers an object's kind in this role, or undefined. A label `trait.oam.dev/type` or
 * `workload.oam.dev/type` names it; else its CRD has the object's group and kind; else, for kinds without a known CRD,
 * its name is the one that Kubernetes would guess for the kind.
 */
export function definitionFor(
  object: KubernetesObject,
  role: DefinitionRole,
  catalog: DefinitionCatalog,
): DefinitionMatch | undefined {
  const ofRole = listDefinitions(catalog).filter((match) => match.role === role);
  const label = TYPE_LABEL[role];
  const labelled = label === undefined ? undefined : object.metadata?.labels?.[label];
  return (
    ofRole.find((match) => match.definition.metadata.name === labelled) ??
    ofRole.find((match) => registers(match, object))
  );
}

const TYPE_LABEL: Partial<Record<DefinitionRole, string>> = {
  workload: OAM_LABELS.workloadType,
  trait: OAM_LABELS.traitType,
};

function registers({ definition, crd }: DefinitionMatch, object: KubernetesObject): boolean {
  if (crd) return crd.spec.group === groupOf(object.apiVersion) && crd.spec.names.kind === object.kind;
  return definition.spec.definitionRef.name === resourceNameOf(object);
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
