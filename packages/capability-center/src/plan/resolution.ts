import { CapstanError, EXIT } from '@capstan/base';
import { type CapabilityPackage, parseRange, versionLabel } from '@capstan/capability-model';
import { nearest } from '@capstan/oam-model';
import { CENTER_CODES } from '../codes.ts';
import { INSTALLER_CODES } from '../installer/codes.ts';
import { commandLine, type InstallerContext } from '../installer/context.ts';
import type { InstallerState } from '../installer/state.ts';
import type { CatalogEntry } from '../registry/catalog.ts';
import { candidatesOf } from '../resolver/candidates.ts';
import { resolutionError } from '../resolver/explain.ts';
import { resolve } from '../resolver/resolve.ts';
import type { Lock, LockChange, ResolverGoal } from '../resolver/types.ts';
import type { PlanFacts } from './facts.ts';
import type { InstallGoal } from './types.ts';

/** A package that the resolver chose, with the reason in words. */
export interface ChosenPackage {
  readonly metadata: CapabilityPackage;
  readonly metadataDigest: string;
  readonly center: string;
  readonly why: string;
  readonly goal: boolean;
  readonly range: string;
  readonly requires: readonly string[];
}

/** What the resolver chose for the goals: they and what they need, dependencies first. */
export interface Resolution {
  readonly packages: readonly ChosenPackage[];
}

/**
 * Chooses versions for new goals beside everything that is wanted already. Throws CAPSTAN_CAP_UNKNOWN with the nearest
 * names, or CAPSTAN_CAP_UNSATISFIABLE with who asked for what.
 */
export function resolveGoals(
  context: InstallerContext,
  state: InstallerState,
  facts: PlanFacts,
  goals: readonly InstallGoal[],
): Resolution {
  for (const { package: name } of goals) requireKnown(context, name);
  const asked: ResolverGoal[] = goals.map(({ package: name, range = '*', center }) => ({
    package: name,
    range: parseRange(range).text,
    askedBy: 'you',
    ...(center === undefined ? {} : { center }),
  }));
  const result = resolve({
    goals: [...asked, ...earlierGoals(state, asked)],
    installed: Object.entries(state.lock.packages).map(([name, { version, release, packageDigest }]) => ({
      package: name,
      version,
      release,
      digest: packageDigest,
    })),
    universe: candidatesOf(context.catalog.entries),
    facts: { kubernetes: facts.cluster.version, arch: facts.arch },
  });
  if (result.status !== 'solved') throw resolutionError(result);
  const wanted = closure(result.lock, asked);
  const chosen = result.lock.filter(({ package: name }) => wanted.has(name));
  return {
    packages: chosen.map((entry) => {
      const goal = asked.find(({ package: name }) => name === entry.package);
      const found = context.catalog.entries.find((candidate) => isEntry(candidate, entry));
      if (!found) throw missing(entry.package, versionLabel(entry));
      return {
        metadata: found.metadata,
        metadataDigest: entry.digest,
        center: entry.center,
        why: reason(entry.package, chosen, result.changes, goal),
        goal: goal !== undefined || state.lock.packages[entry.package]?.goal === true,
        range: goal?.range ?? state.lock.packages[entry.package]?.range ?? '*',
        requires: entry.requires,
      };
    }),
  };
}

function requireKnown(context: InstallerContext, name: string): void {
  const names = [...new Set(context.catalog.entries.map(({ metadata }) => metadata.name))];
  if (names.includes(name)) return;
  const near = nearest(name, names);
  throw new CapstanError(CENTER_CODES.capUnknown, `No center offers a capability package named ${name}.`, {
    hint: near.length > 0 ? `Did you mean ${near.join(' or ')}?` : `On offer are: ${names.slice(0, 10).join(', ')}.`,
    next: [commandLine(context, `cap search ${near[0] ?? ''}`.trim())],
    exit: EXIT.failed,
    fields: { package: name, nearest: near, centers: context.catalog.centers },
  });
}

/** What users asked for before, in the ranges that they gave. */
function earlierGoals({ lock }: InstallerState, asked: readonly ResolverGoal[]): ResolverGoal[] {
  return Object.entries(lock.packages)
    .filter(([name, { goal }]) => goal && !asked.some((one) => one.package === name))
    .map(([name, { range }]) => ({ package: name, range, askedBy: `CapabilityInstall ${name}` }));
}

function closure(lock: Lock, asked: readonly ResolverGoal[]): Set<string> {
  const wanted = new Set<string>();
  const pending = asked.map(({ package: name }) => name);
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (wanted.has(name)) continue;
    wanted.add(name);
    pending.push(...(lock.find((entry) => entry.package === name)?.requires ?? []));
  }
  return wanted;
}

function reason(name: string, chosen: Lock, changes: readonly LockChange[], goal: ResolverGoal | undefined): string {
  const change = changes.find((one) => one.package === name);
  if (change?.action === 'upgrade' || change?.action === 'downgrade') return change.because.text;
  if (goal) return goal.range === '*' ? 'you asked for it' : `you asked for ${goal.range}`;
  const by = chosen.filter(({ requires }) => requires.includes(name)).map((entry) => entry.package);
  return `needed by ${by.join(', ')}`;
}

function isEntry({ metadata, digest }: CatalogEntry, entry: Lock[number]): boolean {
  return metadata.name === entry.package && digest === entry.digest && versionLabel(metadata) === versionLabel(entry);
}

function missing(name: string, version: string): CapstanError {
  return new CapstanError(
    INSTALLER_CODES.recordInvalid,
    `The catalog lost ${name} ${version} while it was being planned.`,
  );
}
