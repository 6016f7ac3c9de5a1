import { systemClock } from '@capstan/base';
import { SYSTEM_NAMESPACE } from '@capstan/capability-model';
import { createAdmission } from '@capstan/core';
import { ensureNamespace, type KubeClient, startInformer } from '@capstan/kube';
import type { CustomResourceDefinition } from '@capstan/oam-model';
import type { OperatorOptions } from '../options.ts';
import { startWebhooks, type Webhooks } from './index.ts';

const CRD = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' };
const DEFAULT_HOST = '127.0.0.1';
const DEFAULT_PORT = 9443;

/** The webhooks of an operator for as long as it lives, whether it leads or not; nothing at all without `useWebhook`. */
export class WebhookService {
  readonly #options: OperatorOptions;
  readonly #ended = new AbortController();
  #running: Webhooks | undefined;
  #caches: Promise<void> = Promise.resolve();

  constructor(options: OperatorOptions) {
    this.#options = options;
  }

  /** Serves, unless that was done before. Rejects with CAPSTAN_OPERATOR_ADDRESS_IN_USE where it cannot listen. */
  async start(): Promise<void> {
    const { client, log, useWebhook, webhookHost, webhookPort, webhookUrl, onServed } = this.#options;
    if (!useWebhook || this.#running) return;
    const { signal } = this.#ended;
    await ensureNamespace(client, SYSTEM_NAMESPACE, { signal: this.#options.signal });
    const crds = startInformer(client, { kind: CRD, log, signal });
    this.#caches = crds.stopped;
    await crds.synced;
    this.#running = await startWebhooks({
      client,
      admission: createAdmission({ client, crds: () => crds.list() as CustomResourceDefinition[] }),
      log,
      clock: this.#options.clock ?? systemClock,
      signal,
      host: webhookHost ?? DEFAULT_HOST,
      port: webhookPort ?? DEFAULT_PORT,
      url: webhookUrl,
    });
    onServed?.({ name: 'webhooks', url: this.#running.url });
  }

  /** Makes the API server ask here. `client` is that of the leader. */
  async register(client: KubeClient, signal: AbortSignal): Promise<void> {
    await this.#running?.register(client, signal);
  }

  /** Takes that back, unless another has taken it over. Never rejects. */
  async unregister(): Promise<void> {
    await this.#running?.unregister();
  }

  /** Ends the server after the requests that run. Who lost the Lease before may still be the one that is asked. */
  async stop(): Promise<void> {
    await this.unregister();
    this.#ended.abort();
    await this.#running?.stopped;
    await this.#caches;
  }
}
