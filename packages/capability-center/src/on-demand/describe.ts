import type { DefinitionCatalog } from '@capstan/oam-model';
import type { CatalogEntry } from '../registry/catalog.ts';
import { nearestTypes } from './providers.ts';
import type { KindProvider, MissingCapability, MissingKind, ProviderState } from './types.ts';

/** What is known of a missing kind. */
export interface MissingFacts {
  readonly kind: MissingKind;
  readonly provider: KindProvider | undefined;
  readonly others: readonly KindProvider[];
  readonly state: ProviderState;
  readonly entries: readonly CatalogEntry[];
  readonly types: DefinitionCatalog;
  /** The version of the provider that is in force. */
  readonly installed?: string | undefined;
}

/** A missing kind with what is known of it, in words. Pure. */
export function describeMissing(facts: MissingFacts): MissingCapability {
  const { kind, provider, others, state, entries, types, installed } = facts;
  const alternatives = others.map((one) => one.package);
  const nearest = state === 'unavailable' ? nearestTypes(kind, entries, types) : [];
  const why = provider ? reasonFor(state, provider, installed) : reasonForNothing(kind, entries);
  return { ...kind, state, ...(provider ? { provider } : {}), alternatives, nearest, why };
}

function reasonFor(state: ProviderState, { package: name, version }: KindProvider, installed = version): string {
  switch (state) {
    case 'outdated':
      return `${name} ${version} brings it; ${name} ${installed}, which is installed, does not`;
    case 'damaged':
      return `${name} ${installed} is installed, but its Definition or its CRD is gone: it has to be put back`;
    case 'interrupted':
      return `${name} ${version} brings it; its installation was begun and has not ended`;
    case 'installing':
      return `${name} brings it and is being installed right now`;
    case 'removing':
      return `${name} brought it and is being removed right now`;
    default:
      return `${name} ${version} brings it and is not installed`;
  }
}

/** A package of the group may be there without a Definition for the kind. */
function reasonForNothing({ capability }: MissingKind, entries: readonly CatalogEntry[]): string {
  const [related] = entries.filter(({ metadata }) => metadata.name === capability);
  if (!related) return 'no package that a center of this cluster offers brings it';
  const { name, version, provides } = related.metadata;
  const brought = provides.definitions.map(({ shortName }) => shortName).join(', ');
  return `no package brings it: ${name} ${version} brings ${brought || 'no types'}`;
}
