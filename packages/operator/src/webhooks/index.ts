import { type Clock, type Logger, messageOf } from '@capstan/base';
import type { Admission } from '@capstan/core';
import type { KubeClient } from '@capstan/kube';
import { ensureCertificate, type WebhookCertificate } from './certificate.ts';
import { registerWebhooks, unregisterWebhooks } from './registration.ts';
import { serveWebhooks } from './server.ts';

/** Options of `startWebhooks`. */
export interface WebhookOptions {
  readonly client: KubeClient;
  readonly admission: Admission;
  readonly log: Logger;
  readonly clock: Clock;
  /** Ends the server. */
  readonly signal: AbortSignal;
  /** The address on which the server listens. */
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** How the API server reaches it, where that is not `https://<host>:<port>`. */
  readonly url?: string | undefined;
}

/** The webhooks of one replica. */
export interface Webhooks {
  readonly url: string;
  /** Makes the API server ask this replica: what a replica does when it begins to lead. */
  register(client: KubeClient, signal: AbortSignal): Promise<void>;
  /** Takes that back, unless another replica leads by now. Never rejects. */
  unregister(): Promise<void>;
  /** Resolves when the server has ended after its signal. */
  readonly stopped: Promise<void>;
}

const RENEWAL_CHECK_MS = 6 * 3_600_000;
const UNREGISTER_MS = 3000;
const EVERY_ADDRESS: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

/** Serves the admission webhooks with a certificate of its own, which is kept in the cluster and renewed in time. */
export async function startWebhooks(options: WebhookOptions): Promise<Webhooks> {
  const { client, admission, log, clock, signal, host, port } = options;
  const hosts = hostsOf(options);
  const current = () => ensureCertificate(client, { hosts, log, now: clock.now(), signal });
  let certificate = await current();
  const server = await serveWebhooks({ host, port }, certificate, { admission, log });
  const url = options.url?.replace(/\/+$/, '') ?? `https://${reachable(host)}:${server.port}`;
  if (isLoopback(new URL(url).hostname) && !isLoopback(new URL(client.context.server).hostname)) {
    log.warn(
      'the API server runs elsewhere and does not reach webhooks on loopback: see --webhook-host and --webhook-url',
      {
        url,
        server: client.context.server,
      },
    );
  }
  const location = () => ({ url, authority: certificate.authority });
  let registered = false;

  const renew = async (next: WebhookCertificate) => {
    const newAuthority = next.authority !== certificate.authority;
    certificate = next;
    server.use(next);
    if (registered && newAuthority) await registerWebhooks(client, location(), signal);
  };
  const keepCertificate = async () => {
    for (;;) {
      await clock.sleep(RENEWAL_CHECK_MS, signal);
      if (signal.aborted) return;
      try {
        await renew(await current());
      } catch (error) {
        log.warn('the webhook certificate could not be looked after', { error: messageOf(error) });
      }
    }
  };
  log.info('webhooks are served', { url });
  return {
    url,
    async register(leader, during) {
      await registerWebhooks(leader, location(), during);
      registered = true;
      log.info('webhooks are registered', { url });
    },
    async unregister() {
      if (!registered) return;
      registered = false;
      try {
        await unregisterWebhooks(client, location(), AbortSignal.timeout(UNREGISTER_MS));
      } catch (error) {
        log.warn('webhooks could not be unregistered; the API server goes on without them', {
          error: messageOf(error),
        });
      }
    },
    stopped: keepCertificate().then(() => server.close()),
  };
}

/** How a host stands in a URL; one that means every address is reached on this machine by loopback. */
function reachable(host: string): string {
  if (EVERY_ADDRESS.has(host)) return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\./.test(hostname);
}

/** By all of these names the certificate holds; loopback always is one of them. */
function hostsOf({ host, url }: WebhookOptions): string[] {
  const outside = url === undefined ? [] : [new URL(url).hostname.replace(/^\[|\]$/g, '')];
  const listening = EVERY_ADDRESS.has(host) ? [] : [host];
  return [...new Set([...listening, ...outside, '127.0.0.1', 'localhost'])];
}
