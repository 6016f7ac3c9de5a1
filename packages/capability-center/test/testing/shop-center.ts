import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digestOf } from '@capstan/capability-model';
import { createHelm } from '@capstan/helm-ts';
import { connect } from '@capstan/kube';
import { catalogOf, type InstallerContext, resolveChart } from '../../src/index.ts';
import { type TestCenter, type TestPackage, writeTestCenter } from '../../src/testing/index.ts';

/**
 * A diamond in two versions: `shop` needs `cart` and `search`, which both need `store`. Version 2 of `store` adds a field
 * to its CRD.
 */
export const SHOP_PACKAGES: readonly TestPackage[] = ['1.0.0', '2.0.0'].flatMap((version): TestPackage[] => {
  const range = `^${version}`;
  const spec = { size: { type: 'integer' }, ...(version === '2.0.0' ? { color: { type: 'string' } } : {}) };
  const fields = { upgrade: { from: ['>=1.0.0'] } };
  return [
    { name: 'store', version, fields, chart: { crds: [{ kind: 'Thing', spec }] } },
    { name: 'cart', version, fields, needs: { store: range } },
    { name: 'search', version, fields, needs: { store: range } },
    { name: 'shop', version, fields, needs: { cart: range, search: range } },
  ];
});

/** Writes a center with these packages; answers its directory of charts and the context of an installer for it. */
export async function testInstaller(kubeconfig: string, packages: readonly TestPackage[] = SHOP_PACKAGES) {
  const directory = await mkdtemp(join(tmpdir(), 'capstan-shop-'));
  const center = await writeTestCenter(directory, { packages });
  return { directory, center, context: await installerOf(kubeconfig, center) };
}

/** An installer for the packages of a center that was written before. */
export async function installerOf(
  kubeconfig: string,
  { charts, packages }: Pick<TestCenter, 'charts' | 'packages'>,
): Promise<InstallerContext> {
  const [client, helm] = await Promise.all([connect({ kubeconfig }), createHelm({ kubeconfig })]);
  const entries = packages.map((metadata) => ({ center: 'test', metadata, digest: digestOf(metadata) }));
  return {
    client,
    helm,
    catalog: catalogOf(entries, ['test']),
    resolveChart: (_center, chart) => resolveChart(chart, [{ name: 'test-charts', directory: charts }]),
  };
}
