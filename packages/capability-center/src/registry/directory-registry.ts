import type { CatalogEntry } from './catalog.ts';
import { readRegistry } from './read-registry.ts';

/** How a registry is named in messages and where it is. */
export interface DirectoryRegistry {
  readonly name: string;
  readonly location: string;
}

/** Every package version of a directory registry; rejects as `readRegistry`. */
export async function readDirectoryRegistry(registry: DirectoryRegistry): Promise<readonly CatalogEntry[]> {
  return (await readRegistry({ ...registry, type: 'directory', mirrors: [] })).entries;
}
