import { type Clock, type KindReference, type KubernetesObject, type Logger, referenceTo } from '@capstan/base';
import { exponentialBackoff, type KubeClient } from '@capstan/kube';
import type {
  Claim,
  EndpointSlice,
  Endpoints,
  Namespace,
  Node,
  Pod,
  Quota,
  Service,
  StorageClass,
  Volume,
} from '../model/core-types.ts';
import { KINDS } from '../model/kinds.ts';
import { isDeleting, toTime } from '../model/meta.ts';
import type {
  Autoscaler,
  ControllerRevision,
  CronJob,
  DaemonSet,
  Deployment,
  DisruptionBudget,
  Job,
  ReplicaSet,
  ReplicationController,
  StatefulSet,
} from '../model/workload-types.ts';
import { EventRecorder } from './events.ts';
import { Resource } from './resource.ts';

/** Field managers as on a real cluster: kwok stands for the kubelet there too. */
export const MANAGERS = {
  controllers: 'kube-controller-manager',
  scheduler: 'kube-scheduler',
  kubelet: 'kwok',
} as const;

/** What the controllers work with. */
export interface ClusterOptions {
  /** Ends everything. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly clock: Clock;
  /** PEM of the authority that signed the API server's certificate: what kube-root-ca.crt holds. */
  readonly rootCa: string;
}

/** The API server may start later than the controllers, and then they want to be there soon. */
const BACKOFF = exponentialBackoff({ baseMs: 200, maxMs: 2_000 });

/** One shared cache per kind, the clock, and the recorder of events. */
export class SimulatedCluster {
  readonly client: KubeClient;
  readonly options: ClusterOptions;
  readonly events: EventRecorder;
  readonly #resources: Resource<KubernetesObject>[] = [];

  readonly namespaces: Resource<Namespace>;
  readonly serviceAccounts: Resource<KubernetesObject>;
  readonly rootCas: Resource<KubernetesObject>;
  readonly nodes: Resource<Node>;
  readonly pods: Resource<Pod>;
  readonly replicationControllers: Resource<ReplicationController>;
  readonly services: Resource<Service>;
  readonly endpoints: Resource<Endpoints>;
  readonly endpointSlices: Resource<EndpointSlice>;
  readonly claims: Resource<Claim>;
  readonly volumes: Resource<Volume>;
  readonly storageClasses: Resource<StorageClass>;
  readonly quotas: Resource<Quota>;
  readonly deployments: Resource<Deployment>;
  readonly replicaSets: Resource<ReplicaSet>;
  readonly statefulSets: Resource<StatefulSet>;
  readonly daemonSets: Resource<DaemonSet>;
  readonly revisions: Resource<ControllerRevision>;
  readonly jobs: Resource<Job>;
  readonly cronJobs: Resource<CronJob>;
  readonly autoscalers: Resource<Autoscaler>;
  readonly disruptionBudgets: Resource<DisruptionBudget>;

  constructor(client: KubeClient, options: ClusterOptions) {
    this.client = client;
    this.options = options;
    this.events = new EventRecorder(client, options);
    this.namespaces = this.#follow(KINDS.namespace);
    // Of these only one in each namespace is of interest.
    this.serviceAccounts = this.#follow(KINDS.serviceAccount, { fieldSelector: 'metadata.name=default' });
    this.rootCas = this.#follow(KINDS.configMap, { fieldSelector: `metadata.name=${ROOT_CA_NAME}` });
    this.nodes = this.#follow(KINDS.node);
    this.pods = this.#follow(KINDS.pod);
    this.replicationControllers = this.#follow(KINDS.replicationController);
    this.services = this.#follow(KINDS.service);
    this.endpoints = this.#follow(KINDS.endpoints);
    this.endpointSlices = this.#follow(KINDS.endpointSlice);
    this.claims = this.#follow(KINDS.claim);
    this.volumes = this.#follow(KINDS.volume);
    this.storageClasses = this.#follow(KINDS.storageClass);
    this.quotas = this.#follow(KINDS.quota);
    this.deployments = this.#follow(KINDS.deployment);
    this.replicaSets = this.#follow(KINDS.replicaSet);
    this.statefulSets = this.#follow(KINDS.statefulSet);
    this.daemonSets = this.#follow(KINDS.daemonSet);
    this.revisions = this.#follow(KINDS.controllerRevision);
    this.jobs = this.#follow(KINDS.job);
    this.cronJobs = this.#follow(KINDS.cronJob);
    this.autoscalers = this.#follow(KINDS.autoscaler);
    this.disruptionBudgets = this.#follow(KINDS.disruptionBudget);
  }

  /** Resolves when every cache holds what the cluster has; rejects when stopped before. */
  async synced(): Promise<void> {
    await Promise.all(this.#resources.map((one) => one.synced));
  }

  /** Resolves when every cache has ended after the signal. */
  async stopped(): Promise<void> {
    await Promise.all(this.#resources.map((one) => one.stopped));
  }

  /** Milliseconds since the epoch. */
  now(): number {
    return this.options.clock.now();
  }

  /** Now as a metav1.Time. */
  time(): string {
    return toTime(this.now());
  }

  /**
   * Whether new objects may still be made in a namespace. One that is not known yet counts as open: the watches of an
   * object and of its namespace are not in step, and what waits for a namespace would not be looked at again.
   */
  isOpen(namespace: string): boolean {
    const found = this.namespaces.get(namespace);
    return found === undefined || (!isDeleting(found) && found.status?.phase !== 'Terminating');
  }

  /** Assigns a Pod to a Node. */
  async bind(pod: Pod, node: string): Promise<void> {
    const { name, namespace = '', uid = '' } = pod.metadata;
    const binding = { apiVersion: 'v1', kind: 'Binding', metadata: { name, namespace, uid } };
    await this.client.createSubresource(
      referenceTo(pod),
      'binding',
      { ...binding, target: { kind: 'Node', name: node } },
      { fieldManager: MANAGERS.scheduler, signal: this.options.signal },
    );
  }

  #follow<T extends KubernetesObject>(kind: KindReference, more: { fieldSelector?: string } = {}): Resource<T> {
    const { signal, log, clock } = this.options;
    const now = () => this.now();
    const manager = MANAGERS.controllers;
    const made = new Resource<T>(this.client, { kind, signal, log, clock, now, backoff: BACKOFF, manager, ...more });
    this.#resources.push(made as unknown as Resource<KubernetesObject>);
    return made;
  }
}

/** The ConfigMap that tells Pods whom to trust. */
export const ROOT_CA_NAME = 'kube-root-ca.crt';
