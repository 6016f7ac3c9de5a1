import { type Clock, isCapstanError, type Logger, systemClock } from '@capstan/base';
import { CAPSTAN_KINDS, type CapabilityInstall, INSTALL_CONDITIONS } from '@capstan/capability-model';
import type { PluginHost, PluginState } from '@capstan/core';
import {
  findCondition,
  KUBE_CODES,
  type KubeClient,
  type NewCondition,
  runController,
  setCondition,
  startInformer,
  WorkQueue,
} from '@capstan/kube';
import type { Plugin } from '@capstan/plugin-api';

/** Options of `startPluginSwitch`. */
export interface PluginSwitchOptions {
  readonly client: KubeClient;
  readonly host: PluginHost;
  /** The plugins that may be switched on; a plugin's id is its package's name. */
  readonly plugins: readonly Plugin[];
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly clock?: Clock;
}

/** The switch at work. */
export interface PluginSwitch {
  /** Resolves when every package that was there at the start has its plugin on or off. */
  readonly settled: Promise<void>;
  /** Resolves when the switch has ended after its signal. */
  readonly stopped: Promise<void>;
}

const FIELD_MANAGER = 'capstan-operator';

/**
 * Switches a package's plugin on when its CapabilityInstall becomes Ready and off before it is removed, and says so in the
 * condition PluginLoaded. It stays on while the package is degraded or being upgraded: its Definitions stay published then,
 * and applications that use them are told by its status. The condition follows the deed: False means that nothing of it
 * works any more.
 */
export function startPluginSwitch(options: PluginSwitchOptions): PluginSwitch {
  const { client, host, log, signal, clock = systemClock } = options;
  const plugins = new Map(options.plugins.map((plugin) => [plugin.id, plugin]));
  const queue = new WorkQueue({ clock });
  const informer = startInformer(client, {
    kind: CAPSTAN_KINDS.install,
    log,
    signal,
    onEvent: ({ object }) => queue.add(object.metadata.name),
  });

  const reconcile = async (name: string) => {
    const install = informer.get(name) as CapabilityInstall | undefined;
    if (!install) return host.deactivate(name);
    const condition = await switchPlugin(install);
    await writeCondition(install, condition);
  };

  const switchPlugin = async (install: CapabilityInstall): Promise<NewCondition> => {
    const { name } = install.metadata;
    const off = whyOff(install, host.states().get(name)?.state === 'running');
    const plugin = plugins.get(name);
    if (off) await host.deactivate(name);
    if (!plugin) return condition('False', 'NoPlugin', 'the package has no plugin in this operator');
    if (off) return condition('False', ...off);
    return fromState(await host.activate(plugin));
  };

  const writeCondition = async (install: CapabilityInstall, next: NewCondition) => {
    const before = install.status?.conditions ?? [];
    const stamp = { generation: install.metadata.generation, now: clock.now() };
    const written = findCondition(setCondition(before, next, stamp), next.type);
    const old = findCondition(before, next.type);
    if (old?.status === next.status && old.reason === next.reason && old.message === next.message) return;
    const { apiVersion, kind } = CAPSTAN_KINDS.install;
    const object = { apiVersion, kind, metadata: { name: install.metadata.name }, status: { conditions: [written] } };
    try {
      // Forced: this condition is the operator's alone, also when another operator wrote it before.
      await client.apply(object, { fieldManager: FIELD_MANAGER, subresource: 'status', force: true, signal });
    } catch (error) {
      if (!isCapstanError(error, KUBE_CODES.notFound)) throw error;
    }
  };

  const first = informer.synced.then(async () => {
    for (const install of informer.list()) await reconcile(install.metadata.name).catch(() => undefined);
  });
  first.catch(() => undefined);
  const run = () => runController({ name: 'plugin-switch', queue, reconcile, signal, log, clock });
  return {
    settled: first,
    stopped: first
      .then(run, () => undefined)
      .then(async () => {
        queue.close();
        await informer.stopped;
      }),
  };
}

/** Reason and message when the plugin must not run. */
function whyOff({ metadata, status = {} }: CapabilityInstall, isOn: boolean): readonly [string, string] | undefined {
  if (metadata.deletionTimestamp || status.phase === 'Removing') return ['Removing', 'the package is being removed'];
  const ready = findCondition(status.conditions ?? [], INSTALL_CONDITIONS.ready);
  const published = status.definitions?.some((definition) => definition.published) ?? false;
  if (ready?.status === 'True' || status.phase === 'Degraded' || isOn || published) return undefined;
  return ['InstallNotReady', 'the package is not ready'];
}

function fromState(state: PluginState): NewCondition {
  switch (state.state) {
    case 'running':
      return condition('True', 'Running', 'the plugin is running');
    case 'blocked':
      return condition('False', 'Blocked', state.reason);
    case 'failed':
      return condition('False', 'Failed', state.error.message);
    default:
      return condition('False', 'Waiting', state.reason);
  }
}

function condition(status: 'True' | 'False', reason: string, message: string): NewCondition {
  return { type: INSTALL_CONDITIONS.pluginLoaded, status, reason, message };
}
