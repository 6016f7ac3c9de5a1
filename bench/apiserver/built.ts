import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { SandboxAssets } from '../../packages/sandbox/src/assets.ts';

/** The API server as users run it: from the bundle where it is built, else from the sources. */
export function builtApiServer(): SandboxAssets {
  const apiServerEntry = fileURLToPath(new URL('../../packages/cli/bundle/apiserver.js', import.meta.url));
  return existsSync(apiServerEntry) ? { apiServerEntry } : {};
}
