import { isCapstanError } from '@capstan/base';
import { KUBE_CODES } from '@capstan/kube';
import { STORAGE_CLASS } from '../../lifecycle/bootstrap.ts';
import { orGone } from '../frame/claim.ts';
import type { SimulatedCluster } from '../frame/cluster.ts';
import type { Controller, KeySink } from '../frame/controller.ts';
import type { Claim, Pod, Volume } from '../model/core-types.ts';
import { deepEqual } from '../model/equality.ts';
import { isDeleting, keyOf, partsOf } from '../model/meta.ts';
import { isFinished } from '../pods/pod-state.ts';
import { BOUND, decideClaim } from './claim-plan.ts';

const SOURCE = 'persistentvolume-controller';
const PROTECTION = 'kubernetes.io/pvc-protection';
const PROVISIONER = String(STORAGE_CLASS['provisioner']);

/** Binds claims, to volumes that there are or that it makes, and lets deleted claims go when no Pod uses them. */
export class Claims implements Controller {
  readonly name = 'persistentvolumeclaim';
  readonly #cluster: SimulatedCluster;

  constructor(cluster: SimulatedCluster) {
    this.#cluster = cluster;
  }

  watch(queue: KeySink): void {
    const { claims, volumes, storageClasses, pods } = this.#cluster;
    const retryPending = () => {
      for (const claim of claims.list()) if (claim.status?.phase !== 'Bound') queue.add(keyOf(claim));
    };
    claims.onChange((claim, _old, type) => {
      if (type !== 'DELETED') queue.add(keyOf(claim));
    });
    volumes.onChange((volume, old, type) => {
      const { namespace, name } = volume.spec.claimRef ?? {};
      if (name) queue.add(`${namespace}/${name}`);
      else if (type === 'ADDED' || old?.spec.claimRef) retryPending();
    });
    storageClasses.onChange(retryPending);
    pods.onChange((pod, _old, type) => {
      if (type !== 'DELETED' && !isFinished(pod)) return;
      for (const name of claimNames(pod)) queue.add(`${pod.metadata.namespace}/${name}`);
    });
  }

  async reconcile(key: string): Promise<void> {
    const { namespace, name } = partsOf(key);
    const { claims, volumes, storageClasses } = this.#cluster;
    const claim = claims.get(name, namespace);
    if (!claim) return;
    if (isDeleting(claim)) return this.#letGo(claim);
    const plan = decideClaim({
      claim,
      volumes: volumes.list(),
      classes: storageClasses.list(),
      provisioner: PROVISIONER,
    });
    switch (plan.do) {
      case 'classify':
        await claims.patch(claim, { spec: { storageClassName: plan.className } });
        return;
      case 'bind':
        return this.#bind(claim, plan.volume, plan.isNew);
      case 'lose':
        if (claim.status?.phase !== 'Lost') await claims.updateStatus({ ...claim, status: { phase: 'Lost' } });
        return;
      case 'wait':
        if (plan.tell) this.#cluster.events.record(claim, { ...plan.tell, source: SOURCE });
    }
  }

  async #bind(claim: Claim, wanted: Volume, isNew: boolean): Promise<void> {
    const volume = isNew ? await this.#provide(claim, wanted) : await this.#keep(wanted);
    const named = await this.#name(claim, volume, isNew);
    if (!named) return;
    const { accessModes, capacity } = volume.spec;
    const status = { phase: 'Bound', ...(accessModes && { accessModes }), ...(capacity && { capacity }) };
    if (!deepEqual(named.status, status)) await orGone(this.#cluster.claims.updateStatus({ ...named, status }));
  }

  async #provide(claim: Claim, wanted: Volume): Promise<Volume> {
    const { volumes } = this.#cluster;
    try {
      const made = await volumes.create(wanted);
      const message = `Successfully provisioned volume ${made.metadata.name} using ${PROVISIONER}`;
      const reason = 'ProvisioningSucceeded';
      this.#cluster.events.record(claim, { type: 'Normal', reason, message, source: SOURCE });
      return made;
    } catch (error) {
      const known = volumes.get(wanted.metadata.name);
      if (!known || !isCapstanError(error, KUBE_CODES.conflict)) throw error;
      return known;
    }
  }

  async #keep(wanted: Volume): Promise<Volume> {
    const known = this.#cluster.volumes.get(wanted.metadata.name);
    return known === wanted ? known : this.#cluster.volumes.update(wanted);
  }

  /** The claim with its volume's name. */
  async #name(claim: Claim, volume: Volume, isNew: boolean): Promise<Claim | undefined> {
    const { name } = volume.metadata;
    const by = volume.metadata.annotations?.[BOUND.provisionedBy];
    const wanted = {
      [BOUND.completed]: 'yes',
      ...(!claim.spec.volumeName && { [BOUND.byController]: 'yes' }),
      ...(isNew && by && { [BOUND.provisioner]: by, [BOUND.provisionerBeta]: by }),
    };
    const { annotations = {} } = claim.metadata;
    const same = Object.entries(wanted).every(([key, value]) => annotations[key] === value);
    if (same && claim.spec.volumeName === name) return claim;
    const metadata = { ...claim.metadata, annotations: { ...annotations, ...wanted } };
    return orGone(this.#cluster.claims.update({ ...claim, metadata, spec: { ...claim.spec, volumeName: name } }));
  }

  /** The API server's admission protects claims until nothing uses them. */
  async #letGo(claim: Claim): Promise<void> {
    const { finalizers = [], name, namespace } = claim.metadata;
    if (!finalizers.includes(PROTECTION)) return;
    const uses = (pod: Pod) => !isFinished(pod) && claimNames(pod).includes(name);
    if (this.#cluster.pods.list(namespace).some(uses)) return;
    const left = finalizers.filter((one) => one !== PROTECTION);
    await orGone(this.#cluster.claims.patch(claim, { metadata: { finalizers: left } }));
  }
}

function claimNames({ spec }: Pod): string[] {
  return (spec.volumes ?? []).flatMap(({ persistentVolumeClaim: used }) => (used ? [used.claimName] : []));
}
