import type { KubernetesObject } from '@capstan/base';
import {
  type NewCondition,
  type NewEvent,
  type ReconcileContext,
  type ReconcileResult,
  type SharedInformer,
  WorkQueue,
} from '@capstan/kube';
import { type HealthScope, OAM_API_VERSION } from '@capstan/oam-model';
import { syncedCondition, writeReport } from '../shared/conditions.ts';
import { Dependents } from '../shared/dependents.ts';
import { type KindPlace, KindWatches } from '../shared/kind-watches.ts';
import { type ControllerContext, type RunningController, startLoop } from '../shared/loop.ts';
import { keyOf, placeOf } from '../shared/objects.ts';
import { definedKind } from '../shared/workload-kinds.ts';
import { judgeScope, type ScopeHealth } from './judge.ts';
import type { FoundMember } from './model.ts';
import { DEPENDS, MemberObserver } from './observe.ts';

/**
 * Keeps the health of HealthScopes, whoever made them. Everything that a scope's health depends on is watched, so it is
 * never older than moments; `probe-interval` is when something that cannot be watched is looked at again.
 */
export function startHealthScopes(context: ControllerContext): RunningController {
  const loop = new HealthScopeLoop(context);
  return startLoop(context, {
    name: 'healthscope',
    queue: loop.queue,
    reconcile: (key, reconcile) => loop.reconcile(key, reconcile),
    synced: loop.informers.map(({ informer }) => informer.synced),
  });
}

const DEFAULT_SECONDS = 10;

class HealthScopeLoop {
  readonly queue: WorkQueue;
  readonly informers: readonly SharedInformer[];
  readonly #context: ControllerContext;
  readonly #scopes: SharedInformer;
  readonly #watches: KindWatches;
  readonly #dependents = new Dependents();

  constructor(context: ControllerContext) {
    const { hub, clock } = context;
    this.#context = context;
    this.queue = new WorkQueue({ clock });
    this.#scopes = hub.use({ apiVersion: OAM_API_VERSION, kind: 'HealthScope' });
    const crds = hub.use({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' });
    this.informers = [this.#scopes, crds];
    this.#watches = new KindWatches({
      hub,
      clock,
      onEvent: ({ object, old }) => this.#onObject(object, old),
      onSynced: (user) => this.queue.add(user),
    });
    this.#scopes.onChange(({ object }) => this.queue.add(keyOf(object)));
    // A kind that is served now, or no longer.
    crds.onChange(({ object }) => this.#wake(DEPENDS.kind(definedKind(object))));
  }

  async reconcile(key: string, { signal }: ReconcileContext): Promise<ReconcileResult | undefined> {
    const { name, namespace } = placeOf(key);
    const scope = this.#scopes.informer.get(name, namespace) as HealthScope | undefined;
    if (!scope || scope.metadata.deletionTimestamp) {
      this.#watches.needOnly(key, []);
      this.#dependents.set(key, []);
      return undefined;
    }
    const now = this.#context.clock.now();
    const timeoutMs = secondsOf(scope.spec['probe-timeout']) * 1000;
    const since = (place: KindPlace) => now - (this.#watches.waitingSince(place) ?? now);
    const observer = new MemberObserver({
      discovery: this.#context.client.discovery,
      watches: this.#watches,
      user: key,
      namespace,
      isGivenUp: (place) => since(place) >= timeoutMs,
    });
    const members: FoundMember[] = [];
    for (const reference of scope.spec.workloadRefs ?? []) members.push(await observer.member(reference));
    this.#watches.needOnly(key, observer.places);
    this.#dependents.set(key, observer.depends);
    const [unread] = observer.unread;
    if (unread) return { requeueAfterMs: timeoutMs - since(unread) };
    await this.#report(scope, judgeScope(members), signal);
    return observer.incomplete ? { requeueAfterMs: secondsOf(scope.spec['probe-interval']) * 1000 } : undefined;
  }

  async #report(scope: HealthScope, health: ScopeHealth, signal: AbortSignal): Promise<void> {
    const { client, clock } = this.#context;
    const { scopeHealthCondition, healthConditions } = health;
    const fields = {
      scopeHealthCondition,
      healthConditions: healthConditions.length > 0 ? healthConditions : undefined,
    };
    const report = { conditions: [syncedCondition(), readyCondition(health)], fields };
    this.#context.events.tell(scope, transition(scope, health));
    const written = await writeReport(client, scope, report, { now: clock.now(), signal });
    if (written) this.#scopes.informer.learn(written);
  }

  #onObject(object: KubernetesObject, old: KubernetesObject | undefined): void {
    const { apiVersion, kind, metadata } = object;
    const { name, namespace = '' } = metadata;
    this.#wake(DEPENDS.object({ apiVersion, kind, name, namespace }));
    for (const one of [object, old]) {
      const peers = one && DEPENDS.peers(one);
      if (peers !== undefined) this.#wake(peers);
    }
  }

  #wake(key: string): void {
    for (const user of this.#dependents.of(key)) this.queue.add(user);
  }
}

function secondsOf(value: number | undefined): number {
  return value !== undefined && value > 0 ? value : DEFAULT_SECONDS;
}

function readyCondition({ scopeHealthCondition, healthConditions }: ScopeHealth): NewCondition {
  const type = 'Ready';
  if (scopeHealthCondition.healthStatus === 'HEALTHY') return { type, status: 'True', reason: 'Healthy', message: '' };
  const { total = 0, healthyWorkloads = 0 } = scopeHealthCondition;
  const first = healthConditions.find(({ healthStatus }) => healthStatus !== 'HEALTHY');
  const { kind, name } = first?.targetWorkload ?? {};
  const message = `${healthyWorkloads} of ${total} workloads are healthy; ${kind} ${name} is not`;
  return { type, status: 'False', reason: 'Unhealthy', message };
}

/** The reference tells of every round; here a scope tells when its health has become another. */
function transition({ status }: HealthScope, { scopeHealthCondition }: ScopeHealth): NewEvent[] {
  const { healthStatus } = scopeHealthCondition;
  if (status?.scopeHealthCondition?.healthStatus === healthStatus) return [];
  return [{ type: 'Normal', reason: 'HealthCheck', message: `Successfully ran health check: ${healthStatus}` }];
}
