import { createSecureContext, type SecureContext } from 'node:tls';
import { type Clock, type Logger, messageOf } from '@capstan/base';
import type { Authority, KeyedCertificate } from '@capstan/kube/pki';

/** Finds the certificate that a chart brought for its own Service, when its API registration trusts only that one. */
export type FindChartCertificate = (service: string) => Promise<KeyedCertificate | undefined>;

/** What certificates are chosen with. */
export interface LeavesOptions {
  readonly authority: Authority;
  readonly findChartCertificate: FindChartCertificate;
  readonly log: Logger;
  readonly clock: Clock;
}

/** A chart may be installed or upgraded between two calls. */
const FRESH_MS = 2_000;

/** The certificate for each Service name: the chart's own where there is one, else one signed by the sandbox. */
export class Leaves {
  readonly #options: LeavesOptions;
  readonly #own = new Map<string, Promise<SecureContext>>();
  readonly #chosen = new Map<string, { readonly context: Promise<SecureContext>; readonly until: number }>();

  constructor(options: LeavesOptions) {
    this.#options = options;
  }

  /** The TLS context to answer a name with. */
  contextFor(name: string): Promise<SecureContext> {
    const now = this.#options.clock.now();
    const known = this.#chosen.get(name);
    if (known !== undefined && now < known.until) return known.context;
    const context = this.#choose(name);
    this.#chosen.set(name, { context, until: now + FRESH_MS });
    return context;
  }

  async #choose(name: string): Promise<SecureContext> {
    const found = await this.#options.findChartCertificate(name).catch((error: unknown) => {
      this.#options.log.warn('certificates of charts cannot be read', { service: name, error: messageOf(error) });
      return undefined;
    });
    return found === undefined ? this.#ownFor(name) : contextOf(found);
  }

  #ownFor(name: string): Promise<SecureContext> {
    let context = this.#own.get(name);
    if (context === undefined) {
      context = this.#options.authority.issue({ commonName: name, names: [name], usage: 'server' }).then(contextOf);
      this.#own.set(name, context);
    }
    return context;
  }
}

function contextOf({ certificate, key }: KeyedCertificate): SecureContext {
  return createSecureContext({ cert: certificate, key });
}
