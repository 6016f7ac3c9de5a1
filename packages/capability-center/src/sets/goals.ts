import {
  type CapabilityInstall,
  type CapabilityInstallSpec,
  type CapabilitySet,
  digestOf,
  isRange,
  parseRange,
} from '@capstan/capability-model';
import semver from 'semver';
import type { LockedPackage } from '../installer/lock.ts';
import type { InstallGoal } from '../plan/types.ts';

/** Something that keeps one package of a set from being planned; only another specification can help. */
export interface SetProblem {
  readonly package: string;
  readonly reason: 'SpecInvalid' | 'Conflict';
  readonly message: string;
}

/** What a set asks for, after what others ask for of the same packages. */
export interface SetGoals {
  readonly goals: readonly InstallGoal[];
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
/** Who asked at the command line, as locks name it. */
const YOU = 'you';

/** A set as locks and messages name it. */
export function ownerOf(setName: string): string {
  return `CapabilitySet ${setName}`;
}

/**
 * The goals of a set: each package in a range that suits everybody who asks for it, sets and people at the command line.
 * Where that cannot be, the problem names both of the owners. Pure; entries that are paused are left out.
 */
export function goalsOf(set: CapabilitySet, around: SetSurroundings): SetGoals {
  const goals: InstallGoal[] = [];
  const problems: SetProblem[] = [];
  for (const entry of set.spec.capabilities.filter(({ paused }) => !paused)) {
    const problem = specProblem(entry) ?? conflictOf(set, entry, around);
    if (problem) problems.push({ package: entry.package, ...problem });
    else goals.push(goalOf(set, entry, around));
  }
  return { goals, problems };
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
  if (!semver.intersects(own.range, other.range)) {
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
    range: wishes.map(({ range }) => range).reduce(intersection),
    askedBy: owner,
    ...(values ? { values } : {}),
    ...(center === undefined ? {} : { center }),
  };
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
  const { askedBy = [YOU] } = locked ?? {};
  if (!locked?.goal || !askedBy.includes(YOU)) return sets;
  // Values that were set by hand count until the set has joined; from then on they are the set's as well.
  const values = askedBy.includes(ownerOf(set.metadata.name)) ? undefined : around.installs.get(name)?.spec.values;
  return [...sets, { owner: YOU, range: canonical(locked.range), ...(values ? { values } : {}) }];
}

function wishOf(owner: string, { version, values, center }: CapabilityInstallSpec): Wish {
  return {
    owner,
    range: canonical(version),
    ...(values ? { values } : {}),
    ...(center === undefined ? {} : { center }),
  };
}

/** A range in comparators, so that two of them can be put together. */
function canonical(range: string): string {
  return new semver.Range(parseRange(range).text).range || '*';
}

/** The versions that are in both ranges; they have some in common. */
export function intersection(a: string, b: string): string {
  if (semver.subset(a, b)) return a;
  if (semver.subset(b, a)) return b;
  const parts = a.split('||').flatMap((left) => b.split('||').map((right) => `${left.trim()} ${right.trim()}`));
  return parts.filter((part) => semver.minVersion(part) !== null).join(' || ');
}
