import { forbidden } from '../../model/errors.ts';
import type { KubeObject } from '../../model/object.ts';
import type { Store } from '../../storage/store.ts';
import type { Admission, AdmissionAttributes } from '../admission.ts';
import { generateName } from '../metadata.ts';
import { maps, part } from './objects.ts';

const TOKEN_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
const TOKEN_SECONDS = 3607;
const MIRROR = 'kubernetes.io/config.mirror';
const PODS = { group: '', resource: 'pods' };

/**
 * What the real server's admission adds to a new Pod: its service account and the account's token (ServiceAccount), its
 * priority (Priority) and how long it stays on a Node that fails (DefaultTolerationSeconds). The last two are put back
 * into a changed Pod that lacks them.
 */
export class PodDefaults implements Admission {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  mutate({ operation, resource, subresource, namespace, name, object, oldObject }: AdmissionAttributes): void {
    if (!object || subresource !== undefined) return;
    if (resource.group !== '' || resource.resource !== 'pods') return;
    if (operation === 'UPDATE' && oldObject) {
      addTolerations(object);
      keepPriority(object, oldObject);
    }
    if (operation !== 'CREATE') return;
    const shown = name || (object.metadata.generateName ?? '');
    this.#addServiceAccount(object, namespace, shown);
    addTolerations(object);
    this.#addPriority(object, shown);
  }

  validate(): void {}

  #addServiceAccount(pod: KubeObject, namespace: string, name: string): void {
    if (pod.metadata.annotations?.[MIRROR] !== undefined) return;
    const spec = part(pod, 'spec');
    const account = (spec['serviceAccountName'] as string | undefined) || 'default';
    spec['serviceAccountName'] = account;
    spec['serviceAccount'] = account;
    const found = this.#store.get('serviceaccounts.', namespace, account)?.object;
    if (!found) {
      const why = `error looking up service account ${namespace}/${account}: serviceaccount "${account}" not found`;
      throw forbidden(PODS, name, why);
    }
    if (spec['imagePullSecrets'] === undefined && Array.isArray(found['imagePullSecrets'])) {
      spec['imagePullSecrets'] = structuredClone(found['imagePullSecrets']);
    }
    const wants = spec['automountServiceAccountToken'] ?? found['automountServiceAccountToken'] ?? true;
    if (wants === true) addToken(spec);
  }

  #addPriority(pod: KubeObject, name: string): void {
    const spec = part(pod, 'spec');
    const className = spec['priorityClassName'] as string | undefined;
    const found = className ? this.#priorityClass(className) : this.#defaultPriorityClass();
    if (className && !found) throw forbidden(PODS, name, `no PriorityClass with name ${className} was found`);
    if (found && !className) spec['priorityClassName'] = found.metadata.name;
    const value = (found?.['value'] as number | undefined) ?? 0;
    const asked = spec['priority'] as number | undefined;
    if (asked !== undefined && asked !== value) {
      const why = `the integer value of priority (${asked}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`;
      throw forbidden(PODS, name, why);
    }
    spec['priority'] = value;
    spec['preemptionPolicy'] ??= (found?.['preemptionPolicy'] as string | undefined) ?? 'PreemptLowerPriority';
  }

  #priorityClass(name: string): KubeObject | undefined {
    return this.#store.get('priorityclasses.scheduling.k8s.io', '', name)?.object;
  }

  #defaultPriorityClass(): KubeObject | undefined {
    const { items } = this.#store.list('priorityclasses.scheduling.k8s.io');
    return items.find(({ object }) => object['globalDefault'] === true)?.object;
  }
}

/** Every container gets the token at the place where clients look for it, unless something else is mounted there. */
function addToken(spec: Record<string, unknown>): void {
  const volumes = maps(spec['volumes']);
  const known = volumes.find((volume) => String(volume['name']).startsWith('kube-api-access-'));
  const name = (known?.['name'] as string | undefined) ?? generateName('kube-api-access-');
  let used = false;
  for (const container of [...maps(spec['initContainers']), ...maps(spec['containers'])]) {
    const mounts = maps(container['volumeMounts']);
    if (mounts.some((mount) => mount['mountPath'] === TOKEN_PATH)) continue;
    container['volumeMounts'] = [...mounts, { name, readOnly: true, mountPath: TOKEN_PATH }];
    used = true;
  }
  if (used && !known) spec['volumes'] = [...volumes, tokenVolume(name)];
}

function tokenVolume(name: string): Record<string, unknown> {
  const namespace = { path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } };
  return {
    name,
    projected: {
      sources: [
        { serviceAccountToken: { expirationSeconds: TOKEN_SECONDS, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        { downwardAPI: { items: [namespace] } },
      ],
      defaultMode: 420,
    },
  };
}

function keepPriority(pod: KubeObject, old: KubeObject): void {
  const spec = part(pod, 'spec');
  const before = old['spec'] as Readonly<Record<string, unknown>> | undefined;
  for (const field of ['priority', 'preemptionPolicy']) {
    const kept = before?.[field];
    if (spec[field] === undefined && kept !== undefined) spec[field] = kept;
  }
}

function addTolerations(pod: KubeObject): void {
  const spec = part(pod, 'spec');
  const tolerations = maps(spec['tolerations']);
  const missing = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'].filter(
    (key) => !tolerations.some((one) => tolerates(one, key)),
  );
  if (missing.length === 0) return;
  const added = missing.map((key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }));
  spec['tolerations'] = [...tolerations, ...added];
}

function tolerates(toleration: Record<string, unknown>, key: string): boolean {
  const { key: own = '', effect = '' } = toleration as { key?: string; effect?: string };
  return (own === key || own === '') && (effect === 'NoExecute' || effect === '');
}
