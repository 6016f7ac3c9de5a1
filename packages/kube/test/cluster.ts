import { randomUUID } from 'node:crypto';
import type { KubernetesObject } from '@capstan/base';
import { inject, onTestFinished } from 'vitest';
import { type ConnectOptions, connect, type KubeClient } from '../src/index.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of the kubeconfig of the control plane that all cluster tests of a run share. */
    kubeconfig: string;
  }
}

/** A client for the shared control plane, closed when the test ends. */
export async function cluster(options: ConnectOptions = {}): Promise<KubeClient> {
  const client = await connect({ kubeconfig: inject('kubeconfig'), ...options });
  onTestFinished(() => client.close());
  return client;
}

/** A name that no other test uses. */
export function unique(prefix: string): string {
  return `${prefix}-${randomUUID().slice(0, 8)}`;
}

/** A namespace of the test's own. It is left to die with the control plane: deleting it would cost seconds. */
export async function aNamespace(client: KubeClient): Promise<string> {
  const name = unique('kube');
  await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  return name;
}

/** A ConfigMap. */
export function aConfigMap(namespace: string, name: string, data: Record<string, string> = {}): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data };
}

/** A CRD of a namespaced kind `Gadget` in a group of its own, with any content. */
export function aGadgetDefinition(group: string): KubernetesObject {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `gadgets.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural: 'gadgets', singular: 'gadget', kind: 'Gadget', listKind: 'GadgetList' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        },
      ],
    },
  };
}
