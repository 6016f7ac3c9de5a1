import { parseRange } from '@capstan/capability-model';
import type { DetectedInstall } from '../adopt/types.ts';
import { YOU } from '../installer/askers.ts';
import type { InstallerContext } from '../installer/context.ts';
import type { InstallerState } from '../installer/state.ts';
import type { CatalogEntry } from '../registry/catalog.ts';
import { candidatesOf } from '../resolver/candidates.ts';
import { EARLIER_INSTALL } from '../resolver/rules.ts';
import type { PackageRule, ResolverGoal, ResolverInput, ResolverPolicy } from '../resolver/types.ts';
import { isDetectedVersion } from './adoption.ts';
import type { PlanFacts } from './facts.ts';
import { formerEntries, recordedEntries } from './recorded.ts';
import type { BesideWish, InstallGoal, PackagePlan } from './types.ts';

/** What a resolution starts from. */
export interface ResolutionOrder {
  readonly goals: readonly InstallGoal[];
  readonly policy: ResolverPolicy;
  /** What others ask for of the same packages, where that is not in force yet. */
  readonly besides?: readonly BesideWish[];
  /** Goals that do not make a package wanted for itself: lifting what others need. */
  readonly borrowed?: readonly string[];
  /** Content of a revision, which comes back instead of what a catalog offers. */
  readonly revision?: RecordedContent;
  /** Hand-made installations that are taken over, by package: in the version that they have. */
  readonly detected?: ReadonlyMap<string, DetectedInstall>;
}

/** A package as a revision recorded it. */
export interface RecordedContent {
  readonly number: number;
  readonly planned: PackagePlan;
}

/**
 * What the centers offer and what is installed without being offered any more. With a rollback only its revision of the
 * package, and what the others were before.
 */
export async function universe(
  context: Pick<InstallerContext, 'client' | 'catalog'>,
  state: InstallerState,
  { revision, detected }: Pick<ResolutionOrder, 'revision' | 'detected'>,
): Promise<CatalogEntry[]> {
  const recorded = await recordedEntries(context, state);
  const entries = [...context.catalog.entries, ...recorded].filter(({ metadata }) => {
    const found = detected?.get(metadata.name);
    return !found || isDetectedVersion(found, metadata);
  });
  if (!revision) return entries;
  const { planned } = revision;
  const content = { center: planned.center, metadata: planned.metadata, digest: planned.metadataDigest };
  const former = await formerEntries(context, state);
  return [...[...entries, ...former].filter(({ metadata }) => metadata.name !== planned.name), content];
}

/** Everything that the resolver looks at: what is asked, what was asked before, what is installed, and what is paused. */
export function resolverInput(
  state: InstallerState,
  facts: PlanFacts,
  question: {
    readonly asked: readonly ResolverGoal[];
    readonly besides: readonly BesideWish[];
    readonly entries: readonly CatalogEntry[];
    readonly policy: ResolverPolicy;
  },
): ResolverInput {
  const { asked, besides, entries, policy } = question;
  const rules = [...(policy.rules ?? []), ...pauseRules(state)];
  return {
    goals: [...asked, ...otherGoals(state, asked, besides)],
    installed: Object.entries(state.lock.packages).map(([name, { version, release, packageDigest }]) => {
      const { values } = state.installs.get(name)?.spec ?? {};
      return { package: name, version, release, digest: packageDigest, ...(values ? { values } : {}) };
    }),
    universe: candidatesOf(entries),
    facts: resolverFacts(facts, asked, entries),
    policy: { ...policy, ...(rules.length > 0 ? { rules } : {}) },
  };
}

/**
 * The facts as the resolver takes them. APIs that an asked package brings itself are left out: that somebody else brought
 * them is told by the plan, object by object, with the way to take them over.
 */
function resolverFacts(
  facts: PlanFacts,
  asked: readonly ResolverGoal[],
  entries: readonly CatalogEntry[],
): ResolverInput['facts'] {
  const { arch, os, distribution, cluster } = facts;
  const wanted = entries.filter(({ metadata }) => asked.some((goal) => goal.package === metadata.name));
  const own = new Set(
    wanted.flatMap(({ metadata }) => metadata.provides.apis.map(({ group, kind }) => `${group}/${kind}`)),
  );
  const apis = facts.apis.filter(({ group, kind }) => !own.has(`${group}/${kind}`));
  return { kubernetes: cluster.version, arch, os, ...(distribution === undefined ? {} : { distribution }), apis };
}

function pauseRules({ installs, lock }: InstallerState): PackageRule[] {
  return [...installs.values()]
    .filter(({ spec, metadata }) => spec.paused === true && lock.packages[metadata.name] !== undefined)
    .map(({ metadata: { name } }) => ({
      by: `CapabilityInstall ${name}, which is paused`,
      packages: [name],
      freeze: true,
    }));
}

/** A goal of this question as the resolver takes it, with the values that the package has or gets. */
export function askedGoal({ installs }: InstallerState, goal: InstallGoal): ResolverGoal {
  const { package: name, range = '*', center, askedBy = YOU } = goal;
  const values = goal.values ?? installs.get(name)?.spec.values;
  return {
    package: name,
    range: parseRange(range).text,
    askedBy,
    earlier: false,
    ...(center === undefined ? {} : { center }),
    ...(values ? { values } : {}),
  };
}

/**
 * What is wanted besides, each by its own asker and in its own range: what was asked for before, and what others are
 * about to ask for of the same packages.
 */
function otherGoals(
  { lock, installs }: InstallerState,
  asked: readonly ResolverGoal[],
  besides: readonly BesideWish[],
): ResolverGoal[] {
  const near = besides.filter((wish) => asked.some((goal) => goal.package === wish.package));
  const earlier = Object.entries(lock.packages).flatMap(([name, { askedBy }]) =>
    Object.entries(askedBy).map(([who, range]) => ({ package: name, askedBy: who, range })),
  );
  const said = new Set(asked.map(wishKey));
  const wishes: BesideWish[] = [];
  for (const wish of [...near, ...earlier]) {
    if (said.has(wishKey(wish))) continue;
    said.add(wishKey(wish));
    wishes.push(wish);
  }
  return wishes.map(({ package: name, askedBy, range }) => {
    const goal = asked.find((one) => one.package === name);
    const values = goal ? goal.values : installs.get(name)?.spec.values;
    const who = askedBy === YOU ? EARLIER_INSTALL : askedBy;
    return { package: name, range, askedBy: who, earlier: true, ...(values ? { values } : {}) };
  });
}

function wishKey({ package: name, askedBy }: Pick<ResolverGoal, 'package' | 'askedBy'>): string {
  return `${name}/${askedBy}`;
}
