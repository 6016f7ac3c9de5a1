import { isCapstanError } from '@capstan/base';
import { versionLabel } from '@capstan/capability-model';
import type { DefinitionCatalog } from '@capstan/oam-model';
import { INSTALLER_CODES } from '../installer/codes.ts';
import { commandLine, type InstallerContext } from '../installer/context.ts';
import { checkRights } from '../installer/preflight.ts';
import { type InstallerState, readState } from '../installer/state.ts';
import { runningFence, unfinishedJournals } from '../installer/unfinished.ts';
import { buildPlan } from '../plan/build-plan.ts';
import { readFacts } from '../plan/facts.ts';
import { pausedBlockers } from '../plan/paused.ts';
import { universe } from '../plan/resolver-question.ts';
import type { InstallGoal, InstallPlan } from '../plan/types.ts';
import type { CatalogEntry } from '../registry/catalog.ts';
import { chooseProviders } from './choose.ts';
import { costOf } from './cost.ts';
import { describeMissing } from './describe.ts';
import { type ApplicationQuestion, identityOf, missingKinds } from './missing-kinds.ts';
import { definitionFor, providersOf } from './providers.ts';
import type { KindProvider, MissingCapability, MissingKind, MissingReport, ProviderState } from './types.ts';

/** What `planMissing` is asked. */
export interface MissingQuestion extends ApplicationQuestion {
  /** Accepts charts that describe the real one without its programs on a cluster that runs pods. */
  readonly allowStandIns?: boolean;
}

/**
 * What applications need that the cluster does not have: each missing kind with the package that brings it and how that
 * one stands, what installing the packages would do, and the commands. It reads and plans, and changes nothing. Where a
 * kind comes from nowhere, or its package is being installed or removed right now, nothing is planned. What forbids the
 * installation is in the plan's `blockers` and in `forbidden`. Throws as `planInstall`.
 */
export async function planMissing(context: InstallerContext, question: MissingQuestion): Promise<MissingReport> {
  const kinds = missingKinds(question);
  const warnings = context.catalog.warnings.map(({ message }) => message);
  if (kinds.length === 0) return { missing: [], goals: [], warnings, commands: [] };
  const [state, facts] = await Promise.all([readState(context), readFacts(context.client)]);
  const entries = await universe(context, state, {});
  const chosen = chooseProviders(kinds, { state, facts, entries });
  const missing: MissingCapability[] = [];
  for (const kind of kinds)
    missing.push(await standingOf(context, kind, { state, entries, chosen, types: question.types }));
  const goals = missing.every(canBePlanned) ? goalsOf(missing) : [];
  if (goals.length === 0) return { missing, goals, warnings, commands: [] };
  const plan = await buildPlan(context, state, {
    operation: 'install',
    goals,
    policy: {
      lift: missing.flatMap(({ state: is, provider }) => (is === 'outdated' && provider ? [provider.package] : [])),
    },
    allowStandIns: question.allowStandIns ?? false,
    adopt: false,
    blockers: pausedBlockers(context, state, goals),
  });
  const forbidden = await missingRights(context, plan);
  return {
    missing,
    goals,
    plan,
    cost: costOf(plan),
    ...(forbidden === undefined ? {} : { forbidden }),
    warnings,
    commands: commandsFor(context, missing),
  };
}

/**
 * The same as far as it can be told from what centers offer, for who may not see what is installed: without a plan, and
 * with every package as one that is not installed. Pure.
 */
export function missingByCatalog(
  context: Pick<InstallerContext, 'client' | 'command' | 'catalog'>,
  question: ApplicationQuestion,
): MissingReport {
  const { entries, warnings } = context.catalog;
  const missing = missingKinds(question).map((kind) => {
    const [provider, ...others] = providersOf(kind, entries);
    return describeMissing({
      kind,
      provider,
      others,
      state: provider ? 'offered' : 'unavailable',
      entries,
      types: question.types,
    });
  });
  const goals = missing.every(canBePlanned) ? goalsOf(missing) : [];
  return {
    missing,
    goals,
    warnings: warnings.map(({ message }) => message),
    commands: goals.length > 0 ? commandsFor(context, missing) : [],
  };
}

interface StandingSources {
  readonly state: InstallerState;
  readonly entries: readonly CatalogEntry[];
  readonly chosen: ReadonlyMap<string, KindProvider>;
  readonly types: DefinitionCatalog;
}

async function standingOf(
  context: InstallerContext,
  kind: MissingKind,
  { state, entries, chosen, types }: StandingSources,
): Promise<MissingCapability> {
  const provider = chosen.get(identityOf(kind));
  const others = providersOf(kind, entries).filter((one) => one.package !== provider?.package);
  const is = provider ? await stateOf(context, kind, provider.package, { state, entries }) : 'unavailable';
  return describeMissing({
    kind,
    provider,
    others,
    state: is,
    entries,
    types,
    installed: installedLabel(state, provider),
  });
}

function installedLabel({ lock }: InstallerState, provider: KindProvider | undefined): string | undefined {
  const locked = provider && lock.packages[provider.package];
  return locked && versionLabel(locked);
}

/** How the package stands that was chosen for a kind. What is under way comes before what is in force. */
async function stateOf(
  { client }: InstallerContext,
  kind: MissingKind,
  name: string,
  { state, entries }: Pick<StandingSources, 'state' | 'entries'>,
): Promise<ProviderState> {
  const [journal] = unfinishedJournals(state.journals, name);
  if (journal) {
    const running = (await runningFence(client, journal)) !== undefined;
    if (running) return journal.operation === 'uninstall' ? 'removing' : 'installing';
    return 'interrupted';
  }
  const locked = state.lock.packages[name];
  if (!locked) return 'offered';
  const inForce = entries.find(({ metadata, digest }) => metadata.name === name && digest === locked.packageDigest);
  return inForce && definitionFor(inForce.metadata, kind) ? 'damaged' : 'outdated';
}

function canBePlanned({ state }: MissingCapability): boolean {
  return state !== 'unavailable' && state !== 'installing' && state !== 'removing';
}

/** One goal for each package, by name: the same applications always ask for the same. */
function goalsOf(missing: readonly MissingCapability[]): InstallGoal[] {
  const names = new Set(missing.flatMap(({ provider }) => provider?.package ?? []));
  return [...names].sort().map((name) => ({ package: name }));
}

/** What is installed in a version that lacks a kind is upgraded, everything else is installed. */
function commandsFor(
  context: Pick<InstallerContext, 'client' | 'command'>,
  missing: readonly MissingCapability[],
): string[] {
  const names = (states: (state: ProviderState) => boolean) => {
    const wanted = missing.filter(({ state }) => states(state)).flatMap(({ provider }) => provider?.package ?? []);
    return [...new Set(wanted)].sort();
  };
  const outdated = names((state) => state === 'outdated');
  const others = names((state) => state !== 'outdated').filter((name) => !outdated.includes(name));
  return [
    ...(others.length > 0 ? [commandLine(context, `cap install ${others.join(' ')}`)] : []),
    ...(outdated.length > 0 ? [commandLine(context, `cap upgrade ${outdated.join(' ')}`)] : []),
  ];
}

/** What the caller may not do of a plan; asked now, so that nobody is offered what would be refused. */
async function missingRights(context: InstallerContext, plan: InstallPlan): Promise<string | undefined> {
  const changing = plan.packages.filter(({ action }) => action !== 'none');
  try {
    await checkRights(context, changing);
    return undefined;
  } catch (error) {
    if (isCapstanError(error, INSTALLER_CODES.forbidden)) return [error.message, error.hint].filter(Boolean).join(' ');
    throw error;
  }
}
