import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Environment, helmHome } from './call.ts';

/** Longer than any call may take: what is older was left behind by a process that was killed. */
const STALE_MS = 6 * 60 * 60_000;

/**
 * Runs calls in a Helm home of their own, which only this user can read and which is gone when they end: credentials,
 * indexes and downloads of one call are never seen by another. A home that a killed process left is removed later.
 */
export async function inOwnHome<T>(cacheDirectory: string, work: (env: Environment) => Promise<T>): Promise<T> {
  const homes = join(helmHome(cacheDirectory), 'calls');
  await mkdir(homes, { recursive: true, mode: 0o700 });
  await removeStale(homes);
  const home = await mkdtemp(join(homes, 'call-'));
  try {
    return await work({
      HELM_CACHE_HOME: join(home, 'cache'),
      HELM_CONFIG_HOME: join(home, 'config'),
      HELM_DATA_HOME: join(home, 'data'),
    });
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

async function removeStale(homes: string): Promise<void> {
  const before = Date.now() - STALE_MS;
  for (const name of await readdir(homes)) {
    const path = join(homes, name);
    // Another process may remove the same one, or its own, right now.
    const found = await stat(path).catch(() => undefined);
    if (found && found.mtimeMs < before) await rm(path, { recursive: true, force: true });
  }
}
