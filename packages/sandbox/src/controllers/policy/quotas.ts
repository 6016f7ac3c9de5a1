import type { ReconcileResult } from '@capstan/kube';
import { orGone } from '../frame/claim.ts';
import type { SimulatedCluster } from '../frame/cluster.ts';
import type { Controller, KeySink } from '../frame/controller.ts';
import { deepEqual } from '../model/equality.ts';
import { keyOf, partsOf } from '../model/meta.ts';
import { isFinished } from '../pods/pod-state.ts';
import { countedResource, usedOf } from './quota-usage.ts';

/** One count answers the changes of many objects. */
const CHANGE_MS = 50;
/** Resources that are not followed are counted again after this time. */
const PERIOD_MS = 10_000;

/** Says for each ResourceQuota how much of it is used. Nothing here enforces it. */
export class Quotas implements Controller {
  readonly name = 'resourcequota';
  readonly #cluster: SimulatedCluster;

  constructor(cluster: SimulatedCluster) {
    this.#cluster = cluster;
  }

  watch(queue: KeySink): void {
    const { quotas, pods, services, claims } = this.#cluster;
    const changed = (namespace: string | undefined) => {
      for (const quota of quotas.list(namespace)) queue.addAfter(keyOf(quota), CHANGE_MS);
    };
    quotas.onChange((quota, old, type) => {
      if (type !== 'MODIFIED' || !deepEqual(quota.spec, old?.spec)) queue.add(keyOf(quota));
    });
    pods.onChange((pod, old, type) => {
      if (type !== 'MODIFIED' || (old && isFinished(pod) !== isFinished(old))) changed(pod.metadata.namespace);
    });
    services.onChange((service) => changed(service.metadata.namespace));
    claims.onChange((claim, _old, type) => type !== 'MODIFIED' && changed(claim.metadata.namespace));
  }

  async reconcile(key: string): Promise<ReconcileResult | undefined> {
    const { namespace, name } = partsOf(key);
    const { quotas, pods, services, claims } = this.#cluster;
    const quota = quotas.get(name, namespace);
    if (!quota || !this.#cluster.isOpen(namespace)) return undefined;
    const { hard = {} } = quota.spec;
    const listed = new Set(Object.keys(hard).flatMap((one) => countedResource(one) ?? []));
    const counts = new Map<string, number | undefined>();
    for (const resource of listed) counts.set(resource, await this.#count(resource, namespace));
    const used = usedOf(quota, {
      pods: pods.list(namespace),
      services: services.list(namespace),
      claims: claims.list(namespace),
      count: (resource) => counts.get(resource),
    });
    const status = { hard, used };
    if (!deepEqual(quota.status, status)) await orGone(quotas.updateStatus({ ...quota, status }));
    return listed.size === 0 ? undefined : { requeueAfterMs: PERIOD_MS };
  }

  async #count(resource: string, namespace: string): Promise<number | undefined> {
    const { client } = this.#cluster;
    const served = await client.discovery.findByName(resource);
    return served && (await client.list(served, { namespace })).items.length;
  }
}
