import type { KubeObject } from '../../model/object.ts';
import type { Store } from '../../storage/store.ts';
import type { Admission, AdmissionAttributes } from '../admission.ts';
import { maps, part } from './objects.ts';

const PROTECTION: Readonly<Record<string, string>> = {
  'persistentvolumes.': 'kubernetes.io/pv-protection',
  'persistentvolumeclaims.': 'kubernetes.io/pvc-protection',
  'volumeattributesclasses.storage.k8s.io': 'kubernetes.io/vac-protection',
};
const BETA_CLASS = 'volume.beta.kubernetes.io/storage-class';

/**
 * What the real server's admission adds to new claims, volumes, Ingresses and Nodes: finalizers against deletion while in use,
 * the default classes and the taint of a Node that is not ready (StorageObjectInUseProtection, DefaultStorageClass,
 * DefaultIngressClass, TaintNodesByCondition).
 */
export class ClassDefaults implements Admission {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  mutate({ operation, resource, subresource, object }: AdmissionAttributes): void {
    if (operation !== 'CREATE' || !object || subresource !== undefined) return;
    const { group, resource: plural } = resource;
    const finalizer = PROTECTION[`${plural}.${group}`];
    if (finalizer !== undefined) addFinalizer(object, finalizer);
    if (group === '' && plural === 'persistentvolumeclaims') this.#addStorageClass(object);
    if (group === 'networking.k8s.io' && plural === 'ingresses') this.#addIngressClass(object);
    if (group === '' && plural === 'nodes') addNotReadyTaint(object);
  }

  validate(): void {}

  #addStorageClass(claim: KubeObject): void {
    const spec = part(claim, 'spec');
    if (spec['storageClassName'] !== undefined || claim.metadata.annotations?.[BETA_CLASS] !== undefined) return;
    const name = this.#default('storageclasses.storage.k8s.io', 'storageclass.kubernetes.io/is-default-class');
    if (name !== undefined) spec['storageClassName'] = name;
  }

  #addIngressClass(ingress: KubeObject): void {
    const spec = part(ingress, 'spec');
    const old = ingress.metadata.annotations?.['kubernetes.io/ingress.class'];
    if (spec['ingressClassName'] !== undefined || old !== undefined) return;
    const name = this.#default('ingressclasses.networking.k8s.io', 'ingressclass.kubernetes.io/is-default-class');
    if (name !== undefined) spec['ingressClassName'] = name;
  }

  /** Of several defaults the newest counts, then the first by name. */
  #default(key: string, annotation: string): string | undefined {
    const marked = this.#store
      .list(key)
      .items.filter(({ object }) => object.metadata.annotations?.[annotation] === 'true');
    const times = marked.map(({ object }) => object.metadata.creationTimestamp ?? '');
    const newest = times.toSorted().at(-1);
    return marked.find(({ object }) => object.metadata.creationTimestamp === newest)?.object.metadata.name;
  }
}

function addFinalizer(object: KubeObject, finalizer: string): void {
  const finalizers = object.metadata.finalizers ?? [];
  if (!finalizers.includes(finalizer)) object.metadata.finalizers = [...finalizers, finalizer];
}

function addNotReadyTaint(node: KubeObject): void {
  const spec = part(node, 'spec');
  const taints = maps(spec['taints']);
  const key = 'node.kubernetes.io/not-ready';
  if (taints.some((taint) => taint['key'] === key && taint['effect'] === 'NoSchedule')) return;
  spec['taints'] = [...taints, { key, effect: 'NoSchedule' }];
}
