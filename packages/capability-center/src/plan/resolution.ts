import { CapstanError, EXIT } from '@capstan/base';
import {
  type CapabilityPackage,
  inRange,
  isLabelOf,
  parseRange,
  type VersionId,
  versionLabel,
} from '@capstan/capability-model';
import { nearest } from '@capstan/oam-model';
import { CENTER_CODES } from '../codes.ts';
import { type Askers, commonRange } from '../installer/askers.ts';
import { INSTALLER_CODES } from '../installer/codes.ts';
import { commandLine, type InstallerContext } from '../installer/context.ts';
import type { InstallerState } from '../installer/state.ts';
import { aliasedPackage } from '../registry/aliases.ts';
import { type CatalogEntry, hiddenPackage } from '../registry/catalog.ts';
import { resolutionError } from '../resolver/explain.ts';
import { resolve } from '../resolver/resolve.ts';
import type { Lock, LockChange, ResolverGoal } from '../resolver/types.ts';
import type { PlanFacts } from './facts.ts';
import { askedGoal, type ResolutionOrder, resolverInput, universe } from './resolver-question.ts';

/** A package that the resolver chose, with the reason in words. */
export interface ChosenPackage {
  readonly metadata: CapabilityPackage;
  readonly metadataDigest: string;
  readonly center: string;
  readonly why: string;
  readonly goal: boolean;
  readonly askedBy: Askers;
  /** The versions that suit all who ask. */
  readonly range: string;
  readonly requires: readonly string[];
  /** Of them those that may come after it. */
  readonly onlyToRun?: readonly string[];
  /** Versions that later plans must go through. */
  readonly hops: readonly string[];
}

/** What the resolver chose for the goals: they, what they need and what must move for them, dependencies first. */
export interface Resolution {
  readonly packages: readonly ChosenPackage[];
  /** Every package of the new lock, with the clause that forced it. */
  readonly changes: readonly LockChange[];
  readonly warnings: readonly string[];
}

/**
 * Chooses versions for new goals beside everything that is wanted already. Installed packages that no center offers any
 * more are kept by their recorded metadata, and paused ones do not move. Throws CAPSTAN_CAP_UNKNOWN with the nearest
 * names, the error of a center that could not be read and may offer the package, or CAPSTAN_CAP_UNSATISFIABLE with who
 * asked for what.
 */
export async function resolveGoals(
  context: InstallerContext,
  state: InstallerState,
  facts: PlanFacts,
  order: ResolutionOrder,
): Promise<Resolution> {
  const entries = await universe(context, state, order);
  for (const { package: name } of order.goals) requireKnown(context, name, entries);
  for (const goal of order.goals) requireDetected(context, goal, order, entries);
  const asked = order.goals.map((goal) => askedGoal(state, goal));
  const result = resolve(
    resolverInput(state, facts, { asked, besides: order.besides ?? [], entries, policy: order.policy }),
  );
  if (result.status !== 'solved') throw resolutionError(result);
  const wanted = closure(result.lock, [...asked.map((goal) => goal.package), ...moved(result.changes)]);
  const waiting = result.changes.filter(({ waitsFor }) => waitsFor !== undefined);
  const isWaiting = (name: string) => waiting.some((change) => change.package === name);
  const chosen = result.lock.filter(({ package: name }) => wanted.has(name) && !isWaiting(name));
  return {
    packages: chosen.map((entry) => {
      const decided = result.changes.find(({ package: name }) => name === entry.package);
      const change = decided && inWords(decided, order);
      const hops = [...(change?.hops ?? [])];
      const next = hops.shift() ?? entry;
      const found = entries.find((candidate) => isVersion(candidate, { ...next, package: entry.package }));
      if (!found) throw missing(entry.package, versionLabel(next));
      return {
        ...standing(state, order, entry.package, asked),
        metadata: found.metadata,
        metadataDigest: found.digest,
        center: found.center,
        why: reason(entry.package, chosen, change, asked),
        requires: entry.requires,
        ...(entry.onlyToRun ? { onlyToRun: entry.onlyToRun } : {}),
        hops: next === entry ? [] : [...hops, entry].map(versionLabel),
      };
    }),
    changes: result.changes.map((change) => inWords(change, order)),
    warnings: [...(result.warnings ?? []).map(({ text }) => text), ...waiting.map(waitingText)],
  };
}

/** A version that does not fit the steps of another package comes with a later plan. */
function waitingText({ package: name, to, waitsFor = [] }: LockChange): string {
  const version = to === undefined ? '' : ` ${versionLabel(to)}`;
  return `${name}${version} is not in this plan: it fits ${waitsFor.join(', ')} only after the steps on the way; plan again then.`;
}

/** With a rollback only its revision can be chosen: the reason is the wish, not that nothing else is on offer. */
function inWords(change: LockChange, { revision }: ResolutionOrder): LockChange {
  if (!revision || change.package !== revision.planned.name) return change;
  const text = `you go back to revision ${revision.number} (${versionLabel(revision.planned)})`;
  return { ...change, because: { kind: 'goal', text } };
}

/** Who wants a package, and in which range, after this plan. */
function standing(
  { lock }: InstallerState,
  { borrowed = [] }: ResolutionOrder,
  name: string,
  asked: readonly ResolverGoal[],
): Pick<ChosenPackage, 'goal' | 'askedBy' | 'range'> {
  const goals = borrowed.includes(name) ? [] : asked.filter((one) => one.package === name);
  const now = Object.fromEntries(goals.map((goal) => [goal.askedBy, goal.range]));
  const askedBy = { ...lock.packages[name]?.askedBy, ...now };
  return { goal: Object.keys(askedBy).length > 0, askedBy, range: commonRange(Object.values(askedBy)) };
}

function requireKnown(context: InstallerContext, name: string, entries: readonly CatalogEntry[]): void {
  const names = [...new Set(entries.map(({ metadata }) => metadata.name))];
  if (names.includes(name)) return;
  const meant = aliasedPackage(name, entries);
  const near = meant === undefined ? nearest(name, names) : [meant];
  const hidden = meant === undefined ? hiddenPackage(context.catalog, name, near) : undefined;
  if (hidden) throw hidden;
  throw new CapstanError(CENTER_CODES.capUnknown, `No center offers a capability package named ${name}.`, {
    hint: near.length > 0 ? `Did you mean ${near.join(' or ')}?` : `On offer are: ${names.slice(0, 10).join(', ')}.`,
    next: [commandLine(context, `cap search ${near[0] ?? ''}`.trim())],
    exit: EXIT.failed,
    fields: { package: name, nearest: near, centers: context.catalog.centers },
  });
}

/** A take-over keeps the version that is there: a wish for another one is refused by that reason. */
function requireDetected(
  context: InstallerContext,
  { package: name, range = '*' }: ResolutionOrder['goals'][number],
  { detected }: ResolutionOrder,
  entries: readonly CatalogEntry[],
): void {
  const found = detected?.get(name);
  if (!found?.adoptable || entries.some(({ metadata }) => metadata.name === name && fits(metadata, range))) return;
  throw new CapstanError(
    INSTALLER_CODES.releaseConflict,
    `${name} ${found.offered} was installed by hand, and taking it over keeps its version: ${name} ${range} is another one.`,
    {
      hint: 'Take it over as it is, then upgrade it.',
      next: [commandLine(context, `cap install ${name} --adopt --plan`)],
      exit: EXIT.blocked,
      fields: { package: name, version: found.offered, range },
    },
  );
}

function closure(lock: Lock, roots: readonly string[]): Set<string> {
  const byName = new Map(lock.map((entry) => [entry.package, entry]));
  const wanted = new Set<string>();
  const pending = [...roots];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (wanted.has(name)) continue;
    wanted.add(name);
    pending.push(...(byName.get(name)?.requires ?? []));
  }
  return wanted;
}

/** Packages that change although nobody asked for them. */
function moved(changes: readonly LockChange[]): string[] {
  return changes
    .filter(({ action }) => action === 'install' || action === 'upgrade' || action === 'downgrade')
    .map(({ package: name }) => name);
}

function reason(name: string, chosen: Lock, change: LockChange | undefined, asked: readonly ResolverGoal[]): string {
  if (change?.action === 'upgrade' || change?.action === 'downgrade') return change.because.text;
  const goal = asked.find((one) => one.package === name);
  if (goal) {
    const who = goal.askedBy === 'you' ? 'you asked for' : `${goal.askedBy} asks for`;
    return `${who} ${goal.range === '*' ? 'it' : goal.range}`;
  }
  const by = chosen.filter(({ requires }) => requires.includes(name)).map((entry) => entry.package);
  return by.length > 0 ? `needed by ${by.join(', ')}` : (change?.because.text ?? 'it is installed');
}

function isVersion(
  { metadata }: CatalogEntry,
  wanted: { readonly package: string; readonly version: string; readonly release: number; readonly digest?: string },
): boolean {
  return metadata.name === wanted.package && versionLabel(metadata) === versionLabel(wanted);
}

function missing(name: string, version: string): CapstanError {
  return new CapstanError(
    INSTALLER_CODES.recordInvalid,
    `The catalog lost ${name} ${version} while it was being planned.`,
  );
}

/** Whether a version fits a range, or is the release, that a user wrote. */
export function fits(id: VersionId, range: string): boolean {
  return isLabelOf(range, id) || inRange(id.version, parseRange(range));
}
