import { type Clock, isCapstanError, type KubernetesObject, systemClock } from '@capstan/base';
import {
  CAPSTAN_KINDS,
  type Capability,
  type CapabilityInstall,
  type CapabilityProvider,
  type Evidence,
  inRange,
  parseRange,
  versionLabel,
} from '@capstan/capability-model';
import { KUBE_CODES, type KubeClient } from '@capstan/kube';
import { nearest } from '@capstan/oam-model';
import type { Catalog } from '../registry/catalog.ts';
import { offersFor } from './offers.ts';
import { type CapabilityQuery, parseCapabilityQuery } from './query.ts';

/** Evidence and how old it is. */
export interface AgedEvidence extends Evidence {
  readonly ageSeconds: number;
}

/** Whether the caller may create objects of one of the provider's kinds. */
export interface UseRight {
  readonly definition: string;
  readonly kind: string;
  /** `unknown` where nobody said who asks. */
  readonly allowed: boolean | 'unknown';
  readonly reason: string;
}

/** A provider measured against a query. */
export interface ProviderAnswer extends Omit<CapabilityProvider, 'evidence'> {
  readonly evidence: readonly AgedEvidence[];
  /** Version and features fit. */
  readonly fits: boolean;
  /** Why it does not fit. */
  readonly mismatch?: string;
  /** Whether the caller may use it in the namespace; absent where it offers no trait or workload. */
  readonly mayUse?: { readonly allowed: boolean | 'unknown'; readonly rights: readonly UseRight[] };
}

/** A package that a center has and that is not installed in a version that fits: installing it would help. */
export interface CapabilityOfferAnswer {
  readonly package: string;
  readonly version: string;
  readonly release: number;
  readonly center: string;
  readonly contractVersion: string;
  readonly features: readonly string[];
  /** The command that installs it, or brings the installed package to this version. */
  readonly command: string;
}

/** The answer to a query. */
export interface CapabilityAnswer {
  readonly capability: string;
  readonly range: string;
  readonly features: readonly string[];
  readonly namespace: string;
  /** A provider fits, is healthy, and the caller may use it in the namespace. */
  readonly satisfied: boolean;
  /** One sentence: by whom, or why not. */
  readonly reason: string;
  /** Those that fit first. */
  readonly providers: readonly ProviderAnswer[];
  /** Contracts of the cluster with a similar name, where it has none of this one. */
  readonly nearest: readonly string[];
  /** What the centers have that would fit, one version of each package, the newest; only where a catalog was given. */
  readonly offers: readonly CapabilityOfferAnswer[];
}

/** Options of `queryCapabilities` and `listCapabilities`. */
export interface QueryOptions {
  /** Where the capability is to be used; defaults to the context's namespace. */
  readonly namespace?: string;
  /** Whose rights count: the client's own identity when absent, nobody's (`allowed: unknown`) with `unknown`. */
  readonly caller?: Pick<KubeClient, 'mayI'> | 'unknown';
  /** What the centers offer, read when it is needed. Without it there are no offers. */
  readonly catalog?: () => Promise<Catalog>;
  /** A command line of Capstan's for offers; default `capstan WORDS --context NAME`. */
  readonly command?: (words: string) => string;
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
}

/**
 * Answers `autoscale >=1.0 with schedule` from the cluster's Capability objects: whether it is satisfied, by which
 * package in which version and health, on what evidence, whether the caller may use it there, and what the centers have
 * that would help. Throws CAPSTAN_QUERY_INVALID; a cluster that lacks the contract, or Capstan, is an answer and no error.
 */
export async function queryCapabilities(
  client: KubeClient,
  query: string | CapabilityQuery,
  options: QueryOptions = {},
): Promise<CapabilityAnswer> {
  const wanted = typeof query === 'string' ? parseCapabilityQuery(query) : query;
  const { namespace = client.context.namespace, clock = systemClock, signal } = options;
  const request = signal ? { signal } : {};
  const live = await client.get({ ...CAPSTAN_KINDS.capability, name: wanted.capability }, request);
  const found = providersOf(live);
  const [rights, offers] = await Promise.all([
    rightsOf(options.caller ?? client, found, namespace),
    findOffers(client, wanted, found, options),
  ]);
  const names = live
    ? []
    : (await client.list(CAPSTAN_KINDS.capability, request)).items.map(({ metadata }) => metadata.name);
  return answerQuery({ wanted, namespace, found, rights, names, offers, now: clock.now() });
}

/** One answer for each contract of the cluster, as if it had been asked for in any version. */
export async function listCapabilities(
  client: KubeClient,
  options: Omit<QueryOptions, 'catalog' | 'command'> = {},
): Promise<CapabilityAnswer[]> {
  const { namespace = client.context.namespace, clock = systemClock, signal } = options;
  const { items } = await client.list(CAPSTAN_KINDS.capability, signal ? { signal } : {});
  const rights = await rightsOf(options.caller ?? client, items.flatMap(providersOf), namespace);
  return items
    .toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
    .map((item) => {
      const wanted = { capability: item.metadata.name, range: parseRange('*'), features: [] };
      return answerQuery({ wanted, namespace, found: providersOf(item), rights, names: [], now: clock.now() });
    });
}

/** The API server leaves out lists that became empty. */
function providersOf(live: KubernetesObject | undefined): CapabilityProvider[] {
  return ((live as Capability | undefined)?.status?.providers ?? []).map((provider) => ({
    ...provider,
    definitions: provider.definitions ?? [],
    evidence: provider.evidence ?? [],
  }));
}

async function findOffers(
  client: KubeClient,
  wanted: CapabilityQuery,
  found: readonly CapabilityProvider[],
  { catalog, command = (words) => `capstan ${words} --context ${client.context.name}` }: QueryOptions,
): Promise<CapabilityOfferAnswer[]> {
  if (!catalog) return [];
  const [offered, { gitVersion }, installed] = await Promise.all([
    catalog(),
    client.version(),
    installedVersions(client, found),
  ]);
  return offersFor(offered, wanted, { installed, kubernetes: gitVersion, command });
}

/** Installations are for administrators; whoever may only see Capabilities sees in them who provides the one asked for. */
async function installedVersions(
  client: KubeClient,
  found: readonly CapabilityProvider[],
): Promise<ReadonlyMap<string, string>> {
  try {
    const { items } = await client.list(CAPSTAN_KINDS.install);
    return new Map(
      (items as CapabilityInstall[]).map(({ metadata, status }) => [metadata.name, status?.version ?? '']),
    );
  } catch (error) {
    if (!isCapstanError(error, KUBE_CODES.forbidden)) throw error;
    return new Map(found.map((provider) => [provider.package, provider.version]));
  }
}

/** What an answer is made of. */
export interface QueryFacts {
  readonly wanted: CapabilityQuery;
  readonly namespace: string;
  readonly found: readonly CapabilityProvider[];
  /** By name of the Definition. */
  readonly rights: ReadonlyMap<string, UseRight>;
  /** Contracts that the cluster has, where it lacks the one wanted. */
  readonly names: readonly string[];
  readonly offers?: readonly CapabilityOfferAnswer[];
  readonly now: number;
}

/** The answer that follows from the facts. Pure. */
export function answerQuery(facts: QueryFacts): CapabilityAnswer {
  const { wanted, namespace, found, rights, names, offers = [], now } = facts;
  const { capability, range, features } = wanted;
  const providers = found
    .map((provider) => providerAnswer(provider, wanted, rights, now))
    .sort((a, b) => Number(b.fits) - Number(a.fits));
  const near = found.length > 0 ? [] : nearest(capability, names);
  const serving = providers.find((provider) => isServing(provider) && mayBeUsed(provider));
  return {
    capability,
    range: range.text,
    features,
    namespace,
    satisfied: serving !== undefined,
    reason: serving ? why(serving, wanted, namespace) : whyNot(wanted, providers, near, namespace),
    providers,
    nearest: near,
    offers,
  };
}

function why(serving: ProviderAnswer, { capability }: CapabilityQuery, namespace: string): string {
  const provides = `${nameOf(serving)} provides ${capability} ${serving.contractVersion}`;
  if (serving.mayUse?.allowed !== 'unknown') return provides;
  return `${provides}; nobody said who asks, so it is not known who may use it in namespace ${namespace}`;
}

function providerAnswer(
  provider: CapabilityProvider,
  wanted: CapabilityQuery,
  rights: ReadonlyMap<string, UseRight>,
  now: number,
): ProviderAnswer {
  const mismatch = mismatchOf(provider, wanted);
  const uses = provider.definitions.flatMap(({ name }) => rights.get(name) ?? []);
  return {
    ...provider,
    evidence: provider.evidence.map((each) => ({ ...each, ageSeconds: ageOf(each.observedAt, now) })),
    fits: mismatch === undefined,
    ...(mismatch === undefined ? {} : { mismatch }),
    ...(uses.length > 0 ? { mayUse: { allowed: anyAllowed(uses), rights: uses } } : {}),
  };
}

function mismatchOf({ contractVersion, features }: CapabilityProvider, wanted: CapabilityQuery): string | undefined {
  if (!inRange(contractVersion, wanted.range)) return `has version ${contractVersion}, not ${wanted.range.text}`;
  const missing = wanted.features.filter((feature) => !features.includes(feature));
  return missing.length > 0 ? `lacks ${missing.join(', ')}; it has ${features.join(', ') || 'no features'}` : undefined;
}

function isServing({ fits, health }: ProviderAnswer): boolean {
  return fits && health === 'Ready';
}

function mayBeUsed({ mayUse }: ProviderAnswer): boolean {
  return mayUse === undefined || mayUse.allowed !== false;
}

function anyAllowed(rights: readonly UseRight[]): boolean | 'unknown' {
  if (rights.some(({ allowed }) => allowed === true)) return true;
  return rights.some(({ allowed }) => allowed === 'unknown') ? 'unknown' : false;
}

function whyNot(
  { capability }: CapabilityQuery,
  [first]: readonly ProviderAnswer[],
  near: readonly string[],
  namespace: string,
): string {
  if (!first) {
    const instead = near.length > 0 ? `; it has ${near.join(', ')}` : '';
    return `this cluster does not have the capability ${capability}${instead}`;
  }
  if (!first.fits) return `${nameOf(first)} ${first.mismatch}`;
  if (first.health !== 'Ready') return `${nameOf(first)} is ${first.health} (${first.reason})`;
  const kinds = first.mayUse?.rights.map(({ kind }) => kind).join(' or ');
  return `you may not create ${kinds} in namespace ${namespace}`;
}

function nameOf(provider: ProviderAnswer): string {
  return `${provider.package} ${versionLabel(provider)}`;
}

function ageOf(observedAt: string, now: number): number {
  return Math.max(0, Math.round((now - Date.parse(observedAt)) / 1000)) || 0;
}

/** The caller's right to each of the providers' Definitions, each asked for once. */
async function rightsOf(
  caller: Pick<KubeClient, 'mayI'> | 'unknown',
  providers: readonly CapabilityProvider[],
  namespace: string,
): Promise<Map<string, UseRight>> {
  const definitions = new Map(providers.flatMap((provider) => provider.definitions.map((one) => [one.name, one])));
  const rights = await Promise.all(
    [...definitions.values()].map((definition) => useRight(caller, definition, namespace)),
  );
  return new Map(rights.map((right) => [right.definition, right]));
}

async function useRight(
  caller: Pick<KubeClient, 'mayI'> | 'unknown',
  { name, kind }: CapabilityProvider['definitions'][number],
  namespace: string,
): Promise<UseRight> {
  if (caller === 'unknown') return { definition: name, kind, allowed: 'unknown', reason: 'nobody said who asks' };
  // A Definition is named as the CRD that it registers: <plural>.<group>.
  const dot = name.indexOf('.');
  const { allowed, reason } = await caller.mayI({
    verb: 'create',
    group: name.slice(dot + 1),
    resource: name.slice(0, dot),
    namespace,
  });
  return { definition: name, kind, allowed, reason };
}
