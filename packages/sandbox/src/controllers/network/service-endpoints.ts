import { orGone } from '../frame/claim.ts';
import type { SimulatedCluster } from '../frame/cluster.ts';
import type { Controller, KeySink } from '../frame/controller.ts';
import type { Pod } from '../model/core-types.ts';
import { deepEqual } from '../model/equality.ts';
import { isDeleting, keyOf, partsOf } from '../model/meta.ts';
import { hasLabels } from '../model/selector.ts';
import { isFinished, isReady } from '../pods/pod-state.ts';
import { hasEndpoints } from './endpoint-state.ts';
import { planEndpoints } from './endpoints-plan.ts';
import { MANAGED_BY, MANAGER, planSlices, SERVICE_LABEL } from './slice-plan.ts';

/** Pods become ready in groups; one slice answers them all, and the more slices there are, the more Pods. */
const POD_CHANGE_MS = 10;

/** Keeps the EndpointSlices of Services with selectors. */
export class ServiceEndpoints implements Controller {
  readonly name = 'endpointslice';
  readonly #cluster: SimulatedCluster;

  constructor(cluster: SimulatedCluster) {
    this.#cluster = cluster;
  }

  watch(queue: KeySink): void {
    const { services, pods, endpointSlices } = this.#cluster;
    services.onChange((service, old, type) => {
      const same = deepEqual([service.spec, service.metadata.labels], [old?.spec, old?.metadata.labels]);
      if (type !== 'MODIFIED' || !same) queue.add(keyOf(service));
    });
    endpointSlices.onChange((slice, _old, type) => {
      const { labels = {}, namespace } = slice.metadata;
      if (type === 'DELETED' && labels[MANAGED_BY] === MANAGER) queue.add(`${namespace}/${labels[SERVICE_LABEL]}`);
    });
    pods.onChange((pod, old, type) => {
      if (type === 'MODIFIED' && old && !matters(pod, old)) return;
      for (const service of services.list(pod.metadata.namespace)) {
        const { selector } = service.spec;
        if (!hasEndpoints(service)) continue;
        if (hasLabels(pod.metadata.labels, selector) || hasLabels(old?.metadata.labels, selector)) {
          const slices = endpointSlices.controlledBy(service.metadata.uid).length;
          queue.addAfter(keyOf(service), POD_CHANGE_MS * Math.max(1, slices ** 2));
        }
      }
    });
  }

  async reconcile(key: string): Promise<void> {
    const { namespace, name } = partsOf(key);
    await Promise.all([this.#slices(namespace, name), this.#endpoints(namespace, name)]);
  }

  async #slices(namespace: string, name: string): Promise<void> {
    const { services, pods, nodes, endpointSlices } = this.#cluster;
    const service = services.get(name, namespace);
    // Those of a Service that is gone are garbage collected.
    if (!service || !hasEndpoints(service) || isDeleting(service) || !this.#cluster.isOpen(namespace)) return;
    const plan = planSlices({
      service,
      pods: pods.list(namespace),
      slices: endpointSlices
        .controlledBy(service.metadata.uid)
        .filter((one) => one.metadata.labels?.[MANAGED_BY] === MANAGER && !isDeleting(one)),
      node: (node) => nodes.get(node),
      time: this.#cluster.time(),
    });
    await Promise.all([
      ...plan.create.map((slice) => endpointSlices.create(slice)),
      ...plan.update.map((slice) => orGone(endpointSlices.update(slice))),
      ...plan.remove.map((slice) => endpointSlices.delete(slice)),
    ]);
  }

  async #endpoints(namespace: string, name: string): Promise<void> {
    const { services, pods, endpoints } = this.#cluster;
    const service = services.get(name, namespace);
    const known = endpoints.get(name, namespace);
    if (!service) {
      if (known?.metadata.labels?.['endpoints.kubernetes.io/managed-by']) await endpoints.delete(known);
      return;
    }
    if (!hasEndpoints(service) || isDeleting(service) || !this.#cluster.isOpen(namespace)) return;
    const wanted = planEndpoints(service, { pods: pods.list(namespace), known, time: this.#cluster.time() });
    if (!known) await endpoints.create(wanted);
    else if (wanted !== known) await orGone(endpoints.update(wanted));
  }
}

/** Whether a change of a Pod shows in endpoints. */
function matters(pod: Pod, old: Pod): boolean {
  return (
    pod.status?.podIP !== old.status?.podIP ||
    isReady(pod) !== isReady(old) ||
    isFinished(pod) !== isFinished(old) ||
    isDeleting(pod) !== isDeleting(old) ||
    !deepEqual(pod.metadata.labels, old.metadata.labels)
  );
}
