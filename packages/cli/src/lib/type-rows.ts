import type { KindReference } from '@capstan/base';
import {
  appliesTo,
  appliesToEntries,
  type DefinitionCatalog,
  type DefinitionMatch,
  type DefinitionRole,
  listDefinitions,
  type RuleSource,
  type ScopeDefinition,
  type TraitDefinition,
  traitFits,
  type WorkloadDefinition,
  workloadTarget,
} from '@capstan/oam-model';
import { descriptionOf, providerOf } from './types-catalog.ts';

/** A type in a list. */
export interface TypeRow {
  /** The short name; the full one where two types share the short one. */
  readonly name: string;
  readonly definition: string;
  /** The kind that the Definition registers; absent where its CRD is not there. */
  readonly registers?: KindReference;
  readonly provider: string;
  readonly summary: string;
  /** Kinds that a workload makes. */
  readonly makes: readonly string[];
  /** Short names of the workloads that a trait fits; the rule's own words for workloads that are not installed. */
  readonly appliesTo: readonly string[];
  /** Of traits: the Definition names no workloads. */
  readonly appliesToAll?: boolean;
  readonly conflictsWith: readonly string[];
  /** Of scopes: a component may be in several of them. */
  readonly overlaps?: boolean;
  /** With `--applies-to`: whether it fits, by which rule, and where that stands. */
  readonly applies?: boolean;
  readonly why?: string;
  readonly source?: RuleSource;
  /** With `--applies-to`, of those that fit: installed traits that do not fit beside it, each with the rule. */
  readonly notBeside?: readonly NotBeside[];
  /** With `--applies-to`: fields of the workload that the trait decides. */
  readonly owns?: readonly string[];
  /** With `--applies-to`: whether a change of it restarts pods. */
  readonly podDisruptive?: boolean;
}

/** A trait that another one excludes. */
export interface NotBeside {
  readonly definition: string;
  readonly why: string;
  readonly source: RuleSource;
}

/** The types of one role, by name. */
export function typeRows(types: DefinitionCatalog, role: DefinitionRole): TypeRow[] {
  return listDefinitions(types)
    .filter((match) => match.role === role)
    .map((match) => rowOf(match, types))
    .sort((one, other) => one.name.localeCompare(other.name));
}

/** The traits with the answer whether each fits a workload. */
export function traitRowsFor(types: DefinitionCatalog, workload: DefinitionMatch): TypeRow[] {
  const fits = new Map(traitFits(workload, types).map((fit) => [fit.definition.metadata.name, fit]));
  return typeRows(types, 'trait').map((row) => {
    const fit = fits.get(row.definition);
    if (!fit) return row;
    const { verdict, owns, podDisruptive } = fit;
    const notBeside = fit.notBeside.map(({ name, verdict: { rule, source } }) => ({
      definition: name,
      why: rule,
      source,
    }));
    return {
      ...row,
      applies: verdict.allowed,
      why: verdict.rule,
      source: verdict.source,
      ...(verdict.allowed ? { notBeside, owns, podDisruptive } : {}),
    };
  });
}

/** The row of one type. */
export function rowOf(match: DefinitionMatch, types: DefinitionCatalog): TypeRow {
  const { definition, crd, shortName, role } = match;
  const version = crd?.spec.versions.find(({ storage }) => storage);
  const { childResourceKinds = [] } = role === 'workload' ? (definition as WorkloadDefinition).spec : {};
  const { conflictsWith = [] } = role === 'trait' ? (definition as TraitDefinition).spec : {};
  const shared = listDefinitions(types).filter((other) => other.shortName === shortName).length > 1;
  return {
    name: shared ? definition.metadata.name : shortName,
    definition: definition.metadata.name,
    ...(crd && version
      ? { registers: { apiVersion: `${crd.spec.group}/${version.name}`, kind: crd.spec.names.kind } }
      : {}),
    provider: providerOf(definition),
    summary: descriptionOf(definition),
    makes: childResourceKinds.map(({ kind }) => kind),
    appliesTo: role === 'trait' ? fittingWorkloads(definition as TraitDefinition, types) : [],
    conflictsWith,
    ...(role === 'trait' ? { appliesToAll: appliesToEntries(definition as TraitDefinition).length === 0 } : {}),
    ...(role === 'scope' ? { overlaps: (definition as ScopeDefinition).spec.allowComponentOverlap } : {}),
  };
}

function fittingWorkloads(trait: TraitDefinition, types: DefinitionCatalog): string[] {
  return listDefinitions(types)
    .filter((match) => match.role === 'workload' && appliesTo(trait, targetOf(match)).allowed)
    .map(({ shortName }) => shortName);
}

function targetOf({ definition, crd }: DefinitionMatch) {
  const version = crd?.spec.versions.find(({ storage }) => storage);
  const kind =
    crd && version ? { apiVersion: `${crd.spec.group}/${version.name}`, kind: crd.spec.names.kind } : undefined;
  return workloadTarget(definition as WorkloadDefinition, kind);
}
