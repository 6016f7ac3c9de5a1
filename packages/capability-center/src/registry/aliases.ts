import type { CatalogEntry } from './catalog.ts';

/**
 * The package that people mean by a word: `istio-route` by `istio`. Undefined for the name of a package, and for a word
 * that none has as an alias; of several that do, which a lint forbids in one registry, the first by name is meant.
 */
export function aliasedPackage(word: string, entries: readonly CatalogEntry[]): string | undefined {
  if (entries.some(({ metadata }) => metadata.name === word)) return undefined;
  const named = entries.filter(({ metadata }) => metadata.aliases?.includes(word)).map(({ metadata }) => metadata.name);
  return named.sort()[0];
}
