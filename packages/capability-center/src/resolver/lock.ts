import { compareVersionIds, type Requirement, versionLabel } from '@capstan/capability-model';
import { Assigned, installedVersions } from './assigned.ts';
import type { Encoded } from './encoded.ts';
import { hopsTo } from './refusals.ts';
import { goalAdmits, goalClause, meets } from './rules.ts';
import type { Candidate, Clause, InstalledPackage, Lock, LockChange, LockEntry } from './types.ts';
import type { View } from './view.ts';

/** The lock of what was chosen, dependencies first, and what it changes. */
export function lockOf(
  assigned: Assigned,
  encoded: Encoded,
  view: View,
): { readonly lock: Lock; readonly changes: readonly LockChange[] } {
  const entries = assigned.ordinals().flatMap((ordinal) => entryOf(ordinal, assigned, view));
  const lock = dependenciesFirst(entries);
  const locked = new Set(lock.map((entry) => entry.package));
  const changes = lock.flatMap((entry) =>
    changeOf(encoded.ordinals.get(entry.package) as number, { assigned, encoded, view }),
  );
  const unneeded = view.input.installed.filter((installed) => !locked.has(installed.package));
  const waiting = waitingFor(changes, lock, { assigned, encoded, view });
  return { lock, changes: [...waiting, ...unneeded.map(unneededChange)] };
}

/** Marks the changes that must wait for hops of others: they do not fit a hop, or need a package that waits. */
function waitingFor(changes: readonly LockChange[], lock: Lock, { assigned, encoded, view }: Change): LockChange[] {
  const waits = new Map<string, Set<string>>();
  const moving = changes.filter(({ action }) => action !== 'keep');
  for (const { package: name, hops = [] } of moving) {
    const ordinal = encoded.ordinals.get(name) as number;
    for (const hop of hops) {
      const at = view.versionsOf(name).find((each) => compareVersionIds(each, hop) === 0);
      const there = assigned.replaced(ordinal, indexOf(at, ordinal, encoded));
      const unfit = moving.filter(
        (each) => each.package !== name && there.faultsOf(encoded.ordinals.get(each.package) as number).length > 0,
      );
      for (const each of unfit) waits.set(each.package, (waits.get(each.package) ?? new Set()).add(name));
    }
  }
  // The lock has dependencies first, so what waits is known before those that need it.
  for (const { package: name, requires } of waits.size > 0 ? lock : []) {
    if (!moving.some((each) => each.package === name)) continue;
    const inherited = requires.flatMap((each) => [...(waits.get(each) ?? [])]).filter((each) => each !== name);
    if (inherited.length > 0) waits.set(name, new Set([...(waits.get(name) ?? []), ...inherited]));
  }
  return changes.map((change) => {
    const waitsFor = waits.get(change.package);
    return waitsFor ? { ...change, waitsFor: [...waitsFor].sort() } : change;
  });
}

function entryOf(ordinal: number, assigned: Assigned, view: View): LockEntry[] {
  const candidate = assigned.candidateOf(ordinal);
  if (!candidate) return [];
  const { name, version, release, digest, center } = candidate;
  const needed = assigned.neededBy(ordinal).flatMap((each) => assigned.candidateOf(each) ?? []);
  const requires = needed.map((each) => each.name).sort();
  const onlyToRun = needed.filter((each) => isOnlyToRun(candidate, each, view)).map((each) => each.name);
  const late = onlyToRun.length > 0 ? { onlyToRun: onlyToRun.sort() } : {};
  return [{ package: name, version, release, digest, center, requires, ...late }];
}

/** Whether nothing that a package needs to be installed is met by another. */
function isOnlyToRun(candidate: Candidate, needed: Candidate, view: View): boolean {
  const toInstall = (requirement: Requirement): boolean => {
    if (requirement.optional || requirement.at === 'run' || !meets(needed, requirement, view)) return false;
    return !('anyOf' in requirement) || requirement.anyOf.some(toInstall);
  };
  const requirements = view.requirementsOf(candidate);
  return requirements.some(hasRunTime) && !requirements.some(toInstall);
}

function hasRunTime(requirement: Requirement): boolean {
  return requirement.at === 'run' || ('anyOf' in requirement && requirement.anyOf.some(hasRunTime));
}

/** What must be there before a package. */
function comesAfter({ requires, onlyToRun = [] }: LockEntry): readonly string[] {
  return onlyToRun.length > 0 ? requires.filter((name) => !onlyToRun.includes(name)) : requires;
}

/** Of what is ready the first by name comes next; a cycle has no first one, so there the first by name goes first. */
function dependenciesFirst(entries: readonly LockEntry[]): LockEntry[] {
  const byName = new Map(entries.map((entry) => [entry.package, entry]));
  const waiting = new Map(
    entries.map((entry) => [entry.package, comesAfter(entry).filter((name) => byName.has(name)).length]),
  );
  const dependents = new Map<string, string[]>();
  for (const entry of entries) {
    for (const name of comesAfter(entry)) dependents.set(name, [...(dependents.get(name) ?? []), entry.package]);
  }
  const ready = new SortedNames(
    entries.filter((entry) => waiting.get(entry.package) === 0).map((entry) => entry.package),
  );
  const pending = new SortedNames(entries.map((entry) => entry.package));
  const ordered: LockEntry[] = [];
  const placed = new Set<string>();
  while (ordered.length < entries.length) {
    const name = ready.shift() ?? pending.shift();
    const entry = name === undefined ? undefined : byName.get(name);
    if (!entry || placed.has(entry.package)) continue;
    placed.add(entry.package);
    ordered.push(entry);
    for (const dependent of dependents.get(entry.package) ?? []) {
      const left = (waiting.get(dependent) ?? 0) - 1;
      waiting.set(dependent, left);
      if (left === 0) ready.add(dependent);
    }
  }
  return ordered;
}

/** Names of which the first is taken again and again while others come in. */
class SortedNames {
  readonly #names: string[];

  constructor(names: readonly string[]) {
    // Last first, so that taking the first one moves nothing.
    this.#names = [...names].sort().reverse();
  }

  add(name: string): void {
    let low = 0;
    let high = this.#names.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#names[middle] as string) > name) low = middle + 1;
      else high = middle;
    }
    this.#names.splice(low, 0, name);
  }

  shift(): string | undefined {
    return this.#names.pop();
  }
}

interface Change {
  readonly assigned: Assigned;
  readonly encoded: Encoded;
  readonly view: View;
}

function changeOf(ordinal: number, { assigned, encoded, view }: Change): LockChange[] {
  const candidate = assigned.candidateOf(ordinal);
  if (!candidate) return [];
  const { name, version, release } = candidate;
  const to = { version, release };
  const [goal] = view.goalsFor(name);
  const because: Clause = goal
    ? goalClause(goal)
    : (assigned.neederOf(ordinal) ?? { kind: 'requirement', text: `${name} is installed` });
  const installed = view.installedOf(name);
  if (!installed) return [{ package: name, action: 'install', to, because }];
  const from = { version: installed.version, release: installed.release };
  const order = compareVersionIds(candidate, installed);
  if (order === 0) return [{ package: name, action: 'keep', from, to, because }];
  const forced = whatMoved(installed, ordinal, { assigned, encoded, view }) ?? because;
  const hops = hopsOf(candidate, ordinal, { assigned, encoded, view }) ?? [];
  const way = hops.length > 0 ? { hops: hops.map((hop) => ({ version: hop.version, release: hop.release })) } : {};
  return [{ package: name, action: order > 0 ? 'upgrade' : 'downgrade', from, to, because: forced, ...way }];
}

/** The clause that rules out what is installed; undefined when only the wish for something newer does. */
function whatMoved(
  installed: InstalledPackage,
  ordinal: number,
  { assigned, encoded, view }: Change,
): Clause | undefined {
  const { package: name } = installed;
  const subject = encoded.subjects[ordinal];
  const candidates = subject?.kind === 'package' ? subject.candidates : [];
  const kept = candidates.findIndex((each) => view.isInstalled(each));
  const candidate = candidates[kept];
  if (!candidate) return { kind: 'catalog', text: `no center offers ${name} ${versionLabel(installed)} any more` };
  const refusing = view.goalsFor(name).find((goal) => !goalAdmits(goal, candidate, view));
  if (refusing) return goalClause(refusing);
  return assigned.replaced(ordinal, kept).faultsOf(ordinal)[0];
}

/**
 * The versions on the way to a chosen one, where one step does not lead there: each fits what is installed, or what else
 * was chosen. Undefined when there is no such way.
 */
export function hopsOf(
  candidate: Candidate,
  ordinal: number,
  { assigned, encoded, view }: Change,
): readonly Candidate[] | undefined {
  const installed = view.installedOf(candidate.name);
  if (!installed) return [];
  const before = new Assigned(encoded, view, installedVersions(encoded, view));
  const fits = (hop: Candidate) =>
    [before, assigned].some((others) =>
      others
        .replaced(ordinal, indexOf(hop, ordinal, encoded))
        .faultsOf(ordinal)
        .every(({ kind }) => kind === 'upgrade'),
    );
  return hopsTo(candidate, installed, view, fits);
}

function indexOf(candidate: Candidate | undefined, ordinal: number, encoded: Encoded): number {
  const subject = encoded.subjects[ordinal];
  return subject?.kind === 'package' && candidate ? subject.candidates.indexOf(candidate) : -1;
}

function unneededChange({ package: name, version, release }: InstalledPackage): LockChange {
  const because: Clause = { kind: 'goal', text: `nothing that is wanted needs ${name}` };
  return { package: name, action: 'unneeded', from: { version, release }, because };
}
