import type { KindReference, Logger } from '@capstan/base';
import type { Tokens, TokenValues } from './tokens.ts';

/** What the host hands to `setup` beside the needs. */
export interface PluginContext {
  /** Carries `{ plugin: id }` already. */
  readonly log: Logger;
  /** Aborted when the plugin is switched off or the host stops. */
  readonly signal: AbortSignal;
  /** Registers an undo. Undos run last in, first out, also after a setup that failed half way. */
  defer(undo: () => void | Promise<void>): void;
}

/** A plugin: its needs are data, so the host can name every missing one before it runs anything. */
export interface Plugin<N extends Tokens = Tokens> {
  /** Kebab-case, unique in a host. */
  readonly id: string;
  /** Semver range of `PLUGIN_API_VERSION` that the plugin was written for. */
  readonly api: string;
  readonly needs?: N;
  /** Kinds that its functions look at through `ClusterView`; the package's metadata names the same in `plugin.kinds`. */
  readonly kinds?: readonly KindReference[];
  /** Runs once per activation, under a deadline of 30 s, never at import. */
  setup(needs: TokenValues<N>, context: PluginContext): void | Promise<void>;
}

/** The version of this contract. A major step breaks plugins. */
export const PLUGIN_API_VERSION = '1.1.0';

/** Gives a plugin its types; the value is returned as it is. */
export function definePlugin<const N extends Tokens = Record<never, never>>(plugin: Plugin<N>): Plugin<N> {
  return plugin;
}
