import {
  exponentialBackoff,
  type ReconcileContext,
  type ReconcileResult,
  runController,
  WorkQueue,
} from '@capstan/kube';
import type { SimulatedCluster } from './cluster.ts';

/** Where a controller's subscriptions put the keys (`namespace/name`) that need a look. */
export interface KeySink {
  /** Asks for a look at a key. */
  add(key: string): void;
  /** Asks for one later; of several the first counts. */
  addAfter(key: string, ms: number): void;
}

/** A controller: which changes concern which keys, and how a key is brought to what it should be. */
export interface Controller {
  readonly name: string;
  /** How many keys are worked on at once. Default 4. */
  readonly concurrency?: number;
  /** Subscribes to changes. Called once, before anything is known. */
  watch(queue: KeySink): void;
  /** Reads the caches, decides, writes. Called again after whatever it changed; a throw means another try. */
  // biome-ignore lint/suspicious/noConfusingVoidType: a reconcile that asks for nothing returns nothing
  reconcile(key: string, context: ReconcileContext): Promise<ReconcileResult | void>;
}

/** Makes a controller for a cluster. */
export type ControllerFactory = (cluster: SimulatedCluster) => Controller;

/** client-go's first delay: most failures are a write that met another one. */
const FIRST_DELAY_MS = 5;
const LAST_DELAY_MS = 30_000;

/** Subscribes now, works once every cache is filled, and ends after the cluster's signal. Never rejects. */
export async function startController(cluster: SimulatedCluster, make: ControllerFactory): Promise<void> {
  const { signal, log, clock } = cluster.options;
  const controller = make(cluster);
  const backoff = exponentialBackoff({ baseMs: FIRST_DELAY_MS, maxMs: LAST_DELAY_MS });
  const queue = new WorkQueue({ clock, backoff });
  signal.addEventListener('abort', () => queue.close(), { once: true });
  controller.watch(queue);
  await cluster.synced().catch(() => undefined);
  const { name, concurrency = 4 } = controller;
  const reconcile = (key: string, context: ReconcileContext) => controller.reconcile(key, context);
  await runController({ name, queue, reconcile, signal, log, clock, concurrency });
}
