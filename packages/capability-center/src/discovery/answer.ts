import { type Clock, systemClock } from '@capstan/base';
import {
  CAPSTAN_KINDS,
  type Capability,
  type CapabilityProvider,
  type Evidence,
  inRange,
} from '@capstan/capability-model';
import type { KubeClient } from '@capstan/kube';
import { nearest } from '@capstan/oam-model';
import { type CapabilityQuery, parseCapabilityQuery } from './query.ts';

/** Evidence and how old it is. */
export interface AgedEvidence extends Evidence {
  readonly ageSeconds: number;
}

/** Whether the caller may create objects of one of the provider's kinds. */
export interface UseRight {
  readonly definition: string;
  readonly kind: string;
  readonly allowed: boolean;
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
  readonly mayUse?: { readonly allowed: boolean; readonly rights: readonly UseRight[] };
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
}

/** Options of `queryCapabilities`. */
export interface QueryOptions {
  /** Where the capability is to be used; defaults to the context's namespace. */
  readonly namespace?: string;
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
}

/**
 * Answers `autoscale >=1.0 with schedule` from the cluster's Capability objects: whether it is satisfied, by which
 * package in which version and health, on what evidence, and whether the caller may use it there. Throws
 * CAPSTAN_QUERY_INVALID; a cluster that lacks the contract, or Capstan, is an answer and no error.
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
  const rights = new Map<string, UseRight>();
  const found = ((live as Capability | undefined)?.status?.providers ?? []).map(withLists);
  for (const { definitions } of found) {
    for (const definition of definitions) {
      rights.set(definition.name, await useRight(client, definition, namespace));
    }
  }
  const names = live
    ? []
    : (await client.list(CAPSTAN_KINDS.capability, request)).items.map(({ metadata }) => metadata.name);
  return answerQuery({ wanted, namespace, found, rights, names, now: clock.now() });
}

/** The API server leaves out lists that became empty. */
function withLists(provider: CapabilityProvider): CapabilityProvider {
  return { ...provider, definitions: provider.definitions ?? [], evidence: provider.evidence ?? [] };
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
  readonly now: number;
}

/** The answer that follows from the facts. Pure. */
export function answerQuery({ wanted, namespace, found, rights, names, now }: QueryFacts): CapabilityAnswer {
  const { capability, range, features } = wanted;
  const providers = found
    .map((provider) => providerAnswer(provider, wanted, rights, now))
    .sort((a, b) => Number(b.fits) - Number(a.fits));
  const near = found.length > 0 ? [] : nearest(capability, names);
  const serving = providers.find((provider) => isServing(provider) && mayBeUsed(provider));
  const reason = serving
    ? `${nameOf(serving)} provides ${capability} ${serving.contractVersion}`
    : whyNot(wanted, providers, near, namespace);
  return {
    capability,
    range: range.text,
    features,
    namespace,
    satisfied: serving !== undefined,
    reason,
    providers,
    nearest: near,
  };
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
    ...(uses.length > 0 ? { mayUse: { allowed: uses.some(({ allowed }) => allowed), rights: uses } } : {}),
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
  return mayUse === undefined || mayUse.allowed;
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

function nameOf({ package: name, version }: ProviderAnswer): string {
  return `${name} ${version}`;
}

function ageOf(observedAt: string, now: number): number {
  return Math.max(0, Math.round((now - Date.parse(observedAt)) / 1000)) || 0;
}

async function useRight(
  client: KubeClient,
  { name, kind }: CapabilityProvider['definitions'][number],
  namespace: string,
): Promise<UseRight> {
  // A Definition is named as the CRD that it registers: <plural>.<group>.
  const dot = name.indexOf('.');
  const { allowed, reason } = await client.mayI({
    verb: 'create',
    group: name.slice(dot + 1),
    resource: name.slice(0, dot),
    namespace,
  });
  return { definition: name, kind, allowed, reason };
}
