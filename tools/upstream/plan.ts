import { join } from 'node:path';
import { groupOf } from '../../packages/base/src/index.ts';
import { readDirectoryRegistry } from '../../packages/capability-center/src/registry/directory-registry.ts';
import { type CapabilityPackage, versionLabel } from '../../packages/capability-model/src/index.ts';
import type { LifeRequest } from './lifecycle.ts';
import { type ChartFolder, goldenObjects, missingCharts } from './sources.ts';

const registry = join(import.meta.dirname, '..', '..', 'capability-registry');

/** What is tried: every package of the registry, on every engine, from its oldest version to its newest. */
export interface LifePlan {
  readonly requests: readonly LifeRequest[];
  /** Charts that the folder lacks, so that their packages cannot be tried. */
  readonly missing: readonly string[];
}

/** Plans the lives of all packages of the registry, or of those named, with the charts of a folder. */
export async function planLives(
  charts: ChartFolder,
  engines: readonly LifeRequest['engine'][],
  only: readonly string[] = [],
): Promise<LifePlan> {
  const entries = await readDirectoryRegistry({ name: 'capstan', location: registry });
  const byName = Map.groupBy(
    entries.map(({ metadata }) => metadata).filter(({ name }) => only.length === 0 || only.includes(name)),
    ({ name }) => name,
  );
  const golden = await goldenObjects();
  const missing: string[] = [];
  const requests = [...byName].flatMap(([name, versions]) => {
    const sorted = versions.toSorted(byVersion);
    const [oldest, newest] = [latestRelease(sorted, sorted[0]), sorted.at(-1)];
    if (oldest === undefined || newest === undefined) return [];
    const lacking = [oldest, newest].flatMap((one) => missingCharts(charts, one));
    missing.push(...lacking);
    if (lacking.length > 0) return [];
    const kinds = newest.provides.apis.map(({ group, kind }) => `${group}/${kind}`);
    const objects = golden.filter(({ object }) => kinds.includes(`${groupOf(object.apiVersion)}/${object.kind}`));
    const atRunTime = newest.install.crds
      .filter(({ from }) => from === 'runtime')
      .map(({ name: crd, kind }) => `${crd.slice(crd.indexOf('.') + 1)}/${kind}`);
    const [older, newer] = [versionLabel(oldest), versionLabel(newest)];
    return engines.map((engine) => ({
      engine,
      charts,
      name,
      older,
      newer,
      goal: oldest.version,
      objects,
      atRunTime,
    }));
  });
  return { requests, missing };
}

const collator = new Intl.Collator('en', { numeric: true });

function byVersion(one: CapabilityPackage, other: CapabilityPackage): number {
  return collator.compare(one.version, other.version) || one.release - other.release;
}

function latestRelease(sorted: readonly CapabilityPackage[], one: CapabilityPackage | undefined) {
  return sorted.findLast(({ version }) => version === one?.version);
}
