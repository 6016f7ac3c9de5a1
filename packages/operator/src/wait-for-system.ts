import type { KubernetesObject } from '@capstan/base';
import { healthOf, startInformer } from '@capstan/kube';
import { kindsOf, waitServed } from './install.ts';
import { systemCrds } from './manifests.ts';
import type { OperatorOptions } from './options.ts';

/** Resolves once every CRD is established and served. Follows the CRDs by a watch, so it goes on within moments. */
export async function waitForSystem({ client, log, signal, onState }: OperatorOptions): Promise<void> {
  const wanted = systemCrds();
  const done = new AbortController();
  const ended = AbortSignal.any([signal, done.signal]);
  const informer = startInformer(client, {
    kind: { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' },
    log,
    signal: ended,
  });
  const isThere = ({ metadata: { name } }: KubernetesObject) => {
    const live = informer.get(name);
    return live !== undefined && healthOf(live).status === 'ready';
  };
  try {
    await informer.synced;
    await new Promise<void>((resolve) => {
      let told = false;
      const check = () => {
        const missing = wanted.filter((crd) => !isThere(crd)).map((crd) => crd.metadata.name);
        if (missing.length === 0) return resolve();
        if (!told) onState?.({ state: 'waiting', missing });
        told = true;
      };
      check();
      informer.onChange(check);
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  } finally {
    done.abort();
    await informer.stopped;
  }
  signal.throwIfAborted();
  await Promise.all(wanted.flatMap(kindsOf).map((kind) => waitServed(client, kind, { signal })));
}
