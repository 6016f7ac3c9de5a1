import type { JsonObject, KubernetesObject } from '@capstan/base';
import { getField } from '../field-path.ts';
import { isBlank, isJsonObject } from '../json.ts';
import { type FieldOwner, ownedFields, SHARED_FIELD } from './field-owners.ts';
import type { RuleSource } from './verdict.ts';

/** A host and path that an object wants the requests of. */
export interface HostClaim {
  readonly host: string;
  readonly path: string;
  /** The gateway or class of Ingress: one kind may claim the same in two of them. */
  readonly via: string;
}

/** The claims of an object, and where it is said that its kind makes claims. */
export interface HostClaims {
  readonly claims: readonly HostClaim[];
  readonly source: RuleSource;
}

/** The hosts that an object claims, if its kind claims any. */
export function hostClaims(owner: FieldOwner): HostClaims | undefined {
  const owned = ownedFields(owner).find(({ field }) => field === SHARED_FIELD);
  if (!owned) return undefined;
  const read = READERS[owner.target.resourceName] ?? plainClaims;
  const claims = read(owner.object).map(({ host, path, via }) => ({
    host: host.toLowerCase().replace(/\.$/, '') || '*',
    path: path.replace(/\/?\*?$/, '') || '/',
    via,
  }));
  return { claims, source: owned.source };
}

/**
 * What two objects both claim, as `host` or `host/path`. Objects of one family share a host by paths, and those of
 * different gateways or classes the same path. A host is one address, so objects of two families never share one.
 */
export function sharedClaim(one: FieldOwner & HostClaims, other: FieldOwner & HostClaims): string | undefined {
  const [family, others] = [familyOf(one), familyOf(other)];
  for (const claim of one.claims) {
    const rivals = other.claims.filter(({ host }) => host === claim.host);
    if (family !== others && rivals.length > 0) return claim.host;
    if (rivals.some((each) => (family === 'istio' ? shareARule(claim, each) : isSamePath(claim, each, one, other)))) {
      return claim.via === MESH ? claim.host : `${claim.host}${claim.path}`;
    }
  }
  return undefined;
}

function isSamePath(a: HostClaim, b: HostClaim, one: FieldOwner, other: FieldOwner): boolean {
  return a.path === b.path && (a.via === b.via || one.target.resourceName !== other.target.resourceName);
}

/**
 * In the mesh Istio takes one object of a host alone. On a gateway it puts their rules together, those for every path
 * last; which of two overlapping paths comes first it does not say.
 */
function shareARule(a: HostClaim, b: HostClaim): boolean {
  if (a.via !== b.via) return false;
  if (a.via === MESH || a.path === b.path) return true;
  return a.path !== '/' && b.path !== '/' && (a.path.startsWith(b.path) || b.path.startsWith(a.path));
}

/** Istio's word for requests that come from inside the mesh, through no gateway. */
const MESH = 'mesh';

/** The gateway of the package istio-route, where a Route comes in that names none. */
const PUBLIC_GATEWAY = 'istio-system/public';

/** Who answers for the hosts of a kind: kinds of one controller can agree. */
function familyOf({ target: { resourceName } }: FieldOwner): string {
  return FAMILIES[resourceName] ?? resourceName;
}

const FAMILIES: Readonly<Record<string, string>> = {
  'ingresses.networking.k8s.io': 'ingress',
  'exposes.traits.capstan.dev': 'ingress',
  'virtualservices.networking.istio.io': 'istio',
  'routes.extended.oam.dev': 'istio',
};

type Reader = (object: KubernetesObject) => HostClaim[];

const READERS: Readonly<Record<string, Reader>> = {
  'ingresses.networking.k8s.io': ingressClaims,
  'virtualservices.networking.istio.io': virtualServiceClaims,
  'httproutes.gateway.networking.k8s.io': httpRouteClaims,
  'routes.extended.oam.dev': (object) =>
    plainClaims(object).map((claim) => ({ ...claim, via: textAt(object, 'spec.gateway') || PUBLIC_GATEWAY })),
  'domainmappings.serving.knative.dev': ({ metadata }) =>
    metadata?.name ? [{ host: metadata.name, path: '/', via: '' }] : [],
};

function ingressClaims(object: KubernetesObject): HostClaim[] {
  const annotation = object.metadata?.annotations?.['kubernetes.io/ingress.class'];
  const via = textAt(object, 'spec.ingressClassName') || annotation || '';
  return objectsAt(object, 'spec.rules').flatMap((rule) => {
    const paths = objectsAt(rule, 'http.paths').map((each) => textAt(each, 'path'));
    return (paths.length > 0 ? paths : ['/']).map((path) => ({ host: textAt(rule, 'host'), path, via }));
  });
}

function virtualServiceClaims(object: KubernetesObject): HostClaim[] {
  const gateways = textsAt(object, 'spec.gateways');
  const paths = objectsAt(object, 'spec.http').flatMap((route) =>
    pathsOf(objectsAt(route, 'match'), (match) => textAt(match, 'uri.prefix') || textAt(match, 'uri.exact'), [
      'name',
      'uri',
    ]),
  );
  // Istio asks for the host first: it is claimed even where every match wants more than a path.
  const claimed = paths.length > 0 ? paths : ['/'];
  return combined(textsAt(object, 'spec.hosts'), claimed, gateways.length > 0 ? gateways : [MESH]);
}

function httpRouteClaims(object: KubernetesObject): HostClaim[] {
  const parents = objectsAt(object, 'spec.parentRefs').map(
    (each) => `${textAt(each, 'name')}/${textAt(each, 'sectionName')}`,
  );
  const hosts = textsAt(object, 'spec.hostnames');
  const paths = objectsAt(object, 'spec.rules').flatMap((rule) =>
    pathsOf(objectsAt(rule, 'matches'), (match) => textAt(match, 'path.value'), ['path']),
  );
  return combined(hosts.length > 0 ? hosts : ['*'], paths, parents.length > 0 ? parents : ['']);
}

/** The paths of matches; none at all means every path. A match that asks for more than a path claims no path alone. */
function pathsOf(
  matches: readonly JsonObject[],
  read: (match: JsonObject) => string,
  plain: readonly string[],
): string[] {
  if (matches.length === 0) return ['/'];
  return matches
    .filter((match) => Object.entries(match).every(([field, value]) => plain.includes(field) || isBlank(value)))
    .map((match) => read(match) || '/');
}

/** Friendly routes: one host or several, with a path beside them or in rules. */
function plainClaims(object: KubernetesObject): HostClaim[] {
  const spec = getField(object, 'spec');
  const rules = isJsonObject(spec) ? [spec, ...objectsAt(spec, 'rules')] : [];
  return rules.flatMap((rule) => {
    const hosts = ['host', 'hostname', 'hosts', 'hostnames'].flatMap((field) => textsAt(rule, field));
    const paths = ['path', 'paths'].flatMap((field) => textsAt(rule, field));
    return combined(hosts, paths.length > 0 ? paths : ['/'], ['']);
  });
}

function combined(hosts: readonly string[], paths: readonly string[], vias: readonly string[]): HostClaim[] {
  return hosts.flatMap((host) => paths.flatMap((path) => vias.map((via) => ({ host, path, via }))));
}

function textAt(object: unknown, path: string): string {
  const value = getField(object, path);
  return typeof value === 'string' ? value : '';
}

/** A text, or the texts of a list. */
function textsAt(object: unknown, path: string): string[] {
  const value = getField(object, path);
  return (Array.isArray(value) ? value : [value]).filter((each) => typeof each === 'string' && each !== '');
}

function objectsAt(object: unknown, path: string): JsonObject[] {
  const value = getField(object, path);
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}
