import {
  type CapabilityInstall,
  type CapabilityInstallSpec,
  type CapabilitySet,
  compareVersionIds,
  digestOf,
  isRange,
  parseLabel,
} from '@capstan/capability-model';
import semver from 'semver';
import { canonical, YOU } from '../installer/askers.ts';
import type { LockedPackage } from '../installer/lock.ts';
import type { BesideWish, InstallGoal } from '../plan/types.ts';
import { askersOf } from './release.ts';

/** Something that keeps one package of a set from being planned; only another specification can help. */
export interface SetProblem {
  readonly package: string;
  readonly reason: 'SpecInvalid' | 'Conflict';
  readonly message: string;
}

/** What a set asks for, after what others ask for of the same packages. */
export interface SetGoals {
  readonly goals: readonly InstallGoal[];
  /** What other sets ask for of the same packages: the choice has to suit them, too. */
  readonly besides: readonly BesideWish[];
  readonly problems: readonly SetProblem[];
}

/** What the goals of a set follow from. */
export interface SetSurroundings {
  /** All sets that are not being deleted, this one among them. */
  readonly sets: readonly CapabilitySet[];
  readonly locked: Readonly<Record<string, LockedPackage>>;
  readonly installs: ReadonlyMap<string, CapabilityInstall>;
}

/** Somebody who asks for a package. */
interface Wish {
  readonly owner: string;
  readonly range: string;
  readonly values?: CapabilityInstallSpec['values'];
  readonly center?: string;
}

const NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** A set as locks and messages name it. */
export function ownerOf(setName: string): string {
  return `CapabilitySet ${setName}`;
}

/**
 * The goals of a set: each package in the range that the set gives, beside what other sets and people at the command line
 * ask for. Where both cannot be, the problem names the owners. Pure; entries that are paused are left out.
 */
export function goalsOf(set: CapabilitySet, around: SetSurroundings): SetGoals {
  const goals: InstallGoal[] = [];
  const besides: BesideWish[] = [];
  const problems: SetProblem[] = [];
  for (const entry of set.spec.capabilities.filter(({ paused }) => !paused)) {
    const problem = specProblem(entry) ?? conflictOf(set, entry, around);
    if (problem) problems.push({ package: entry.package, ...problem });
    else {
      goals.push(goalOf(set, entry, around));
      besides.push(...besidesOf(set, entry, around));
    }
  }
  return { goals, besides, problems };
}

function specProblem({ package: name, version }: CapabilityInstallSpec): Omit<SetProblem, 'package'> | undefined {
  if (!NAME.test(name)) return { reason: 'SpecInvalid', message: `"${name}" is not the name of a package` };
  if (isRange(version)) return undefined;
  return { reason: 'SpecInvalid', message: `version "${version}" of ${name} is not a version or range of versions` };
}

function conflictOf(
  set: CapabilitySet,
  entry: CapabilityInstallSpec,
  around: SetSurroundings,
): Omit<SetProblem, 'package'> | undefined {
  const own = wishOf(ownerOf(set.metadata.name), entry);
  for (const other of othersThan(set, entry, around)) {
    const differ = differenceOf(own, other);
    if (differ) return { reason: 'Conflict', message: `${own.owner} and ${inWords(other.owner)} ${differ}` };
  }
  return undefined;
}

function differenceOf(own: Wish, other: Wish): string | undefined {
  if (!meet(own.range, other.range)) {
    return `ask for different versions: ${own.range} and ${other.range}; no version is both`;
  }
  if (own.values && other.values && digestOf(own.values) !== digestOf(other.values)) {
    return 'ask for different values';
  }
  if (own.center !== undefined && other.center !== undefined && own.center !== other.center) {
    return `ask for different centers: ${own.center} and ${other.center}`;
  }
  return undefined;
}

/** Whether one version may be in both ranges, or be the release that one of them names. */
function meet(a: string, b: string): boolean {
  const [one, other] = [parseLabel(a), parseLabel(b)];
  if (one && other) return compareVersionIds(one, other) === 0;
  return semver.intersects(a, b) || semver.intersects(one?.version ?? a, other?.version ?? b);
}

function inWords(owner: string): string {
  return owner === YOU ? 'the goal that was set at the command line' : owner;
}

function goalOf(set: CapabilitySet, entry: CapabilityInstallSpec, around: SetSurroundings): InstallGoal {
  const owner = ownerOf(set.metadata.name);
  const wishes = [wishOf(owner, entry), ...othersThan(set, entry, around)];
  const values = wishes.find((wish) => wish.values && wish.owner !== YOU)?.values;
  const center = wishes.find((wish) => wish.center !== undefined)?.center;
  return {
    package: entry.package,
    range: wishOf(owner, entry).range,
    askedBy: owner,
    ...(values ? { values } : {}),
    ...(center === undefined ? {} : { center }),
  };
}

/** What the other sets ask for; what people asked for is in the lock. */
function besidesOf(set: CapabilitySet, entry: CapabilityInstallSpec, around: SetSurroundings): BesideWish[] {
  return othersThan(set, entry, around)
    .filter(({ owner }) => owner !== YOU)
    .map(({ owner, range }) => ({ package: entry.package, askedBy: owner, range }));
}

/** What others ask for of the same package: other sets, by name, and people, as the lock remembers. */
function othersThan(set: CapabilitySet, { package: name }: CapabilityInstallSpec, around: SetSurroundings): Wish[] {
  const sets = around.sets
    .filter(({ metadata }) => metadata.name !== set.metadata.name)
    .toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
    .flatMap(({ metadata, spec }) =>
      spec.capabilities
        .filter((entry) => entry.package === name && isRange(entry.version))
        .map((entry) => wishOf(ownerOf(metadata.name), entry)),
    );
  const locked = around.locked[name];
  const wish = locked?.askedBy[YOU];
  if (!locked || wish === undefined) return sets;
  // Values that were set by hand count until the set has joined; from then on they are the set's as well.
  const values = askersOf(locked).includes(ownerOf(set.metadata.name))
    ? undefined
    : around.installs.get(name)?.spec.values;
  return [...sets, { owner: YOU, range: canonical(wish), ...(values ? { values } : {}) }];
}

function wishOf(owner: string, { version, values, center }: CapabilityInstallSpec): Wish {
  return {
    owner,
    range: canonical(version),
    ...(values ? { values } : {}),
    ...(center === undefined ? {} : { center }),
  };
}
