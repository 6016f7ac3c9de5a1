import { isDeepStrictEqual } from 'node:util';
import { type KubernetesObject, messageOf, referenceTo } from '@capstan/base';
import {
  type InformerEvent,
  type NewEvent,
  type ReconcileContext,
  type ReconcileResult,
  type SharedInformer,
  WorkQueue,
} from '@capstan/kube';
import { type ManualScalerTrait, OAM_API_VERSION } from '@capstan/oam-model';
import { syncedCondition, writeReport } from '../shared/conditions.ts';
import { Dependents } from '../shared/dependents.ts';
import { problemEvents } from '../shared/events.ts';
import { judgeFailures } from '../shared/failures.ts';
import { type KindPlace, KindWatches } from '../shared/kind-watches.ts';
import { type ControllerContext, RETRY_MS, type RunningController, startLoop } from '../shared/loop.ts';
import { keyOf, placeOf } from '../shared/objects.ts';
import { definedKind } from '../shared/workload-kinds.ts';
import { DEPENDS, type Observed, observe } from './observe.ts';
import {
  forgottenObject,
  isOnlyOurs,
  LEAVE_FINALIZER,
  leftObject,
  SCALER_APPLY,
  withFinalizer,
  wouldGoWith,
} from './ownership.ts';
import { autoscalerOf, isScaled, oldest, type ScaleTarget, scaledObject, scaledReference } from './targets.ts';

/** Sets the replicas that ManualScalerTraits ask for, whoever made them, and sets them back when somebody changes them. */
export function startManualScalers(context: ControllerContext): RunningController {
  const loop = new ScalerLoop(context);
  return startLoop(context, {
    name: 'manualscalertrait',
    queue: loop.queue,
    reconcile: (key, reconcile) => loop.reconcile(key, reconcile),
    synced: loop.informers.map(({ informer }) => informer.synced),
  });
}

/** A kind may come to be served without a CRD of which it could be told. */
const RETRY_UNSERVED_MS = 10_000;
/** How long a kind may take to be read. */
const READ_MS = 10_000;

const TRAIT = { apiVersion: OAM_API_VERSION, kind: 'ManualScalerTrait' };

class ScalerLoop {
  readonly queue: WorkQueue;
  readonly informers: readonly SharedInformer[];
  readonly #context: ControllerContext;
  readonly #traits: SharedInformer;
  readonly #definitions: SharedInformer;
  readonly #crds: SharedInformer;
  readonly #autoscalers: SharedInformer;
  readonly #watches: KindWatches;
  readonly #dependents = new Dependents();
  /** What a trait waits for that is only just being made, and since when. */
  readonly #waiting = new Map<string, { readonly problem: string | undefined; readonly since: number }>();

  /** What each trait scaled, until it is let go of. */
  readonly #scaled = new Map<string, readonly ScaleTarget[]>();

  constructor(context: ControllerContext) {
    const { hub, clock } = context;
    this.#context = context;
    this.queue = new WorkQueue({ clock });
    this.#traits = hub.use(TRAIT);
    this.#definitions = hub.use({ apiVersion: OAM_API_VERSION, kind: 'WorkloadDefinition' });
    this.#crds = hub.use({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' });
    this.#autoscalers = hub.use({ apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler' });
    this.informers = [this.#traits, this.#definitions, this.#crds, this.#autoscalers];
    this.#watches = new KindWatches({
      hub,
      clock,
      onEvent: ({ object }) => this.#onObject(object),
      onSynced: (user) => this.queue.add(user),
    });
    this.#traits.onChange(({ object }) => this.queue.add(keyOf(object)));
    this.#definitions.onChange((event) => this.#onDefinition(event));
    this.#crds.onChange(({ object }) => this.#wake(DEPENDS.kind(definedKind(object))));
    this.#autoscalers.onChange((event) => this.#onAutoscaler(event));
  }

  async reconcile(key: string, { signal }: ReconcileContext): Promise<ReconcileResult | undefined> {
    const { name, namespace } = placeOf(key);
    const trait = this.#traits.informer.get(name, namespace) as ManualScalerTrait | undefined;
    const isLeaving = trait?.metadata.deletionTimestamp !== undefined;
    if (!trait || (isLeaving && !trait.metadata.finalizers?.includes(LEAVE_FINALIZER))) {
      this.#forget(key);
      return undefined;
    }
    const observed = await this.#observe(key, trait);
    if (isLeaving) return await this.#leave(key, trait, observed, signal);
    const wait = this.#waitFor(key, observed);
    if (wait !== undefined) return { requeueAfterMs: wait };
    if (observed.ending) return undefined;
    const problem = observed.problem ?? unreadable(observed) ?? this.#refusal(trait, observed.targets);
    if (problem !== undefined) {
      await this.#report(trait, problem, [], signal);
      return observed.unserved ? { requeueAfterMs: RETRY_UNSERVED_MS } : undefined;
    }
    return await this.#scale(trait, observed, signal);
  }

  async #observe(key: string, trait: ManualScalerTrait): Promise<Observed> {
    const { discovery } = this.#context.client;
    const [watches, definitions, crds] = [this.#watches, this.#definitions, this.#crds];
    const observed = await observe({ discovery, watches, definitions, crds, user: key }, trait);
    this.#watches.needOnly(key, observed.places);
    this.#depend(key, observed.depends);
    return observed;
  }

  /** What only the trait owns stays when the trait goes. */
  async #leave(
    key: string,
    trait: ManualScalerTrait,
    observed: Observed,
    signal: AbortSignal,
  ): Promise<ReconcileResult | undefined> {
    const wait = observed.unread && this.#waitFor(key, observed);
    if (wait !== undefined) return { requeueAfterMs: wait };
    const bound = observed.targets.filter(({ object }) => wouldGoWith(object, trait));
    await Promise.all([
      ...bound.map((target) => this.#apply(leftObject(target, trait), target.place, signal)),
      ...this.#formerOf(trait, observed).map((target) => this.#release(target, trait, signal)),
    ]);
    await this.#context.client.apply(withFinalizer(trait, false), { ...SCALER_APPLY, signal });
    this.#forget(key);
    return undefined;
  }

  async #scale(
    trait: ManualScalerTrait,
    observed: Observed,
    signal: AbortSignal,
  ): Promise<ReconcileResult | undefined> {
    const { targets, passedOver } = observed;
    const former = this.#formerOf(trait, observed).filter(({ object }) => object !== passedOver?.object);
    const due = targets.filter((target) => !isScaled(target, trait));
    const isGuarded = trait.metadata.finalizers?.includes(LEAVE_FINALIZER) ?? false;
    if (!isGuarded && targets.some(({ object }) => isOnlyOurs(object, trait))) {
      const options = { ...SCALER_APPLY, signal };
      this.#traits.informer.learn(await this.#context.client.apply(withFinalizer(trait, true), options));
    }
    const results = await Promise.allSettled([
      ...due.map((target) => this.#apply(scaledObject(target, trait), target.place, signal)),
      ...former.map((target) => this.#release(target, trait, signal)),
      ...(passedOver ? [this.#apply(forgottenObject(passedOver.object), passedOver.place, signal)] : []),
    ]);
    const errors = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
    const { passing, tell: isTold } = judgeFailures(errors, this.queue.failures(keyOf(trait)));
    const { replicaCount } = trait.spec;
    const message = `Trait \`${trait.metadata.name}\` successfully scaled a resource to ${replicaCount} instances`;
    const done: NewEvent[] = due.length > 0 ? [{ type: 'Normal', reason: 'Manual scalar applied', message }] : [];
    if (errors.length === 0) await this.#report(trait, undefined, done, signal);
    else if (isTold) await this.#report(trait, `cannot scale the resource: ${messageOf(errors[0])}`, [], signal);
    if (passing) throw passing;
    return errors.length > 0 ? { requeueAfterMs: RETRY_MS } : undefined;
  }

  /** What the trait scaled before it was pointed at something else, as far as it is not let go of yet. */
  #formerOf(trait: ManualScalerTrait, { targets, former }: Observed): ScaleTarget[] {
    const known = [...(this.#scaled.get(keyOf(trait)) ?? []), ...former];
    const byUid = new Map(known.map((target) => [target.object.metadata.uid, target]));
    for (const { object } of targets) byUid.delete(object.metadata.uid);
    const left = [...byUid.values()];
    this.#scaled.set(keyOf(trait), [...targets, ...left]);
    return left;
  }

  async #release(target: ScaleTarget, trait: ManualScalerTrait, signal: AbortSignal): Promise<void> {
    const { uid } = target.object.metadata;
    const object = await this.#context.client.get(referenceTo(target.object), { signal });
    if (object && object.metadata.uid === uid && wouldGoWith(object, trait)) {
      await this.#apply(leftObject({ ...target, object }, trait), target.place, signal);
    }
    const left = this.#scaled.get(keyOf(trait)) ?? [];
    this.#scaled.set(
      keyOf(trait),
      left.filter((one) => one.object.metadata.uid !== uid),
    );
  }

  async #apply(object: KubernetesObject, place: KindPlace, signal: AbortSignal): Promise<void> {
    this.#watches.learn(place, await this.#context.client.apply(object, { ...SCALER_APPLY, signal }));
  }

  /** How long to wait before anything is said, in milliseconds. */
  #waitFor(key: string, { patienceMs, unread, problem }: Observed): number | undefined {
    const now = this.#context.clock.now();
    if (unread) return leftOf(READ_MS, this.#watches.waitingSince(unread) ?? now, now);
    if (patienceMs === undefined) {
      this.#waiting.delete(key);
      return undefined;
    }
    const before = this.#waiting.get(key);
    const waiting = before && before.problem === problem ? before : { problem, since: now };
    this.#waiting.set(key, waiting);
    return leftOf(patienceMs, waiting.since, now);
  }

  /** Why the number of replicas is not the trait's to set. */
  #refusal(trait: ManualScalerTrait, targets: readonly ScaleTarget[]): string | undefined {
    const { namespace, uid } = trait.metadata;
    if (trait.spec.replicaCount < 0) return 'cannot scale the resource: spec.replicaCount is less than 0';
    for (const { object } of targets) {
      const what = `${object.kind} ${object.metadata.name}`;
      const autoscaler = autoscalerOf(object, this.#autoscalers.informer.list(namespace));
      if (autoscaler) return `cannot scale the resource: HorizontalPodAutoscaler ${autoscaler} scales ${what}`;
      const first = oldest(this.#rivals(object));
      if (first && first.metadata.uid !== uid) {
        return `cannot scale the resource: ManualScalerTrait ${first.metadata.name} scales ${what} already`;
      }
    }
    return undefined;
  }

  /** The traits that scale an object, the one that asks among them. */
  #rivals(target: KubernetesObject): KubernetesObject[] {
    const keys = [...this.#dependents.of(DEPENDS.target(target.metadata.uid ?? ''))];
    return keys.flatMap((key) => {
      const { name, namespace } = placeOf(key);
      return this.#traits.informer.get(name, namespace) ?? [];
    });
  }

  async #report(
    trait: ManualScalerTrait,
    problem: string | undefined,
    events: readonly NewEvent[],
    signal: AbortSignal,
  ): Promise<void> {
    const { client, clock } = this.#context;
    const conditions = [syncedCondition(problem)];
    this.#context.events.tell(trait, [...events, ...problemEvents(trait, conditions)]);
    const written = await writeReport(client, trait, { conditions }, { now: clock.now(), signal });
    if (written) this.#traits.informer.learn(written);
  }

  #forget(key: string): void {
    this.#waiting.delete(key);
    this.#scaled.delete(key);
    this.#watches.needOnly(key, []);
    this.#depend(key, new Set());
  }

  /** Who comes to a target, or leaves it, changes what the others there may do. */
  #depend(key: string, depends: ReadonlySet<string>): void {
    const others = this.#dependents.set(key, depends).flatMap((one) => (one.startsWith('target:') ? [one] : []));
    for (const target of others) for (const user of this.#dependents.of(target)) if (user !== key) this.queue.add(user);
  }

  #onObject({ apiVersion, kind, metadata }: KubernetesObject): void {
    const { name, namespace = '', ownerReferences = [] } = metadata;
    this.#wake(DEPENDS.object({ apiVersion, kind, name, namespace }));
    for (const { uid } of ownerReferences) this.#wake(DEPENDS.owner(uid));
  }

  #onDefinition({ type, object, old }: InformerEvent): void {
    const isNew = type !== 'MODIFIED' || object.metadata.generation !== old?.metadata.generation;
    if (isNew) this.#wake(DEPENDS.definition(object.metadata.name));
  }

  /** An autoscaler's own numbers change all the time; only what it scales is of interest. */
  #onAutoscaler({ type, object, old }: InformerEvent): void {
    const [now, before] = [scaledReference(object), old && scaledReference(old)];
    if (type === 'MODIFIED' && isDeepStrictEqual(now, before)) return;
    for (const reference of [now, before]) if (reference) this.#wake(DEPENDS.object(reference));
  }

  #wake(key: string): void {
    for (const user of this.#dependents.of(key)) this.queue.add(user);
  }
}

function unreadable({ unread }: Observed): string | undefined {
  if (!unread) return undefined;
  const { apiVersion, kind } = unread;
  return `cannot find the workload that the trait is referencing to: ${kind} of ${apiVersion} cannot be read`;
}

function leftOf(limit: number, since: number, now: number): number | undefined {
  const left = limit - (now - since);
  return left > 0 ? left : undefined;
}
