import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readReleaseRecord } from '../adopt/release-record.ts';
import { helmOutput } from '../installer/helm-notes.ts';
import { INSTALLER } from '../installer/labels.ts';
import { recoverRelease } from '../installer/recover-release.ts';
import type { Run } from '../installer/run.ts';
import { isPending, type ReleaseState } from '../plan/release-state.ts';
import type { HelmUnitPlan } from '../plan/types.ts';
import { writeRecordedChart } from './recorded-chart.ts';

const KEEP = { 'helm.sh/resource-policy': 'keep' } as const;

/**
 * Takes the CRDs out of a Helm release that would delete them, with every object of their kinds, when it is uninstalled:
 * those of its manifest without the keep policy. Helm reads that policy in its own record and not in the live object, so
 * an annotation alone does not hold. The live CRDs get the policy, for upgrades do read it there; then the release
 * becomes what it is without them, by an upgrade to a chart made from its own record, which needs no registry. The CRDs
 * stay marked as that release's, so that a later one of its name takes them up. Repeating it changes nothing.
 */
export async function keepCrds(
  run: Run,
  packageName: string,
  unit: HelmUnitPlan,
  release: ReleaseState,
): Promise<void> {
  const { client, helm } = run.context;
  const record = await readReleaseRecord(client, unit.release, unit.namespace);
  const endangered = (record?.crds ?? []).filter((crd) => !record?.keptCrds.includes(crd));
  if (!record || endangered.length === 0) return;
  const text = `${endangered.length} CRDs are taken out of release ${unit.release}, so that they stay`;
  run.note('unit', text, packageName);
  await protectCrds(run, endangered);
  const state = isPending(release) ? await recoverRelease(run, release) : release;
  if (!state) return;
  const directory = await mkdtemp(join(tmpdir(), 'capstan-release-'));
  try {
    await writeRecordedChart(directory, record);
    await helm.upgrade(unit.release, directory, {
      namespace: unit.namespace,
      values: record.values,
      labels: record.labels,
      noHooks: true,
      // The release goes in a moment: who else set one of its fields does not matter any more.
      forceConflicts: true,
      timeLimitMs: Math.min(unit.timeoutSeconds * 1000, run.remainingMs()),
      signal: run.signal,
      onOutput: helmOutput(run, packageName),
    });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Makes Helm's upgrades leave CRDs alone that their chart brings no more. */
export async function protectCrds(run: Run, names: readonly string[]): Promise<void> {
  const { client } = run.context;
  for (const name of names) {
    const crd = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name };
    const live = await client.get(crd);
    if (!live || live.metadata.annotations?.['helm.sh/resource-policy'] === 'keep') continue;
    await client.patch(crd, { metadata: { annotations: KEEP } }, { fieldManager: INSTALLER });
  }
}
