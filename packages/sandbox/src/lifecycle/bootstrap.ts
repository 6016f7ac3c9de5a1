import { arch } from 'node:os';
import { type KubernetesObject, type ObjectReference, referenceTo } from '@capstan/base';
import { conditionsOf, type KubeClient } from '@capstan/kube';
import type { Waiting } from './waiting.ts';

/** The one Node of a sandbox. */
const NODE_NAME = 'sandbox';
/** Go's name of this machine's architecture, which is what Node labels carry. */
const ARCHITECTURE = arch() === 'x64' ? 'amd64' : arch();

/** The Node, marked as simulated. Its status is written by kwok or by the simulated controllers. */
export const NODE: KubernetesObject = {
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

/**
 * The default StorageClass. Claims are bound by the controller-manager's host path provisioner, or by the simulated one;
 * nothing is ever written there.
 */
export const STORAGE_CLASS: KubernetesObject = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'standard', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
  provisioner: 'kubernetes.io/host-path',
  reclaimPolicy: 'Delete',
  volumeBindingMode: 'Immediate',
};

const DEFAULT_ACCOUNT: ObjectReference = {
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  name: 'default',
  namespace: 'default',
};

/** Makes the Node and the default StorageClass and waits until Pods can be scheduled and have their ServiceAccount. */
export async function createNode(client: KubeClient, wait: Waiting): Promise<void> {
  await Promise.all([NODE, STORAGE_CLASS].map((object) => client.apply(object, { fieldManager: 'capstan-sandbox' })));
  await wait.until('the Node', async () => {
    const node = await client.get(referenceTo(NODE));
    return node !== undefined && conditionsOf(node).some(({ type, status }) => type === 'Ready' && status === 'True');
  });
  await wait.until('the default ServiceAccount', async () => (await client.get(DEFAULT_ACCOUNT)) !== undefined);
}
