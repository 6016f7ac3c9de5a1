import { isCapstanError } from '@capstan/base';
import { aliasedPackage, type CatalogEntry } from '@capstan/capability-center';
import type { KubeClient } from '@capstan/kube';
import { clusterCatalog } from './cluster-catalog.ts';

/** Says something on stderr. */
export type Note = (line: string) => void;

/** The package that a word means by what is on offer; another name than the word is said. */
export function meantBy(word: string, entries: readonly CatalogEntry[], note: Note): string {
  const name = aliasedPackage(word, entries);
  if (name === undefined) return word;
  note(`${word} means the package ${name}.`);
  return name;
}

/** The same for commands that need no catalog otherwise. Where no center can be read, the word is what it is. */
export async function meantPackage(
  client: KubeClient,
  word: string,
  { note, signal }: { readonly note: Note; readonly signal: AbortSignal },
): Promise<string> {
  try {
    const { catalog } = await clusterCatalog(client, signal);
    return meantBy(word, catalog.entries, note);
  } catch (error) {
    if (isCapstanError(error)) return word;
    throw error;
  }
}
