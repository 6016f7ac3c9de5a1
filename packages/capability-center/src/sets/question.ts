import type { CapabilityInstall, CapabilitySet } from '@capstan/capability-model';
import { conditionsOf, findCondition } from '@capstan/kube';
import type { DriftedItem } from '../health/package-watch.ts';
import type { ClusterLock } from '../installer/lock.ts';
import type { PassQuestion } from './passes.ts';
import { withNeeds } from './release.ts';

/** What a plan of a set could depend on. */
export interface QuestionFacts {
  /** Every set that counts, under the names of its packages. */
  readonly sets: readonly CapabilitySet[];
  readonly installs: readonly CapabilityInstall[];
  readonly lock: ClusterLock;
  /** Digest of what the centers offer. */
  readonly catalog: string;
  /** What was changed by others, by package. */
  readonly drift: ReadonlyMap<string, readonly DriftedItem[]>;
}

/** All that a plan of a set could depend on: while it is the same, a new plan would be the same, too. Pure. */
export function questionOf(set: CapabilitySet, { sets, installs, lock, catalog, drift }: QuestionFacts): PassQuestion {
  const owned = withNeeds(
    lock,
    set.spec.capabilities.map((entry) => entry.package),
  );
  return {
    wishes: {
      sets: sets.map(({ metadata, spec }) => [metadata.name, spec]),
      catalog,
      lock: Object.entries(lock.packages).map(([name, one]) => [name, one.planDigest, one.askedBy]),
      paused: installs.filter(({ spec }) => spec.paused).map(({ metadata }) => metadata.name),
    },
    state: {
      broken: installs.filter(({ metadata }) => owned.has(metadata.name)).flatMap(brokenIn),
      drift: [...drift].filter(([name]) => owned.has(name)).map(([name, items]) => [name, items.length]),
    },
  };
}

/** What a plan could mend of an installation; that its programs do not answer is not of this kind. */
const MENDABLE = ['ReleaseMissing', 'ReleaseNotDeployed', 'CrdMissing', 'DefinitionMissing', 'Drifted', 'Interrupted'];

function brokenIn(install: CapabilityInstall): string[] {
  const reason = findCondition(conditionsOf(install), 'Ready')?.reason;
  return reason !== undefined && MENDABLE.includes(reason) ? [`${install.metadata.name} ${reason}`] : [];
}
