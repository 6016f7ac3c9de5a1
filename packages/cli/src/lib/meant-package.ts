import { isCapstanError } from '@capstan/base';
import { aliasedPackage, type CatalogEntry } from '@capstan/capability-center';
import { CAPSTAN_KINDS } from '@capstan/capability-model';
import type { KubeClient } from '@capstan/kube';
import { clusterCatalog } from './cluster-catalog.ts';
import { orForbidden } from './forbidden.ts';
import { systemIsInstalled } from './types-catalog.ts';

/** Says something on stderr. */
export type Note = (line: string) => void;

const NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** The package that a word means by what is on offer; another name than the word is said. */
export function meantBy(word: string, entries: readonly CatalogEntry[], note: Note): string {
  const name = aliasedPackage(word, entries);
  if (name === undefined) return word;
  note(`${word} means the package ${name}.`);
  return name;
}

/**
 * The same for commands that need no catalog otherwise: it is read only where nothing of that name is installed, and
 * where no center can be read the word is what it is.
 */
export async function meantPackage(
  client: KubeClient,
  word: string,
  { note, signal }: { readonly note: Note; readonly signal: AbortSignal },
): Promise<string> {
  if (!NAME.test(word) || (await isInstalled(client, word))) return word;
  try {
    const { catalog } = await clusterCatalog(client, signal);
    return meantBy(word, catalog.entries, note);
  } catch (error) {
    if (isCapstanError(error)) return word;
    throw error;
  }
}

async function isInstalled(client: KubeClient, name: string): Promise<boolean> {
  if (!(await systemIsInstalled(client))) return false;
  return (await orForbidden(client.get({ ...CAPSTAN_KINDS.install, name }))) !== undefined;
}
