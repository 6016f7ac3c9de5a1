import { arch } from 'node:os';
import type { KubernetesObject } from '@capstan/base';
import { callApi } from './https.ts';
import type { SandboxPaths } from './paths.ts';
import type { Waiting } from './waiting.ts';

/** The one Node of a sandbox. */
const NODE_NAME = 'sandbox';
/** Go's name of this machine's architecture, which is what Node labels carry. */
const ARCHITECTURE = arch() === 'x64' ? 'amd64' : arch();

const NODE: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: {
    name: NODE_NAME,
    // clusterFacts() tells by this annotation that Pods are simulated.
    annotations: { 'kwok.x-k8s.io/node': 'fake' },
    labels: {
      'kubernetes.io/hostname': NODE_NAME,
      'kubernetes.io/os': 'linux',
      'kubernetes.io/arch': ARCHITECTURE,
      type: 'kwok',
    },
  },
};

/** Claims are bound by the controller-manager's host path provisioner; nothing is ever written there. */
const STORAGE_CLASS: KubernetesObject = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'standard', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
  provisioner: 'kubernetes.io/host-path',
  reclaimPolicy: 'Delete',
  volumeBindingMode: 'Immediate',
};

/** Makes the Node and the default StorageClass and waits until Pods can be scheduled and have their ServiceAccount. */
export async function createNode(paths: SandboxPaths, port: number, wait: Waiting): Promise<void> {
  const apply = async (path: string, object: KubernetesObject) => {
    const { status } = await callApi(paths, port, {
      method: 'PATCH',
      path: `${path}/${object.metadata.name}?fieldManager=capstan-sandbox`,
      body: JSON.stringify(object),
    });
    return status === 200 || status === 201;
  };
  await wait.until('the Node', () => apply('/api/v1/nodes', NODE));
  await wait.until('the StorageClass', () => apply('/apis/storage.k8s.io/v1/storageclasses', STORAGE_CLASS));
  await wait.until('the Node', async () => {
    const { status, body } = await callApi(paths, port, { method: 'GET', path: `/api/v1/nodes/${NODE_NAME}` });
    return status === 200 && isReady(JSON.parse(body) as KubernetesObject);
  });
  await wait.until('the default ServiceAccount', async () => {
    const path = '/api/v1/namespaces/default/serviceaccounts/default';
    return (await callApi(paths, port, { method: 'GET', path })).status === 200;
  });
}

function isReady(node: KubernetesObject): boolean {
  const status = node['status'] as { conditions?: { type: string; status: string }[] } | undefined;
  return status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') ?? false;
}
