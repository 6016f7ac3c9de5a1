import type { ClusterLock, LockedPackage } from '../installer/lock.ts';
import type { UnneededPackage } from './types.ts';

/** Why a package is removed. */
export interface RemovalMember {
  readonly name: string;
  readonly why: 'asked' | 'dependent' | 'unneeded';
}

/** Which packages a removal is about. */
export interface RemovalSet {
  /** What is removed, dependents before what they need. */
  readonly members: readonly RemovalMember[];
  /** Packages that need the asked one, directly or not. */
  readonly dependents: readonly string[];
  /** Dependencies that nobody needs any more once the members are gone, those first that nobody of the others needs. */
  readonly unneeded: readonly UnneededPackage[];
}

/**
 * What goes with a package: with `cascade` all that needs it, with `prune` the dependencies that nobody needs any more.
 * Pure; packages that a person or a CapabilitySet asked for are never unneeded.
 */
export function removalSet(
  packages: ClusterLock['packages'],
  name: string,
  options: { readonly cascade: boolean; readonly prune: boolean },
): RemovalSet {
  const dependents = dependentsOf(packages, name);
  const asked = new Set([name, ...(options.cascade ? dependents : [])]);
  const unneeded = unneededWithout(packages, asked);
  const going = new Set([...asked, ...(options.prune ? unneeded.map((one) => one.name) : [])]);
  const members = removalOrder(packages, going).map((member) => ({
    name: member,
    why: whyOf(member, name, dependents),
  }));
  return { members, dependents, unneeded: options.prune ? [] : unneeded };
}

function whyOf(member: string, name: string, dependents: readonly string[]): RemovalMember['why'] {
  if (member === name) return 'asked';
  return dependents.includes(member) ? 'dependent' : 'unneeded';
}

/** Every package that needs one, directly or through others, sorted by name. */
function dependentsOf(packages: ClusterLock['packages'], name: string): string[] {
  const found = new Set<string>();
  const open = [name];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const [other, { requires }] of Object.entries(packages)) {
      if (other === name || found.has(other) || !requires.includes(next)) continue;
      found.add(other);
      open.push(other);
    }
  }
  return [...found].sort();
}

/** Packages that were there for the going ones only. What was unneeded before stays out of it. */
function unneededWithout(packages: ClusterLock['packages'], going: ReadonlySet<string>): UnneededPackage[] {
  const gone = new Set(going);
  const found = new Map<string, UnneededPackage>();
  for (let size = -1; size !== found.size; ) {
    size = found.size;
    for (const [name, { goal, version, release }] of Object.entries(packages)) {
      if (goal || gone.has(name)) continue;
      const neededBy = Object.keys(packages).filter((other) => packages[other]?.requires.includes(name));
      if (neededBy.length === 0 || !neededBy.every((other) => gone.has(other))) continue;
      found.set(name, { name, version, release, neededBy: neededBy.sort() });
      gone.add(name);
    }
  }
  return removalOrder(packages, new Set(found.keys())).flatMap((name) => found.get(name) ?? []);
}

/** Whether a package needs another for its installation, and so for as long as it is there. */
function needsFirst(locked: LockedPackage | undefined, name: string): boolean {
  return locked?.requires.includes(name) === true && locked.onlyToRun?.includes(name) !== true;
}

/** Those first that nobody of the others needs; by name where either may come first. */
function removalOrder(packages: ClusterLock['packages'], going: ReadonlySet<string>): string[] {
  const left = new Set([...going].sort());
  const order: string[] = [];
  while (left.size > 0) {
    const free = [...left].find((name) => ![...left].some((other) => needsFirst(packages[other], name)));
    // A circle has no first one: its members need each other only to run.
    const next = free ?? [...left][0];
    if (next === undefined) break;
    left.delete(next);
    order.push(next);
  }
  return order;
}
