import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { KubernetesObject } from '@capstan/base';
import {
  type CapabilityPackage,
  capabilityCustomResourceDefinitions,
  digestOf,
  SYSTEM_NAMESPACE,
} from '@capstan/capability-model';
import { createHelm } from '@capstan/helm-ts';
import { connect, ensureNamespace, healthOf, type KubeClient, waitFor } from '@capstan/kube';
import { oamCustomResourceDefinitions } from '@capstan/oam-model';
import { catalogOf, type InstallerContext, readPackageFolder, resolveChart } from '../../src/index.ts';

const root = fileURLToPath(new URL('../../../../', import.meta.url));

/** The directory of the stand-in charts. */
export const STAND_INS = `${root}charts/stand-ins`;

/** The keda package of this repository. */
export const kedaPackage = (): Promise<CapabilityPackage> => readPackageFolder(`${root}plugins/keda`);

/** What the installer works with in a test's cluster: these packages, and charts from these directories. */
export async function installerFor(
  kubeconfig: string,
  packages: readonly CapabilityPackage[],
  charts: readonly string[] = [STAND_INS],
): Promise<InstallerContext> {
  const [client, helm] = await Promise.all([connect({ kubeconfig }), createHelm({ kubeconfig })]);
  const entries = packages.map((metadata) => ({ center: 'capstan', metadata, digest: digestOf(metadata) }));
  const mirrors = charts.map((directory) => ({ name: 'stand-ins', directory }));
  return {
    client,
    helm,
    catalog: catalogOf(entries, ['capstan']),
    resolveChart: (_center, chart) => resolveChart(chart, mirrors),
  };
}

/** Puts Capstan's and OAM's kinds and the system namespace into a cluster, as `system install` does. */
export async function prepareCluster(client: KubeClient): Promise<void> {
  const crds: KubernetesObject[] = [...capabilityCustomResourceDefinitions(), ...oamCustomResourceDefinitions()];
  for (const crd of crds) await client.apply(crd, { fieldManager: 'capstan-system' });
  for (const { apiVersion, kind, metadata } of crds) {
    const established = (live: KubernetesObject | undefined) => live !== undefined && healthOf(live).status === 'ready';
    await waitFor(client, { apiVersion, kind, name: metadata.name }, established, { timeoutMs: 20_000 });
  }
  client.discovery.invalidate();
  await ensureNamespace(client, SYSTEM_NAMESPACE);
}

/** A directory with one chart, version 1.0.0, whose templates are these texts. Answers the directory of charts. */
export async function chartDirectory(name: string, templates: Readonly<Record<string, string>>): Promise<string> {
  const charts = await mkdtemp(join(tmpdir(), 'capstan-charts-'));
  const chart = join(charts, name, '1.0.0');
  await mkdir(join(chart, 'templates'), { recursive: true });
  await writeFile(join(chart, 'Chart.yaml'), `apiVersion: v2\nname: ${name}\nversion: 1.0.0\n`);
  for (const [file, text] of Object.entries(templates)) await writeFile(join(chart, 'templates', file), text);
  return charts;
}
