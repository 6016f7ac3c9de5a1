import { isCapstanError } from '@capstan/base';
import { CAPSTAN_KINDS, type CapabilitySet } from '@capstan/capability-model';
import { KUBE_CODES } from '@capstan/kube';
import { type Askers, YOU } from '../installer/askers.ts';
import { INSTALLER_CODES } from '../installer/codes.ts';
import { commandLine, type InstallerContext } from '../installer/context.ts';
import type { ClusterLock } from '../installer/lock.ts';
import type { PlanBlocker } from '../plan/types.ts';
import { ownerOf } from '../sets/goals.ts';
import { entriesForSets, meantPackages } from '../sets/meant-packages.ts';
import type { PackageRemoval } from './types.ts';

/** The CapabilitySets that ask for each package, with their ranges. */
type AskingSets = ReadonlyMap<string, Askers>;

/**
 * Of those who ask for packages the CapabilitySets that are still there and still name them: one that is gone, or is
 * being deleted, asks for nothing. Who may not read sets gets all that the lock remembers.
 */
export async function setsAsking(
  context: Pick<InstallerContext, 'client' | 'catalog'>,
  lock: ClusterLock,
): Promise<AskingSets> {
  const { packages } = lock;
  const remembered = Object.entries(packages).map(([name, { askedBy }]) => {
    return [name, Object.entries(askedBy).filter(([who]) => who !== YOU)] as const;
  });
  if (remembered.every(([, askers]) => askers.length === 0)) return new Map();
  const wishes = await liveWishes(context, lock);
  return new Map(
    remembered.map(([name, askers]) => {
      return [name, Object.fromEntries(askers.filter(([who]) => !wishes || wishes.get(who)?.has(name)))] as const;
    }),
  );
}

/** The packages that each set names; undefined for who may not read sets. */
async function liveWishes(
  context: Pick<InstallerContext, 'client' | 'catalog'>,
  lock: ClusterLock,
): Promise<Map<string, Set<string>> | undefined> {
  try {
    const { items } = await context.client.list(CAPSTAN_KINDS.set);
    const sets = (items as CapabilitySet[]).filter(({ metadata }) => !metadata.deletionTimestamp);
    const entries = await entriesForSets(context, lock, sets);
    return new Map(
      sets.map((written) => {
        const { metadata, spec } = meantPackages(written, entries).set;
        return [ownerOf(metadata.name), new Set(spec.capabilities.map((one) => one.package))];
      }),
    );
  } catch (error) {
    if (isCapstanError(error, KUBE_CODES.forbidden)) return undefined;
    throw error;
  }
}

/** Where people and sets ask for a package, people can take their wish away, and the package stays for these sets. */
export function wishToGiveUp(
  { packages }: Pick<ClusterLock, 'packages'>,
  name: string,
  asking: AskingSets,
): Askers | undefined {
  const sets = asking.get(name) ?? {};
  if (packages[name]?.askedBy[YOU] === undefined || Object.keys(sets).length === 0) return undefined;
  return sets;
}

/** Packages that a set would install again at once. */
export function askedBlockers(
  context: Pick<InstallerContext, 'client' | 'command'>,
  removals: readonly Pick<PackageRemoval, 'name'>[],
  asking: AskingSets,
): PlanBlocker[] {
  return removals.flatMap(({ name }) => {
    const askers = Object.entries(asking.get(name) ?? {});
    const [first] = askers;
    if (!first) return [];
    const who = askers.map(([owner, range]) => `${owner} (${range})`).join(', ');
    return [
      {
        code: INSTALLER_CODES.inUse,
        message: `${name} is asked for by ${who}.`,
        hint: 'It would be installed again at once. Take it out of the set first.',
        next: [
          `kubectl edit capabilityset ${first[0].replace(ownerOf(''), '')}`,
          commandLine(context, `cap why ${name}`),
        ],
      },
    ];
  });
}
