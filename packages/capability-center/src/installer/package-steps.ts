import type { JsonObject } from '@capstan/base';
import { PACKAGE_LABEL, type ProbeStatus } from '@capstan/capability-model';
import { ensureNamespace } from '@capstan/kube';
import type { ProbeFacts } from '../health/probes.ts';
import type { CrdPlan, PackagePlan, UnitPlan } from '../plan/types.ts';
import { applyCrds, usesWebhook } from './apply-crds.ts';
import { type GraphNode, runGraph } from './graph.ts';
import { installUnit, unitLimit } from './install-unit.ts';
import { applyManifests } from './manifests-unit.ts';
import { migrateObjects } from './migrate.ts';
import { type PreparedPackage, renderedCrds } from './prepared.ts';
import { waitForProbes } from './probe-step.ts';
import { goingDefinitions, withdrawDefinitions } from './publish-definitions.ts';
import type { Run } from './run.ts';

/** Packages that are put in place at the same time. More helps little: Helm processes share the same few cores. */
const PARALLEL_UNITS = 4;
const PARALLEL_CRDS = 4;

/** What the steps of a package work with. */
export interface PackageWork {
  readonly prepared: readonly PreparedPackage[];
  readonly facts: ProbeFacts;
}

/**
 * Puts packages in place: first the CRDs of all of them and what is stored of them; then the units of all packages as one
 * graph: a package begins when the blocking checks of those that it needs for its installation are passed, independent ones run side by side.
 * Answers what the checks found, by package.
 */
export async function putInPlace(run: Run, work: PackageWork): Promise<ReadonlyMap<string, ProbeStatus[]>> {
  const probes = new Map<string, ProbeStatus[]>();
  const late = new Map<string, readonly CrdPlan[]>();
  const signal = run.signal;
  const crds = work.prepared.filter(({ planned }) => planned.crds.length > 0);
  await runGraph(
    crds.map((one) => ({
      id: one.planned.name,
      after: [],
      run: async () => void late.set(one.planned.name, await crdSteps(run, one)),
    })),
    { limit: PARALLEL_CRDS, signal },
  );
  const nodes = work.prepared.flatMap((one, index) => {
    const earlier = new Set(work.prepared.slice(0, index).map(({ planned }) => planned.name));
    const { requires, onlyToRun = [] } = one.planned;
    const needed = requires.filter((name) => earlier.has(name) && !onlyToRun.includes(name));
    const migrations = late.get(one.planned.name) ?? [];
    return packageNodes(run, one, { needed, migrations, facts: work.facts, probes });
  });
  await runGraph(nodes, { limit: PARALLEL_UNITS, signal });
  return probes;
}

/** Applies the CRDs; answers those whose objects can only be migrated once the package itself converts them. */
async function crdSteps(run: Run, prepared: PreparedPackage): Promise<readonly CrdPlan[]> {
  const { planned } = prepared;
  const { name, crds } = planned;
  const detail = { crds: crds.map((crd) => crd.name), version: planned.version };
  // A version that the new CRD lacks can only be left while the CRD in the cluster still has it.
  for (const crd of crds) if (crd.migrate?.when === 'before') await migrateObjects(run, name, crd);
  const objects = await run.step({ kind: 'crd', package: name, text: `${crds.length} CRDs`, detail }, async () => {
    const rendered = await renderedCrds(run.context, prepared, run.signal);
    await applyCrds(run, rendered, planned);
    return rendered;
  });
  const converted = new Set(objects.filter(usesWebhook).map(({ metadata }) => metadata.name));
  const migrations = crds.filter(({ migrate }) => migrate?.when === 'after');
  for (const crd of migrations) if (!converted.has(crd.name)) await migrateObjects(run, name, crd);
  return migrations.filter((crd) => converted.has(crd.name));
}

interface NodeSources {
  /** Packages that come before this one. */
  readonly needed: readonly string[];
  readonly migrations: readonly CrdPlan[];
  readonly facts: ProbeFacts;
  readonly probes: Map<string, ProbeStatus[]>;
}

function packageNodes(run: Run, prepared: PreparedPackage, sources: NodeSources): GraphNode[] {
  const { planned } = prepared;
  const { name } = planned;
  const first = `${name}/namespace`;
  const unitNode = (id: string) => `${name}/unit/${id}`;
  return [
    {
      id: first,
      after: sources.needed.map((other) => `${other}/probe`),
      run: async () => {
        await withdrawStep(run, planned);
        await namespaceStep(run, planned);
      },
    },
    ...planned.units.map((unit) => ({
      id: unitNode(unit.id),
      after: [first, ...unit.after.map(unitNode)],
      run: () => unitStep(run, prepared, unit),
    })),
    {
      id: `${name}/probe`,
      after: [first, ...planned.units.map(({ id }) => unitNode(id))],
      run: async () => {
        const found = await run.step({ kind: 'probe', package: name, text: 'checks' }, () =>
          waitForProbes(run, planned.metadata, sources.facts),
        );
        sources.probes.set(name, found);
        for (const crd of sources.migrations) await migrateObjects(run, name, crd);
      },
    },
  ];
}

/** Definitions that the new version lacks go before what stands behind them does. */
async function withdrawStep(run: Run, planned: PackagePlan): Promise<void> {
  const going = goingDefinitions(planned);
  if (going.length === 0) return;
  const names = going.map(({ name }) => name);
  const step = { kind: 'withdraw', package: planned.name, text: `withdraw ${names.join(', ')}` } as const;
  await run.step({ ...step, detail: { definitions: names } }, () => withdrawDefinitions(run, planned.name, going));
}

async function namespaceStep(run: Run, { name, namespace, units }: PackagePlan): Promise<void> {
  const namespaces = [...new Set([namespace.name, ...units.map((unit) => unit.namespace)])];
  const step = { kind: 'namespace', package: name, text: `namespace ${namespaces.join(', ')}` } as const;
  await run.step({ ...step, detail: { namespaces } }, async () => {
    for (const each of namespaces) {
      await ensureNamespace(run.context.client, each, { labels: { [PACKAGE_LABEL]: name }, signal: run.signal });
    }
  });
}

/** Puts the units of one package in place, each after those that it comes after. */
export async function unitSteps(run: Run, prepared: PreparedPackage): Promise<void> {
  const nodes = prepared.planned.units.map((unit) => ({
    id: unit.id,
    after: unit.after,
    run: () => unitStep(run, prepared, unit),
  }));
  await runGraph(nodes, { limit: PARALLEL_UNITS, signal: run.signal });
}

async function unitStep(run: Run, { planned, units }: PreparedPackage, unit: UnitPlan): Promise<void> {
  const prepared = units.find((one) => one.unit.id === unit.id);
  const { name } = planned;
  const detail: JsonObject = { unit: unit.id, namespace: unit.namespace, digest: unit.digest };
  if (prepared?.type === 'helm' && unit.type === 'helm') {
    const text = `Helm release ${unit.release} (${unit.chart.name} ${unit.chart.version})`;
    const release = { ...detail, release: unit.release, limitMs: unitLimit(run, unit) };
    const work = { packageName: name, prepared, planned: unit, adopt: planned.adopts !== undefined };
    await run.step({ kind: 'unit', package: name, text, detail: release }, () => installUnit(run, work));
  } else if (prepared?.type === 'manifests' && unit.type === 'manifests') {
    const text = `${prepared.objects.length} objects of unit ${unit.id}`;
    await run.step({ kind: 'unit', package: name, text, detail }, () => applyManifests(run, planned, prepared, unit));
  }
}
