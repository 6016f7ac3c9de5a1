import { createHelm } from '@capstan/helm-ts';
import { connect, ensureNamespace, type KubeClient } from '@capstan/kube';
import { startControlPlane, type TestControlPlane } from '@capstan/sandbox/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { detectInstalled, readReleaseRecord } from '../src/index.ts';
import { catalogOf } from '../src/registry/catalog.ts';
import { kedaPackage, prepareCluster, STAND_INS } from './testing/cluster.ts';

const SECRET_WORD = 'open-sesame';

let cluster: TestControlPlane;
let client: KubeClient;

beforeAll(async () => {
  cluster = await startControlPlane();
  client = await connect({ kubeconfig: cluster.kubeconfig });
  await prepareCluster(client);
  await ensureNamespace(client, 'keda');
});

afterAll(async () => {
  client?.close();
  await cluster?.stop();
});

test('a KEDA that somebody installed with Helm is found with its version, its CRDs and its release, never its values', async () => {
  const keda = await kedaPackage();
  const catalog = catalogOf([{ center: 'capstan', metadata: keda, digest: 'sha256:k' }], ['capstan']);
  expect(await detectInstalled(client, catalog)).toEqual([]);
  const helm = await createHelm({ kubeconfig: cluster.kubeconfig });
  const values = { podLabels: { word: SECRET_WORD } };
  await helm.install('keda', `${STAND_INS}/keda/${keda.version}`, { namespace: 'keda', values });
  await helm.upgrade('keda', `${STAND_INS}/keda/${keda.version}`, { namespace: 'keda', values });

  const [found, ...others] = await detectInstalled(client, catalog);
  expect(others).toEqual([]);
  expect(found).toMatchObject({
    package: 'keda',
    offered: keda.version,
    adoptable: true,
    releases: [{ name: 'keda', namespace: 'keda', revision: 2, status: 'deployed', keptCrds: [] }],
  });
  expect(found?.crds.map(({ release }) => release)).toContain('keda/keda');
  expect(JSON.stringify(found)).not.toContain(SECRET_WORD);
  const record = await readReleaseRecord(client, 'keda', 'keda');
  expect(record?.values).toEqual(values);
  expect(record?.crds).toContain('scaledobjects.keda.sh');

  // Helm takes the CRDs with it; what it left would still be found, as possible.
  await helm.uninstall('keda', { namespace: 'keda', wait: true });
  expect(await detectInstalled(client, catalog)).toEqual([]);
});
