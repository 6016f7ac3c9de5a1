import { randomUUID } from 'node:crypto';
import type { KubeObject } from '../model/object.ts';
import type { Store } from '../storage/store.ts';

const NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];

/** Writes the objects that every cluster begins with, where they are missing. `now` is RFC 3339 with seconds. */
export function writeBootstrapObjects(store: Store, now: string): void {
  for (const name of NAMESPACES) write(store, 'namespaces.', '', name, namespaceObject(name, now));
}

function write(store: Store, key: string, namespace: string, name: string, object: KubeObject): void {
  if (!store.get(key, namespace, name)) store.write({ key, namespace, name, expected: 0, object });
}

function namespaceObject(name: string, now: string): KubeObject {
  return {
    kind: 'Namespace',
    apiVersion: 'v1',
    metadata: {
      name,
      uid: randomUUID(),
      creationTimestamp: now,
      labels: { 'kubernetes.io/metadata.name': name },
    },
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  };
}
