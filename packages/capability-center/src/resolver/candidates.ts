import type { CatalogEntry } from '../registry/catalog.ts';
import type { Candidate } from './types.ts';

/** A catalog's entries as the resolver takes them. */
export function candidatesOf(entries: readonly CatalogEntry[]): Candidate[] {
  return entries.map(({ center, digest, metadata }) => {
    const { name, version, release, requires, conflicts, platform, lifecycle, upgrade, provides } = metadata;
    const { channel, config, trust } = metadata;
    const { capabilities, apis, apiServices } = provides;
    return {
      center,
      digest,
      name,
      version,
      release,
      requires,
      conflicts,
      platform,
      lifecycle,
      upgrade,
      provides: { capabilities, apis, ...(apiServices ? { apiServices } : {}) },
      channel,
      config,
      ...(trust ? { trust } : {}),
    };
  });
}
