import { type Clock, isCapstanError, type KubernetesObject, type Logger, messageOf, systemClock } from '@capstan/base';
import { LEASES, SYSTEM_NAMESPACE } from '@capstan/capability-model';
import { builtinPlugins, createContributions, createPluginHost, startApplicationController } from '@capstan/core';
import {
  acquireLease,
  ensureNamespace,
  exponentialBackoff,
  type HeldLease,
  healthOf,
  KUBE_CODES,
  type KubeClient,
  leaseHolder,
  startInformer,
  waitUntilServed,
} from '@capstan/kube';
import type { Plugin } from '@capstan/plugin-api';
import { bundledPlugins } from './bundled-plugins.ts';
import { kindsOf } from './install.ts';
import { systemCrds } from './manifests.ts';
import { startPluginSwitch } from './plugin-switch.ts';

/** What an operator does at the moment. */
export type OperatorState =
  /** The cluster lacks these CRDs: `capstan system install` brings them. */
  | { readonly state: 'waiting'; readonly missing: readonly string[] }
  /** Another operator holds the Lease. */
  | { readonly state: 'standby'; readonly holder: string }
  | { readonly state: 'running'; readonly holder: string }
  | { readonly state: 'stopped' };

/** Options of `runOperator`. */
export interface OperatorOptions {
  readonly client: KubeClient;
  readonly log: Logger;
  /** Ends the operator gracefully: work in progress ends, plugins stop, the Lease is given up. */
  readonly signal: AbortSignal;
  /** Instead of the bundled plugins. */
  readonly plugins?: readonly Plugin[];
  /** Name in the Lease. Default: host, process and a random part. */
  readonly identity?: string;
  readonly onState?: (state: OperatorState) => void;
  readonly clock?: Clock;
}

/**
 * Runs the operator until the signal is aborted: waits for its CRDs, takes the Lease, works while it holds it, and starts
 * over when it loses it. Resolves after everything has ended; a cluster that cannot be reached is waited for.
 */
export async function runOperator(options: OperatorOptions): Promise<void> {
  const { log, signal, onState, clock = systemClock } = options;
  const backoff = exponentialBackoff({ baseMs: 1000, maxMs: 30_000 });
  let failures = 0;
  while (!signal.aborted) {
    try {
      await waitForSystem(options);
      const lease = await takeLease(options);
      failures = 0;
      try {
        await work(options, lease);
      } finally {
        await lease.release();
      }
    } catch (error) {
      if (signal.aborted) break;
      failures += 1;
      const delayMs = backoff(failures);
      log.warn('operator was interrupted and starts over', { error: messageOf(error), delayMs });
      await clock.sleep(delayMs, signal);
    }
  }
  onState?.({ state: 'stopped' });
}

/** Resolves once every CRD is established and served. Follows the CRDs by a watch, so it goes on within moments. */
async function waitForSystem({ client, log, signal, onState }: OperatorOptions): Promise<void> {
  const wanted = systemCrds();
  const done = new AbortController();
  const ended = AbortSignal.any([signal, done.signal]);
  const informer = startInformer(client, {
    kind: { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' },
    log,
    signal: ended,
  });
  const isThere = ({ metadata: { name } }: KubernetesObject) => {
    const live = informer.get(name);
    return live !== undefined && healthOf(live).status === 'ready';
  };
  try {
    await informer.synced;
    await new Promise<void>((resolve) => {
      let told = false;
      const check = () => {
        const missing = wanted.filter((crd) => !isThere(crd)).map((crd) => crd.metadata.name);
        if (missing.length === 0) return resolve();
        if (!told) onState?.({ state: 'waiting', missing });
        told = true;
      };
      check();
      informer.onChange(check);
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  } finally {
    done.abort();
    await informer.stopped;
  }
  signal.throwIfAborted();
  await Promise.all(wanted.flatMap(kindsOf).map((kind) => waitUntilServed(client, kind, { signal })));
}

async function takeLease(options: OperatorOptions): Promise<HeldLease> {
  const { client, log, signal, identity, onState, clock = systemClock } = options;
  await ensureNamespace(client, SYSTEM_NAMESPACE, { signal });
  const lease = { name: LEASES.operator, log, signal, clock, ...(identity ? { holder: identity } : {}) };
  try {
    return await acquireLease(client, lease);
  } catch (error) {
    if (!isCapstanError(error, KUBE_CODES.leaseHeld)) throw error;
    const holder = (await leaseHolder(client, LEASES.operator))?.holder ?? 'another operator';
    log.info('another operator is running; waiting for its lease', { holder });
    onState?.({ state: 'standby', holder });
    return await acquireLease(client, { ...lease, waitMs: Number.MAX_SAFE_INTEGER });
  }
}

/** Works until the signal is aborted or the Lease is lost. */
async function work(options: OperatorOptions, lease: HeldLease): Promise<void> {
  const { client, log, onState, clock = systemClock } = options;
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, lease.signal, stop.signal]);
  const contributions = createContributions();
  const host = createPluginHost({ values: contributions.values, log, clock });
  const endings: Promise<void>[] = [];
  try {
    for (const plugin of builtinPlugins) await host.activate(plugin);
    const plugins = options.plugins ?? (await bundledPlugins(log));
    const pluginSwitch = startPluginSwitch({ client, host, plugins, log, signal, clock });
    endings.push(pluginSwitch.stopped);
    // Applications are looked at only when the plugins that they use are on: else they would be told that they are not.
    await pluginSwitch.settled;
    const applications = startApplicationController({ client, contributions, log, signal, clock });
    endings.push(applications.stopped);
    await applications.ready;
    onState?.({ state: 'running', holder: lease.holder });
    log.info('operator is running', { holder: lease.holder });
    await aborted(signal);
  } finally {
    stop.abort();
    await Promise.all(endings);
    await host.stop();
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
