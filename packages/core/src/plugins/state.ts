import type { CapstanError } from '@capstan/base';

/** What became of a plugin, as data. */
export type PluginState =
  /** Known, not switched on, or its setup is running. */
  | { readonly state: 'waiting'; readonly reason: string }
  | { readonly state: 'running' }
  /** Cannot run here: wrong api range, or needs that nothing provides. */
  | { readonly state: 'blocked'; readonly reason: string }
  /** Its setup threw or took too long; what it had done was undone. */
  | { readonly state: 'failed'; readonly error: CapstanError };
