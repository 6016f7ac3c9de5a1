import { type KubernetesObject, referenceTo } from '@capstan/base';
import {
  type InformerEvent,
  type NewEvent,
  type ReconcileContext,
  type ReconcileResult,
  type SharedInformer,
  WorkQueue,
} from '@capstan/kube';
import type { ContainerizedWorkload } from '@capstan/oam-model';
import { type Report, writeReport } from '../shared/conditions.ts';
import { problemEvents } from '../shared/events.ts';
import { judgeFailures } from '../shared/failures.ts';
import { LabelIndex } from '../shared/labelled.ts';
import { type ControllerContext, RETRY_MS, type RunningController, startLoop } from '../shared/loop.ts';
import { controllerOf, keyOf, placeOf } from '../shared/objects.ts';
import { isDeleted, mayTake, wasOrphaning } from '../shared/orphans.ts';
import { act } from './act.ts';
import { CLAIM, CONFIG_MAP, CONTAINERIZED_WORKLOAD, DEPLOYMENT, SERVICE, WORKLOAD_LABEL } from './names.ts';
import { type LiveChildren, planChildren, selectedUid } from './plan.ts';
import { renderWorkload } from './render.ts';
import { problemText, reportOutcome, reportProblem } from './report.ts';

/** Runs ContainerizedWorkloads, whoever made them: a Deployment with its ConfigMaps and claims, and a Service. */
export function startContainerizedWorkloads(context: ControllerContext): RunningController {
  const loop = new WorkloadLoop(context);
  return startLoop(context, {
    name: 'containerizedworkload',
    queue: loop.queue,
    reconcile: (key, reconcile) => loop.reconcile(key, reconcile),
    synced: loop.informers.map(({ informer }) => informer.synced),
  });
}

class WorkloadLoop {
  readonly queue: WorkQueue;
  readonly informers: readonly SharedInformer[];
  readonly #context: ControllerContext;
  readonly #workloads: SharedInformer;
  readonly #deployments: SharedInformer;
  readonly #services: SharedInformer;
  readonly #configMaps: SharedInformer;
  readonly #claims: SharedInformer;
  readonly #configMapsOf = new LabelIndex(WORKLOAD_LABEL);
  readonly #claimsOf = new LabelIndex(WORKLOAD_LABEL);
  /** Keys of workloads by uid. */
  readonly #keys = new Map<string, string>();
  /** Deleted workloads whose Deployment is to go with them, by key. */
  readonly #deleted = new Map<string, KubernetesObject>();
  /** uids of workloads that are being deleted without what they made. */
  readonly #orphaning = new Set<string>();

  constructor(context: ControllerContext) {
    const { hub, clock } = context;
    this.#context = context;
    this.queue = new WorkQueue({ clock });
    this.#workloads = hub.use(CONTAINERIZED_WORKLOAD);
    const children = { labelSelector: WORKLOAD_LABEL };
    this.#deployments = hub.use(DEPLOYMENT, children);
    this.#services = hub.use(SERVICE, children);
    this.#configMaps = hub.use(CONFIG_MAP, children);
    this.#claims = hub.use(CLAIM, children);
    this.informers = [this.#workloads, this.#deployments, this.#services, this.#configMaps, this.#claims];
    this.#workloads.onChange((event) => this.#onWorkload(event));
    this.#deployments.onChange(({ object }) => this.#onChild(object));
    this.#services.onChange(({ object }) => this.#onChild(object));
    this.#configMaps.onChange((event) => this.#onLabelled(this.#configMapsOf, event));
    this.#claims.onChange((event) => this.#onLabelled(this.#claimsOf, event));
  }

  async reconcile(key: string, { signal }: ReconcileContext): Promise<ReconcileResult | undefined> {
    const { name, namespace } = placeOf(key);
    await this.#discardDeleted(key, signal);
    const workload = this.#workloads.informer.get(name, namespace) as ContainerizedWorkload | undefined;
    if (!workload || workload.metadata.deletionTimestamp) return undefined;
    const { rendered, problems } = renderWorkload(workload);
    if (!rendered) {
      const problem = { stage: 'cannot render workload', message: problems.join('; ') };
      await this.#report(workload, reportProblem(problemText(problem)), [], signal);
      return undefined;
    }
    const live = this.#childrenOf(workload);
    const { client } = this.#context;
    if (!(await mayTake(client, workload, [live.deployment, live.service], signal))) return undefined;
    const plan = planChildren(workload, rendered, live);
    const learn = (object: KubernetesObject) => this.#learn(object);
    const outcome = await act({ client, workload, rendered, plan, live, learn, signal });
    const errors = outcome.failures.map(({ error }) => error);
    const { passing, tell: isTold } = judgeFailures(errors, this.queue.failures(key));
    if (isTold) await this.#report(workload, reportOutcome(outcome), outcome.events, signal);
    else this.#context.events.tell(workload, outcome.events);
    if (passing) throw passing;
    return outcome.failures.length > 0 ? { requeueAfterMs: RETRY_MS } : undefined;
  }

  #childrenOf({ metadata: { name, namespace, uid = '' } }: ContainerizedWorkload): LiveChildren {
    return {
      deployment: this.#deployments.informer.get(name, namespace),
      service: this.#services.informer.get(name, namespace),
      configMaps: this.#configMapsOf.of(uid),
      claims: this.#claimsOf.of(uid),
    };
  }

  /** Writes the status and tells the events, each only where it says something new. */
  async #report(
    workload: ContainerizedWorkload,
    report: Report,
    events: readonly NewEvent[],
    signal: AbortSignal,
  ): Promise<void> {
    const { client, clock } = this.#context;
    this.#context.events.tell(workload, [...events, ...problemEvents(workload, report.conditions)]);
    const written = await writeReport(client, workload, report, { now: clock.now(), signal });
    if (written) this.#workloads.informer.learn(written);
  }

  /**
   * The garbage collector keeps a Deployment that a scaler owns as well, so the one of a deleted workload is deleted here.
   */
  async #discardDeleted(key: string, signal: AbortSignal): Promise<void> {
    const workload = this.#deleted.get(key);
    if (!workload) return;
    const { name, namespace, uid } = workload.metadata;
    const { client } = this.#context;
    const deployment = this.#deployments.informer.get(name, namespace);
    if (deployment && selectedUid(deployment) === uid && !deployment.metadata.deletionTimestamp) {
      const own = deployment.metadata.uid;
      const entries = [referenceTo(deployment), { ...SERVICE, name, ...(namespace ? { namespace } : {}) }];
      const isOurs = ({ metadata: { labels } }: KubernetesObject) => labels?.[WORKLOAD_LABEL] === uid;
      const goesToo =
        (await isDeleted(client, workload, signal)) && !(await wasOrphaning(client, uid, { entries, isOurs }, signal));
      if (goesToo) {
        await client.delete(referenceTo(deployment), { ...(own === undefined ? {} : { uid: own }), signal });
      }
    }
    this.#deleted.delete(key);
  }

  #learn(object: KubernetesObject): void {
    const informers = {
      Deployment: this.#deployments,
      Service: this.#services,
      ConfigMap: this.#configMaps,
      PersistentVolumeClaim: this.#claims,
    };
    informers[object.kind as keyof typeof informers]?.informer.learn(object);
  }

  #onWorkload({ type, object }: InformerEvent): void {
    const key = keyOf(object);
    const { uid = '', finalizers } = object.metadata;
    // Deleted with --cascade=orphan: what it made is to stay.
    if (finalizers?.includes('orphan')) this.#orphaning.add(uid);
    if (type !== 'DELETED') this.#keys.set(uid, key);
    else {
      this.#keys.delete(uid);
      if (!this.#orphaning.delete(uid)) this.#deleted.set(key, object);
    }
    this.queue.add(key);
  }

  /** A child, or something that stood in the way of one. */
  #onChild(object: KubernetesObject): void {
    const owner = controllerOf(object)?.uid ?? '';
    const key = this.#keys.get(owner) ?? keyOf(object);
    const { name, namespace } = placeOf(key);
    if (this.#workloads.informer.get(name, namespace)) this.queue.add(key);
  }

  #onLabelled(index: LabelIndex, event: InformerEvent): void {
    index.take(event);
    const key = this.#keys.get(event.object.metadata.labels?.[WORKLOAD_LABEL] ?? '');
    if (key !== undefined) this.queue.add(key);
  }
}
