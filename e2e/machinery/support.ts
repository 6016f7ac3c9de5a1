import { randomUUID } from 'node:crypto';
import type { KubernetesObject, ObjectReference } from '@capstan/base';
import { connect, type InformerEvent, type InformerOptions, type KubeClient, startInformer } from '@capstan/kube';
import { type FaultProxy, type ProxiedRequest, startFaultProxy } from '@capstan/sandbox/testing';
import { inject, onTestFinished } from 'vitest';

/** Two ways to the shared control plane: one through the proxy that breaks things, one past it. */
export interface Stage {
  readonly proxy: FaultProxy;
  /** Goes through the proxy. */
  readonly client: KubeClient;
  readonly direct: KubeClient;
  readonly namespace: string;
}

/** A proxy, clients and a namespace for one test. */
export async function aStage(): Promise<Stage> {
  const kubeconfig = inject('kubeconfig');
  const proxy = await startFaultProxy({ kubeconfig });
  const client = await connect({ kubeconfig: proxy.kubeconfig });
  const direct = await connect({ kubeconfig });
  onTestFinished(async () => {
    client.close();
    direct.close();
    await proxy.stop();
  });
  const namespace = `machinery-${randomUUID().slice(0, 8)}`;
  await direct.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  return { proxy, client, direct, namespace };
}

export const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap' } as const;

/** A ConfigMap with the label that these tests' informers select. */
export function aConfigMap(namespace: string, name: string, value: string): KubernetesObject {
  return { ...CONFIG_MAP, metadata: { name, namespace, labels: { followed: 'yes' } }, data: { value } };
}

/** The reference to a ConfigMap. */
export function configMap(namespace: string, name: string): ObjectReference {
  return { ...CONFIG_MAP, namespace, name };
}

/** Watches of ConfigMaps. */
export const isWatch = ({ path, query }: ProxiedRequest) =>
  path.endsWith('/configmaps') && query.get('watch') === 'true';

/** Lists of ConfigMaps. */
export const isList = ({ method, path, query }: ProxiedRequest) =>
  method === 'GET' && path.endsWith('/configmaps') && query.get('watch') === null;

/** Starts an informer of the stage's labelled ConfigMaps through the proxy; `told` lists what it told. */
export function follow({ client, namespace }: Stage, options: Partial<InformerOptions> = {}) {
  const stop = new AbortController();
  const told: string[] = [];
  const informer = startInformer(client, {
    kind: CONFIG_MAP,
    namespace,
    labelSelector: 'followed=yes',
    signal: stop.signal,
    onEvent: ({ type, object }: InformerEvent) => told.push(`${type} ${object.metadata.name}`),
    ...options,
  });
  onTestFinished(() => {
    stop.abort(new Error('the test is over'));
    return informer.stopped;
  });
  return { informer, told };
}
