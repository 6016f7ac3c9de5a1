import type { UnknownKind } from '@capstan/oam-model';
import { YOU } from '../installer/askers.ts';
import type { InstallerState } from '../installer/state.ts';
import type { PlanFacts } from '../plan/facts.ts';
import { askedGoal, resolverInput } from '../plan/resolver-question.ts';
import type { CatalogEntry } from '../registry/catalog.ts';
import { resolve } from '../resolver/resolve.ts';
import type { Candidate, ResolverInput } from '../resolver/types.ts';
import { identityOf } from './missing-kinds.ts';
import { definitionFor, providerOf, providersOf } from './providers.ts';
import type { KindProvider } from './types.ts';

/** What a choice is made from. */
export interface ChoiceSources {
  readonly state: InstallerState;
  readonly facts: PlanFacts;
  /** What the centers offer, and what is installed. */
  readonly entries: readonly CatalogEntry[];
}

/** Stands for the applications: no package can have this name. */
const APPLICATIONS = 'the applications';

/**
 * The package that brings each kind, by `identityOf`. The resolver decides, as it does for contracts: together with all
 * that is wanted already, what is installed before what is not, and always the same way. Where it finds no answer the
 * first by name is taken of what is installed or else offered: its plan then says what stands in the way.
 */
export function chooseProviders(
  kinds: readonly UnknownKind[],
  sources: ChoiceSources,
): ReadonlyMap<string, KindProvider> {
  const result = resolve(choiceQuestion(kinds, sources));
  const locked = new Map(result.status === 'solved' ? result.lock.map((entry) => [entry.package, entry]) : []);
  const chosen = kinds.flatMap((kind) => {
    const offered = providersOf(kind, sources.entries);
    const entry = sources.entries.find(({ metadata, digest }) => {
      return locked.get(metadata.name)?.digest === digest && definitionFor(metadata, kind) !== undefined;
    });
    const definition = entry && definitionFor(entry.metadata, kind);
    const fallback = offered.find((one) => sources.state.lock.packages[one.package]) ?? offered[0];
    const provider = entry && definition ? providerOf(entry, definition.shortName) : fallback;
    return provider ? [[identityOf(kind), provider] as const] : [];
  });
  return new Map(chosen);
}

/** What is wanted, and one more goal: something that needs every kind. */
function choiceQuestion(kinds: readonly UnknownKind[], { state, facts, entries }: ChoiceSources): ResolverInput {
  const packages = [...new Set(kinds.flatMap((kind) => providersOf(kind, entries)).map((one) => one.package))];
  // Named here, so that CRDs of theirs which somebody else brought are told by the plan, object by object.
  const asked = packages.map((name) => askedGoal(state, { package: name }));
  const question = resolverInput(state, facts, { asked, besides: [], entries, policy: {} });
  const root: Candidate = {
    name: APPLICATIONS,
    version: '1.0.0',
    release: 0,
    center: '',
    digest: APPLICATIONS,
    requires: kinds.map((kind) => ({ capability: identityOf(kind), range: '*' })),
    conflicts: [],
    provides: { capabilities: [], apis: [] },
    platform: {},
    lifecycle: { phase: 'supported' },
    upgrade: { from: [] },
  };
  return {
    ...question,
    goals: [
      ...question.goals.filter(({ askedBy }) => askedBy !== YOU),
      { package: APPLICATIONS, range: '*', askedBy: YOU, earlier: false },
    ],
    universe: [root, ...question.universe.map((candidate, index) => bringing(candidate, entries[index], kinds))],
  };
}

/** The candidate with each kind that its Definitions register as a contract of its own. */
function bringing(candidate: Candidate, entry: CatalogEntry | undefined, kinds: readonly UnknownKind[]): Candidate {
  const brought = kinds.filter((kind) => entry && definitionFor(entry.metadata, kind));
  if (brought.length === 0) return candidate;
  const offers = brought.map((kind) => ({ id: identityOf(kind), version: '1.0.0', features: [], exclusive: false }));
  const { provides } = candidate;
  return { ...candidate, provides: { ...provides, capabilities: [...provides.capabilities, ...offers] } };
}
