import { compareVersionIds, versionLabel } from '@capstan/capability-model';
import { createNeeds } from './needs.ts';
import { installedOf, isInstalled, pairClause, unitClause } from './rules.ts';
import type { Choice } from './search.ts';
import type { Candidate, Clause, InstalledPackage, Lock, LockChange, LockEntry, ResolverInput } from './types.ts';

/** The lock of the choices, dependencies first, and what it changes. */
export function lockOf(
  choices: readonly Choice[],
  input: ResolverInput,
): { lock: Lock; changes: readonly LockChange[] } {
  const chosen = choices.map(({ candidate }) => candidate);
  const lock = dependenciesFirst(chosen.map((candidate) => entryOf(candidate, chosen, input)));
  const changes = lock.flatMap((entry) => {
    const choice = choices.find(({ candidate }) => candidate.name === entry.package);
    return choice ? [changeOf(choice, chosen, input)] : [];
  });
  const unneeded = input.installed.filter((installed) => !lock.some((entry) => entry.package === installed.package));
  return { lock, changes: [...changes, ...unneeded.map(unneededChange)] };
}

function entryOf(candidate: Candidate, chosen: readonly Candidate[], input: ResolverInput): LockEntry {
  const { name, version, release, digest, center } = candidate;
  const needed = createNeeds({ ...input, universe: chosen })
    .ofCandidate(candidate)
    .flatMap(({ allowed }) => allowed);
  const requires = [...new Set(needed.map((each) => each.name))].filter((each) => each !== name).sort();
  return { package: name, version, release, digest, center, requires };
}

function dependenciesFirst(entries: readonly LockEntry[]): LockEntry[] {
  const ordered: LockEntry[] = [];
  const placed = new Set<string>();
  const pending = [...entries].sort((a, b) => (a.package < b.package ? -1 : 1));
  while (pending.length > 0) {
    // A cycle has no first one: then the first by name goes first.
    const ready = pending.findIndex(({ requires }) => requires.every((name) => placed.has(name)));
    const [next] = pending.splice(Math.max(ready, 0), 1);
    if (!next) break;
    ordered.push(next);
    placed.add(next.package);
  }
  return ordered;
}

function changeOf({ candidate, because }: Choice, chosen: readonly Candidate[], input: ResolverInput): LockChange {
  const { name, version, release } = candidate;
  const to = { version, release };
  const installed = installedOf(name, input);
  if (!installed) return { package: name, action: 'install', to, because };
  const from = { version: installed.version, release: installed.release };
  const order = compareVersionIds(candidate, installed);
  if (order === 0) return { package: name, action: 'keep', from, to, because };
  const forced = whatMoved(installed, chosen, input) ?? because;
  return { package: name, action: order > 0 ? 'upgrade' : 'downgrade', from, to, because: forced };
}

/** The clause that rules out what is installed; undefined when only the wish for something newer does. */
function whatMoved(
  installed: InstalledPackage,
  chosen: readonly Candidate[],
  input: ResolverInput,
): Clause | undefined {
  const { package: name } = installed;
  const kept = input.universe.find((candidate) => candidate.name === name && isInstalled(candidate, input));
  if (!kept) return { kind: 'catalog', text: `no center offers ${name} ${versionLabel(installed)} any more` };
  const unit = unitClause(kept, input);
  if (unit) return unit;
  for (const other of chosen) {
    const pair = other.name === name ? undefined : pairClause(other, kept, input);
    if (pair) return pair;
  }
  return undefined;
}

function unneededChange({ package: name, version, release }: InstalledPackage): LockChange {
  const because: Clause = { kind: 'goal', text: `nothing that is wanted needs ${name}` };
  return { package: name, action: 'unneeded', from: { version, release }, because };
}
