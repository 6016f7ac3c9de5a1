import { randomUUID } from 'node:crypto';
import { startTestServer } from '@capstan/apiserver/testing';
import { type KubernetesObject, type ObjectReference, silentLogger } from '@capstan/base';
import {
  connect,
  createInformerHub,
  type InformerHub,
  type KubeClient,
  type RequestTrace,
  requestChannel,
  waitFor,
  waitUntilServed,
} from '@capstan/kube';
import { OAM_API_VERSION, oamCustomResourceDefinitions } from '@capstan/oam-model';
import { onTestFinished } from 'vitest';

/** How long a test waits for the cluster. */
const DEADLINE_MS = 30_000;

/** A cluster of the test's own that knows the OAM kinds. */
export interface TestCluster {
  readonly client: KubeClient;
  readonly namespace: string;
  /** Resolves when an object holds; what is asked of it is asked of `undefined` when it does not exist. */
  until(
    reference: ObjectReference,
    holds: (object: KubernetesObject | undefined) => boolean,
  ): Promise<KubernetesObject>;
  newNamespace(): Promise<string>;
  stop(): Promise<void>;
}

/** Starts a server in this process with the OAM kinds installed. */
export async function startCluster(): Promise<TestCluster> {
  const server = await startTestServer();
  const client = await connect({ kubeconfig: server.kubeconfigPath });
  const newNamespace = async () => {
    const name = `test-${randomUUID().slice(0, 8)}`;
    await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    return name;
  };
  const crds = oamCustomResourceDefinitions();
  await Promise.all(crds.map((crd) => client.create({ ...crd })));
  await Promise.all(
    crds.map(({ spec }) => waitUntilServed(client, { apiVersion: OAM_API_VERSION, kind: spec.names.kind })),
  );
  return {
    client,
    namespace: await newNamespace(),
    until: async (reference, holds) =>
      (await waitFor(client, reference, holds, { timeoutMs: DEADLINE_MS })) as KubernetesObject,
    newNamespace,
    stop: async () => {
      client.close();
      await server.stop();
    },
  };
}

/** A hub for the time of a test. */
export function aHub(client: KubeClient): { hub: InformerHub; signal: AbortSignal; stop: () => Promise<void> } {
  const stop = new AbortController();
  const hub = createInformerHub(client, { log: silentLogger, signal: stop.signal });
  const end = () => {
    stop.abort(new Error('the test is over'));
    return hub.stopped();
  };
  onTestFinished(end);
  return { hub, signal: stop.signal, stop: end };
}

/** The writes from now on, as `METHOD path`, until the test ends. */
export function recordWrites(): string[] {
  const writes: string[] = [];
  const subscriber = {
    start: ({ method, path }: RequestTrace) => {
      if (method !== 'GET') writes.push(`${method} ${path}`);
    },
  };
  requestChannel.subscribe(subscriber as Parameters<typeof requestChannel.subscribe>[0]);
  onTestFinished(() => {
    requestChannel.unsubscribe(subscriber as Parameters<typeof requestChannel.subscribe>[0]);
  });
  return writes;
}
