import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CapstanError } from '@capstan/base';
import type { SandboxAssets } from '@capstan/sandbox';
import { CLI_CODES } from '../codes.ts';

/** The folder that marks the root: data that Capstan reads at run time lies beside it. */
const MARK = 'capability-registry';

/**
 * The directory that holds `capability-registry/` and `charts/stand-ins/`: the checkout, or the installed package. The
 * sources and the bundle lie at different depths below it, so it is looked for upwards.
 * Fails with CAPSTAN_CLI_ASSETS_MISSING when an incomplete copy was installed.
 */
export function assetRoot(): string {
  const start = dirname(fileURLToPath(import.meta.url));
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, MARK))) return folder;
    if (folder === dirname(folder)) break;
  }
  throw new CapstanError(CLI_CODES.assetsMissing, `no ${MARK}/ was found above ${start}`, {
    hint: 'This copy of Capstan is incomplete: install it again.',
  });
}

/** The capability registry that comes with Capstan. */
export const bundledRegistry = (): string => join(assetRoot(), MARK);

/** The stand-in charts that come with Capstan, for simulated clusters. */
export const standInCharts = (): string => join(assetRoot(), 'charts', 'stand-ins');

/**
 * What the sandbox package needs as files when it is part of a bundle: its background processes, and its Go modules and
 * stages, which the bundle carries. From the sources it finds them itself.
 */
export function sandboxAssets(): SandboxAssets {
  const self = fileURLToPath(import.meta.url);
  if (self.endsWith('.ts')) return {};
  for (let folder = dirname(self); folder !== dirname(folder); folder = dirname(folder)) {
    const agentEntry = join(folder, 'sandbox-agent.js');
    if (!existsSync(agentEntry)) continue;
    return { agentEntry, apiServerEntry: join(folder, 'apiserver.js'), assetDirectory: join(folder, 'sandbox') };
  }
  return {};
}
