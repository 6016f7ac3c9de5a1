import { groupOf, type KindReference, type KubernetesObject } from '@capstan/plugin-api';

/** Name of the friendly trait's CRD and Definition. */
export const ROUTE_DEFINITION = 'routes.extended.oam.dev';

/** Name of the raw trait's Definition: Istio's own CRD. */
export const VIRTUAL_SERVICE_DEFINITION = 'virtualservices.networking.istio.io';

/** API version of the Istio kinds that are rendered. */
export const ISTIO_API_VERSION = 'networking.istio.io/v1';

/** Where requests of other components come in, whose pods have sidecars. */
export const MESH = 'mesh';

/** The platform's public gateway, as this package installs and exports it. */
export const PUBLIC_GATEWAY = 'istio-system/public';

/** Label `istio` of the pods of the package's gateway, which its release's name decides. */
export const GATEWAY_SELECTOR = 'ingressgateway';

/** One way to compare a text, by Istio's names. */
export type StringMatch = Readonly<Partial<Record<'exact' | 'prefix' | 'regex', string>>>;

/** What a request must have. */
export interface RequestMatch {
  readonly headers: Readonly<Record<string, StringMatch>>;
}

/** One place where requests go. */
export interface TrafficEntry {
  readonly service?: string;
  readonly port?: number;
  readonly subset?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly revision?: string;
  readonly weight?: number;
  readonly match?: RequestMatch;
  readonly mirror?: number;
}

/** Changes to the headers of requests or answers. */
export interface HeaderOperations {
  readonly set?: Readonly<Record<string, string>>;
  readonly add?: Readonly<Record<string, string>>;
  readonly remove?: readonly string[];
}

/** The user-level fields of a Route with their defaults; the CRD in crds/ describes each. */
export interface RouteSpec {
  readonly hosts: readonly string[];
  readonly gateway?: string;
  readonly port?: number;
  readonly targetPort?: number;
  readonly path: string;
  readonly match?: RequestMatch;
  readonly traffic: readonly TrafficEntry[];
  readonly timeout?: string;
  readonly retries: { readonly attempts: number; readonly perTryTimeout?: string; readonly retryOn?: string };
  readonly tls?: { readonly secretName: string; readonly redirect: boolean };
  readonly inject: boolean;
  readonly rewrite?: { readonly uri?: string; readonly authority?: string };
  readonly headers?: { readonly request?: HeaderOperations; readonly response?: HeaderOperations };
  readonly cors?: { readonly allowOrigins: readonly StringMatch[] } & Readonly<Record<string, unknown>>;
  readonly trafficPolicy?: Readonly<Record<string, unknown>>;
}

/** The spec of a Route that passed its CRD's schema, with the CRD's defaults where a file leaves fields out. */
export function routeSpec(trait: KubernetesObject): RouteSpec {
  const stated = (trait['spec'] ?? {}) as Partial<RouteSpec>;
  // What is written as null is left out: a file may say it, the API server drops it.
  const spec = Object.fromEntries(
    Object.entries(stated).filter(([, value]) => (value ?? undefined) !== undefined),
  ) as Partial<RouteSpec>;
  return {
    hosts: [],
    path: '/',
    traffic: [],
    inject: false,
    ...spec,
    retries: { attempts: 2, ...spec.retries },
    ...(spec.tls ? { tls: { ...spec.tls, redirect: spec.tls.redirect ?? true } } : {}),
  };
}

/** Entries that share the requests which no `match` takes; their weights add up to 100. */
export function sharesOf({ traffic }: Pick<RouteSpec, 'traffic'>): TrafficEntry[] {
  return traffic.filter(({ match, mirror }) => match === undefined && mirror === undefined);
}

/** Whether something is a Knative Service: it has a network of its own, so a Route is rendered in another way. */
export function isKnativeService({ apiVersion, kind }: KindReference): boolean {
  return groupOf(apiVersion) === 'serving.knative.dev' && kind === 'Service';
}
