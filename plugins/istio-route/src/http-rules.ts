import type { JsonObject } from '@capstan/plugin-api';
import type { Backend } from './backend.ts';
import { type RequestMatch, type RouteSpec, sharesOf, type TrafficEntry } from './spec.ts';

/**
 * The HTTP rules of a VirtualService, in the order in which Istio tries them: entries with a match of their own first,
 * what is divided by weight last.
 */
export function httpRules(spec: RouteSpec, backend: Backend): JsonObject[] {
  const common = commonFields(spec, backend);
  const matched = spec.traffic.filter(({ match }) => match !== undefined);
  const shares = sharesOf(spec);
  const rule = (own: RequestMatch | undefined, route: readonly JsonObject[]) => {
    const match = matchesOf(spec, own);
    return { ...(match.length > 0 ? { match } : {}), route, ...common };
  };
  return [
    ...matched.map((entry) => rule(entry.match, [{ destination: destinationOf(entry, backend) }])),
    rule(undefined, routeOf(shares.length > 0 ? shares : [{}], backend)),
  ];
}

function routeOf(shares: readonly TrafficEntry[], backend: Backend): JsonObject[] {
  return shares.map((entry) => ({
    destination: destinationOf(entry, backend),
    ...(shares.length > 1 ? { weight: entry.weight } : {}),
  }));
}

/** Of the component's own Service with its port; of another one with the port that is stated. */
function destinationOf({ service, port, subset }: TrafficEntry, backend: Backend): JsonObject {
  const own = service === undefined || service === backend.name;
  const number = port ?? (own ? backend.port : undefined);
  return {
    host: hostOf(service ?? backend.name),
    ...(number === undefined ? {} : { port: { number } }),
    ...(subset === undefined ? {} : { subset }),
  };
}

/** Istio reads a name without a dot in the VirtualService's namespace, and one with a dot as a whole host. */
export function hostOf(service: string): string {
  return /^[^.]+\.[^.]+$/.test(service) ? `${service}.svc.cluster.local` : service;
}

/** Matches are alternatives: paths as Istio rewrites them, each with all of the headers. */
function matchesOf({ path, match, rewrite }: RouteSpec, own: RequestMatch | undefined): JsonObject[] {
  const headers = { ...match?.headers, ...own?.headers };
  const rest = Object.keys(headers).length > 0 ? { headers } : {};
  if (path === '/') return Object.keys(rest).length > 0 ? [rest] : [];
  // With / in place of /shop, /shop/cart would become //cart.
  const slashed = rewrite?.uri?.endsWith('/') === true && !path.endsWith('/');
  const prefixes = slashed ? [`${path}/`, path] : [path];
  return prefixes.map((prefix) => ({ uri: { prefix }, ...rest }));
}

function commonFields(spec: RouteSpec, backend: Backend): JsonObject {
  const { timeout, retries, rewrite, headers, cors, traffic } = spec;
  const mirrors = traffic.flatMap((entry) =>
    entry.mirror === undefined
      ? []
      : [{ destination: destinationOf(entry, backend), percentage: { value: entry.mirror } }],
  );
  return {
    ...(timeout === undefined ? {} : { timeout }),
    retries,
    ...(rewrite ? { rewrite } : {}),
    ...(headers ? { headers } : {}),
    ...(cors ? { corsPolicy: cors } : {}),
    ...(mirrors.length > 0 ? { mirrors } : {}),
  };
}
