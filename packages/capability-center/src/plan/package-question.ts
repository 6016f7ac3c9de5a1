import type { JsonObject } from '@capstan/base';
import type { CapabilityPackage, ExportedValues } from '@capstan/capability-model';
import type { Journal } from '../installer/journal.ts';
import { stoppedAt } from '../installer/journal.ts';
import type { LockedPackage } from '../installer/lock.ts';
import type { InstallerState } from '../installer/state.ts';
import type { Adoption } from './adoption.ts';
import { exportsFor } from './exports.ts';
import type { PlanFacts } from './facts.ts';
import type { ChosenPackage, Resolution } from './resolution.ts';
import type { RecordedContent, ResolutionOrder } from './resolver-question.ts';
import type { PackagePlan, PlanBlocker, PlanOperation } from './types.ts';

/** One package of a solution, with everything that is known of it. */
export interface PackageQuestion extends ChosenPackage {
  readonly operation: PlanOperation;
  /** The values that the user set, now or before. */
  readonly values: JsonObject;
  readonly valuesFrom: PackagePlan['valuesFrom'];
  readonly locked?: LockedPackage;
  /** The journal of an operation on it, or of an unfinished one that it is part of. */
  readonly journal?: Journal;
  readonly allowStandIns: boolean;
  /** A hand-made installation that is to become ours. */
  readonly adoption?: Adoption;
  /** Why the hand-made installation that was found cannot be taken over. */
  readonly adoptionBlocker?: PlanBlocker;
  readonly facts: PlanFacts;
  /** Group versions and kinds that will be served when its charts are installed: those of the cluster and of the plan. */
  readonly apiVersions: readonly string[];
  /** What the packages that it needs export, by package or by contract. */
  readonly exported: ExportedValues;
  /** With a rollback of this package: the content that comes back. */
  readonly revision?: RecordedContent;
}

/** What a package's question is made from. */
export interface QuestionSources {
  readonly state: InstallerState;
  readonly facts: PlanFacts;
  readonly order: ResolutionOrder & {
    readonly operation: PlanOperation;
    readonly allowStandIns: boolean;
  };
  readonly resolution: Resolution;
}

/** The question for one chosen package. */
export function packageQuestion(chosen: ChosenPackage, sources: QuestionSources): PackageQuestion {
  const { state, facts, order, resolution } = sources;
  const { name } = chosen.metadata;
  const locked = state.lock.packages[name];
  const journal = journalOf(state, name);
  const revision = order.revision?.planned.name === name ? order.revision : undefined;
  return {
    ...chosen,
    ...valuesOf(name, sources),
    operation: order.operation,
    allowStandIns: order.allowStandIns || state.installs.get(name)?.spec.allowStandIns === true,
    facts,
    apiVersions: [...new Set([...facts.apiVersions, ...apisOf(chosen, resolution)])].sort(),
    exported: exportsFor(chosen, resolution.packages, (one) => valuesOf(one.metadata.name, sources).values),
    ...(locked ? { locked } : {}),
    ...(journal ? { journal } : {}),
    ...(revision ? { revision } : {}),
  };
}

function valuesOf(name: string, { state, order }: QuestionSources): Pick<PackageQuestion, 'values' | 'valuesFrom'> {
  const given = order.goals.find(({ package: wanted }) => wanted === name)?.values;
  if (given) return { values: given, valuesFrom: 'given' };
  if (order.revision?.planned.name === name) return { values: order.revision.planned.values, valuesFrom: 'revision' };
  const kept = state.installs.get(name)?.spec.values;
  return kept ? { values: kept, valuesFrom: 'kept' } : { values: {}, valuesFrom: 'defaults' };
}

/** The package's own journal, or an unfinished one of an operation that it is part of. */
function journalOf({ journals }: InstallerState, name: string): Journal | undefined {
  const own = journals.get(name);
  if (own && stoppedAt(own)) return own;
  const other = [...journals.values()].find(
    (journal) => stoppedAt(journal) && journal.entries.some((entry) => entry.package === name),
  );
  return other ?? own;
}

/** The APIs of a package and of what it needs, as Helm's charts ask for them: they are served by then. */
function apisOf(chosen: ChosenPackage, { packages }: Resolution): string[] {
  const needed = new Set<string>();
  const pending = [chosen.metadata.name];
  const byName = new Map(packages.map((one) => [one.metadata.name, one]));
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (needed.has(name)) continue;
    needed.add(name);
    pending.push(...(byName.get(name)?.requires ?? []));
  }
  return [...needed].flatMap((name) => offeredApis(byName.get(name)?.metadata));
}

function offeredApis(metadata: CapabilityPackage | undefined): string[] {
  return (metadata?.provides.apis ?? []).flatMap(({ group, kind, served }) =>
    served.flatMap((version) => [`${group}/${version}`, `${group}/${version}/${kind}`]),
  );
}

/** The question with a hand-made installation that is taken over: its values count where none are given. */
export function withAdoption(question: PackageQuestion, adoption: Adoption): PackageQuestion {
  if (question.valuesFrom === 'given') return { ...question, adoption };
  return { ...question, adoption, values: adoption.values, valuesFrom: 'release' };
}
