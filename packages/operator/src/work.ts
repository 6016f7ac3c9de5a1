import { systemClock } from '@capstan/base';
import { startCapabilityHealth, startCapabilitySets } from '@capstan/capability-center';
import {
  builtinPlugins,
  createContributions,
  createPluginHost,
  startApplicationController,
  startBuiltinControllers,
  startComponentController,
} from '@capstan/core';
import { createInformerHub } from '@capstan/kube';
import type { Plugin } from '@capstan/plugin-api';
import { bundledPlugins } from './bundled-plugins.ts';
import { startCapabilitySource } from './capability-source.ts';
import type { CenterSource } from './center-source.ts';
import { commandFor } from './command-for.ts';
import type { Leadership } from './leadership.ts';
import type { OperatorOptions } from './options.ts';
import { startPluginSwitch } from './plugin-switch.ts';

/** Works until the signal is aborted or the leadership is lost. `running` is called when the caches are filled. */
export async function work(
  options: OperatorOptions,
  { client, signal: held }: Leadership,
  running: (signal: AbortSignal) => Promise<void>,
  center?: CenterSource,
): Promise<void> {
  const { log, clock = systemClock, revisionLimit, applyOnceOnly } = options;
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, held, stop.signal]);
  const contributions = createContributions();
  const host = createPluginHost({ values: contributions.values, log, clock });
  const hub = createInformerHub(client, { log, signal, clock });
  const endings: Promise<void>[] = [];
  try {
    for (const plugin of builtinPlugins as readonly Plugin[]) await host.activate(plugin);
    const plugins = options.plugins ?? (await bundledPlugins(log));
    const pluginSwitch = startPluginSwitch({ client, host, plugins, log, signal, clock });
    endings.push(pluginSwitch.stopped);
    // Applications are looked at only when the plugins that they use are on: else they would be told that they are not.
    await pluginSwitch.settled;
    const context = { client, hub, log, signal, clock };
    const capabilities = startCapabilitySource(hub);
    await capabilities.synced;
    const centerContext = { ...context, command: commandFor(client) };
    const health = startCapabilityHealth(centerContext);
    const sets = startCapabilitySets({ ...centerContext, ...(center ? { center } : {}) });
    health.onDrift((name, items) => sets.drifted(name, items));
    const controllers = [
      startComponentController({ ...context, ...(revisionLimit === undefined ? {} : { revisionLimit }) }),
      startBuiltinControllers(context),
      startApplicationController({ ...context, contributions, capabilities, applyOnceOnly: applyOnceOnly ?? false }),
      health,
      sets,
    ];
    endings.push(...controllers.map(({ stopped }) => stopped));
    await Promise.all(controllers.map(({ ready }) => ready));
    await running(signal);
    await aborted(signal);
  } finally {
    stop.abort();
    await Promise.all(endings);
    await hub.stopped();
    await host.stop();
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
