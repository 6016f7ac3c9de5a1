import { type Logger, type Plugin, silentLogger } from '@capstan/plugin-api';
import { type Contributions, createContributions } from './contributions.ts';
import { createPluginHost } from './host.ts';
import type { PluginState } from './state.ts';

/** Contributions of plugins that were switched on without a cluster. */
export interface ActivatedPlugins {
  readonly contributions: Contributions;
  /** What became of each plugin. */
  readonly states: ReadonlyMap<string, PluginState>;
  stop(): Promise<void>;
}

/** Switches plugins on for their contributions only, as rendering files does. Plugins that need a cluster are blocked. */
export async function activatePlugins(
  plugins: readonly Plugin[],
  log: Logger = silentLogger,
): Promise<ActivatedPlugins> {
  const contributions = createContributions();
  const host = createPluginHost({ values: contributions.values, log });
  for (const plugin of plugins) await host.activate(plugin);
  return { contributions, states: host.states(), stop: () => host.stop() };
}
