import { isCapstanError, type KubernetesObject } from '@capstan/base';
import { KUBE_CODES } from '@capstan/kube';
import { ROOT_CA_NAME, type SimulatedCluster } from '../frame/cluster.ts';
import type { Controller, KeySink } from '../frame/controller.ts';
import { deepEqual } from '../model/equality.ts';
import { KINDS } from '../model/kinds.ts';

const DESCRIPTION =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.';

/** Gives each namespace what Pods need: the ServiceAccount `default` and the ConfigMap kube-root-ca.crt. */
export class Namespaces implements Controller {
  readonly name = 'namespace-defaults';
  readonly #cluster: SimulatedCluster;

  constructor(cluster: SimulatedCluster) {
    this.#cluster = cluster;
  }

  watch(queue: KeySink): void {
    const { namespaces, serviceAccounts, rootCas } = this.#cluster;
    namespaces.onChange((one) => queue.add(one.metadata.name));
    serviceAccounts.onChange((one, _old, type) => type === 'DELETED' && queue.add(one.metadata.namespace ?? ''));
    rootCas.onChange((one) => queue.add(one.metadata.namespace ?? ''));
  }

  async reconcile(namespace: string): Promise<void> {
    if (!this.#cluster.namespaces.get(namespace) || !this.#cluster.isOpen(namespace)) return;
    await Promise.all([this.#serviceAccount(namespace), this.#rootCa(namespace)]);
  }

  async #serviceAccount(namespace: string): Promise<void> {
    const { serviceAccounts } = this.#cluster;
    if (serviceAccounts.get('default', namespace)) return;
    await this.#unlessThere(
      serviceAccounts.create({ ...KINDS.serviceAccount, metadata: { name: 'default', namespace } }),
    );
  }

  async #rootCa(namespace: string): Promise<void> {
    const { rootCas, options } = this.#cluster;
    const data = { 'ca.crt': options.rootCa };
    const annotations = { 'kubernetes.io/description': DESCRIPTION };
    const known = rootCas.get(ROOT_CA_NAME, namespace);
    if (known && deepEqual(known['data'], data)) return;
    if (known) await rootCas.update({ ...known, data });
    else {
      const metadata = { name: ROOT_CA_NAME, namespace, annotations };
      await this.#unlessThere(rootCas.create({ ...KINDS.configMap, metadata, data }));
    }
  }

  /** A namespace may come with them, as when a backup is played back. */
  async #unlessThere(created: Promise<KubernetesObject>): Promise<void> {
    await created.catch((error: unknown) => {
      if (!isCapstanError(error, KUBE_CODES.conflict)) throw error;
    });
  }
}
