import {
  CapstanError,
  type Clock,
  isCapstanError,
  type Logger,
  messageOf,
  PLUGIN_API_VERSION,
  type Plugin,
  systemClock,
  type Token,
  type Tokens,
  type TokenValues,
} from '@capstan/plugin-api';
import semver from 'semver';
import { CORE_CODES } from '../codes.ts';
import { createTokenStore, type TokenStore } from '../container.ts';
import { openScope, type PluginScope } from './scope.ts';
import type { PluginState } from './state.ts';

/** A value that the host supplies. It is made per plugin, so it can log, undo and refuse in that plugin's name. */
export interface ProvidedValue {
  readonly token: Token<unknown>;
  readonly make: (plugin: PluginScope) => unknown;
}

/** Ties a token to the value that stands behind it. */
export function provide<T>(token: Token<T>, make: (plugin: PluginScope) => T): ProvidedValue {
  return { token, make };
}

/** Options of `createPluginHost`. */
export interface PluginHostOptions {
  readonly values: readonly ProvidedValue[];
  readonly log: Logger;
  readonly clock?: Clock;
  /** Version that plugins' `api` ranges are checked against. */
  readonly apiVersion?: string;
  /** How long a setup may take; 30 s. */
  readonly setupTimeoutMs?: number;
}

/** Switches plugins on and off. Nothing that a plugin does wrong is thrown at the caller: it becomes its state. */
export interface PluginHost {
  /**
   * Runs the plugin's setup and tells what became of it. Switching on a running plugin again does nothing.
   * @throws CAPSTAN_PLUGIN_DUPLICATE_ID when another plugin holds the id.
   */
  activate<N extends Tokens>(plugin: Plugin<N>): Promise<PluginState>;
  /** Undoes what the plugin's setup did, last in, first out. An unknown or stopped plugin is no error. */
  deactivate(id: string): Promise<void>;
  /** The state of every plugin that was ever switched on. */
  states(): ReadonlyMap<string, PluginState>;
  /** Switches everything off, last on first. */
  stop(): Promise<void>;
}

interface Entry {
  plugin: object;
  state: PluginState;
  scope: PluginScope | undefined;
  /** Activation and deactivation of one plugin never overlap. */
  turn: Promise<unknown>;
}

const SETUP_TIMEOUT_MS = 30_000;
const STARTING: PluginState = { state: 'waiting', reason: 'setup is running' };

/** Creates a host that supplies these values. */
export function createPluginHost(options: PluginHostOptions): PluginHost {
  const { values, log, clock = systemClock, apiVersion = PLUGIN_API_VERSION } = options;
  const setupTimeoutMs = options.setupTimeoutMs ?? SETUP_TIMEOUT_MS;
  const entries = new Map<string, Entry>();
  const order: string[] = [];

  async function setUp<N extends Tokens>(plugin: Plugin<N>, entry: Entry): Promise<PluginState> {
    const reason = whyBlocked(plugin, values, apiVersion);
    if (reason) return { state: 'blocked', reason };
    const scope = openScope(plugin, log);
    const needs = resolveNeeds(plugin, storeFor(values, scope));
    const startedAt = clock.now();
    try {
      await withDeadline(
        async () => plugin.setup(needs, { log: scope.log, signal: scope.signal, defer: scope.defer }),
        () => setupTimedOut(plugin.id, setupTimeoutMs),
        { clock, ms: setupTimeoutMs },
      );
    } catch (error) {
      await scope.close();
      return { state: 'failed', error: asPluginError(plugin.id, error) };
    }
    entry.scope = scope;
    scope.log.info('plugin is running', { durationMs: clock.now() - startedAt });
    return { state: 'running' };
  }

  async function switchOff(id: string, entry: Entry): Promise<void> {
    const scope = entry.scope;
    entry.scope = undefined;
    entry.state = { state: 'waiting', reason: 'switched off' };
    if (!scope) return;
    order.splice(order.indexOf(id), 1);
    await scope.close();
    scope.log.info('plugin is switched off');
  }

  const inTurn = <T>(entry: Entry, work: () => Promise<T>): Promise<T> => {
    const next = entry.turn.then(work);
    entry.turn = next.catch(() => undefined);
    return next;
  };

  return {
    async activate(plugin) {
      const known = entries.get(plugin.id);
      if (known && known.plugin !== plugin && known.state.state !== 'waiting') throw duplicate(plugin.id);
      const entry = known ?? { plugin, state: STARTING, scope: undefined, turn: Promise.resolve() };
      entry.plugin = plugin;
      entries.set(plugin.id, entry);
      return inTurn(entry, () => switchOn(plugin, entry));
    },
    async deactivate(id) {
      const entry = entries.get(id);
      if (entry) await inTurn(entry, () => switchOff(id, entry));
    },
    states: () => new Map([...entries].map(([id, entry]) => [id, entry.state])),
    async stop() {
      for (const id of order.toReversed()) {
        const entry = entries.get(id);
        if (entry) await inTurn(entry, () => switchOff(id, entry));
      }
    },
  };

  async function switchOn<N extends Tokens>(plugin: Plugin<N>, entry: Entry): Promise<PluginState> {
    if (entry.state.state === 'running') return entry.state;
    entry.state = STARTING;
    entry.state = await setUp(plugin, entry);
    if (entry.state.state === 'running') order.push(plugin.id);
    if (entry.state.state === 'blocked')
      log.warn('plugin is blocked', { plugin: plugin.id, reason: entry.state.reason });
    if (entry.state.state === 'failed') log.error('plugin failed', { plugin: plugin.id, error: entry.state.error });
    return entry.state;
  }
}

/** Every reason at once, so that an author fixes all of them in one go. */
function whyBlocked<N extends Tokens>(
  plugin: Plugin<N>,
  values: readonly ProvidedValue[],
  apiVersion: string,
): string | undefined {
  const reasons: string[] = [];
  if (!semver.validRange(plugin.api)) reasons.push(`its api range "${plugin.api}" is not a version range`);
  else if (!semver.satisfies(apiVersion, plugin.api)) {
    reasons.push(`it was written for plugin api ${plugin.api}, this is ${apiVersion}`);
  }
  const provided = new Set(values.map((value) => value.token.id));
  const missing = Object.values<Token<unknown>>(plugin.needs ?? {})
    .filter((token) => !token.optional && !provided.has(token.id))
    .map((token) => token.id);
  if (missing.length > 0) reasons.push(`nothing provides ${missing.join(', ')}`);
  return reasons.length > 0 ? reasons.join('; ') : undefined;
}

function storeFor(values: readonly ProvidedValue[], scope: PluginScope): TokenStore {
  const store = createTokenStore();
  for (const { token, make } of values) store.provide(token, () => make(scope));
  return store;
}

function resolveNeeds<N extends Tokens>(plugin: Plugin<N>, store: TokenStore): TokenValues<N> {
  const needs = Object.entries<Token<unknown>>(plugin.needs ?? {});
  return Object.fromEntries(needs.map(([name, token]) => [name, store.get(token)])) as TokenValues<N>;
}

async function withDeadline(
  work: () => Promise<void>,
  timedOut: () => CapstanError,
  limit: { clock: Clock; ms: number },
): Promise<void> {
  const done = new AbortController();
  const deadline = limit.clock.sleep(limit.ms, done.signal).then(() => {
    if (!done.signal.aborted) throw timedOut();
  });
  try {
    await Promise.race([work(), deadline]);
  } finally {
    done.abort();
    await deadline.catch(() => undefined);
  }
}

function setupTimedOut(id: string, ms: number): CapstanError {
  return new CapstanError(CORE_CODES.setupTimeout, `the setup of plugin ${id} took longer than ${ms / 1000} s`, {
    hint: 'A setup registers contributions and returns; long work belongs into what it registers.',
    fields: { plugin: id },
  });
}

function duplicate(id: string): CapstanError {
  return new CapstanError(CORE_CODES.duplicatePlugin, `there is already another plugin with the id ${id}`, {
    hint: 'Ids are unique in a host: rename one of the two.',
    fields: { plugin: id },
  });
}

function asPluginError(id: string, error: unknown): CapstanError {
  if (isCapstanError(error)) return error;
  return new CapstanError(CORE_CODES.setupFailed, `the setup of plugin ${id} failed: ${messageOf(error)}`, {
    cause: error,
    fields: { plugin: id },
  });
}
