import { groupOf } from '@capstan/base';
import {
  type CapabilityPackage,
  compareVersionIds,
  type DefinitionOffer,
  versionLabel,
} from '@capstan/capability-model';
import { type DefinitionCatalog, listDefinitions, nearest, type UnknownKind } from '@capstan/oam-model';
import { answers } from '../discovery/search.ts';
import type { CatalogEntry } from '../registry/catalog.ts';
import type { KindProvider } from './types.ts';

/** The Definition of a package that registers a kind; undefined where it has none for it. */
export function definitionFor(
  { provides }: Pick<CapabilityPackage, 'provides'>,
  { role, apiVersion, kind, named, stands }: UnknownKind,
): DefinitionOffer | undefined {
  const wanted = stands ?? { role, apiVersion, kind };
  const wish = named === undefined ? { kind: wanted.kind, group: groupOf(wanted.apiVersion) } : { name: named };
  return provides.definitions.find((definition) => answers(definition, { role: wanted.role, ...wish }));
}

/** The packages that bring a kind, each in the newest version that does, by name. Withdrawn versions bring nothing. */
export function providersOf(unknown: UnknownKind, entries: readonly CatalogEntry[]): KindProvider[] {
  const found = new Map<string, { readonly entry: CatalogEntry; readonly shortName: string }>();
  for (const entry of entries) {
    const definition = entry.metadata.lifecycle.phase === 'yanked' ? undefined : definitionFor(entry.metadata, unknown);
    if (!definition) continue;
    const known = found.get(entry.metadata.name);
    if (known && compareVersionIds(known.entry.metadata, entry.metadata) >= 0) continue;
    found.set(entry.metadata.name, { entry, shortName: definition.shortName });
  }
  return [...found.values()]
    .map(({ entry, shortName }) => providerOf(entry, shortName))
    .sort((a, b) => (a.package < b.package ? -1 : 1));
}

/** An entry as the provider of a kind. */
export function providerOf({ metadata, center }: CatalogEntry, shortName: string): KindProvider {
  return { package: metadata.name, version: versionLabel(metadata), center, shortName };
}

/** Short names of types in this role, registered or on offer, that are near to one that nobody has. */
export function nearestTypes(
  { shortName, role }: UnknownKind,
  entries: readonly CatalogEntry[],
  types: DefinitionCatalog,
): string[] {
  const offered = entries.flatMap(({ metadata }) => metadata.provides.definitions);
  const known = [...listDefinitions(types), ...offered].filter((one) => one.role === role);
  return nearest(shortName, [...new Set(known.map((one) => one.shortName))]);
}
