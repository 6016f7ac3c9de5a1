import type { Aggregator } from '../aggregation/aggregator.ts';
import { proxyToService } from '../aggregation/proxy.ts';
import type { KeyPair } from '../model/options.ts';
import type { Outbound } from '../outbound/outbound.ts';
import type { Route } from './handler.ts';

/** Passes requests for group versions of other servers on to them. */
export function aggregationRoute(
  aggregator: Aggregator,
  parts: { readonly outbound: Outbound; readonly client?: KeyPair | undefined },
): Route {
  return {
    paths: () => [],
    async handle(exchange, user) {
      const [, prefix, group = '', version = ''] = exchange.path.split('/');
      const remote = prefix === 'apis' ? aggregator.find(group, version) : undefined;
      if (!remote) return false;
      const { request, response } = exchange;
      await proxyToService(remote, { request, response, user }, parts, await exchange.body());
      return true;
    },
  };
}
