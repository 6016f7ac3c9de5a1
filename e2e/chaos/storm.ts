import { setTimeout as sleep } from 'node:timers/promises';
import { isCapstanError, type KindReference, type KubernetesObject, referenceTo } from '@capstan/base';
import { KUBE_CODES, type KubeClient } from '@capstan/kube';
import type { Fault, FaultAction, FaultProxy } from '@capstan/sandbox/testing';
import fc from 'fast-check';
import type { SupervisedOperator } from './operator-process.ts';
import { type ApplicationPlan, type Drift, documentsOf, type Scenario } from './scenario.ts';

/** Whose documents these are, as a person's `kubectl apply --server-side` would say. */
const AUTHOR = 'author';

/** Of this many requests about one is hit by each kind of fault. */
const RARITY = 30;

const ACTIONS: readonly FaultAction[] = [
  { type: 'reset' },
  { type: 'lose-response' },
  { type: 'status', status: 409 },
  { type: 'status', status: 410 },
  { type: 'status', status: 429, retryAfterSeconds: 0 },
  { type: 'status', status: 500 },
  { type: 'slow', ms: 150 },
];

/** Lets things go wrong between an operator and its cluster until `calm` is called. The seed decides what. */
export function startStorm(proxy: FaultProxy, operator: SupervisedOperator, seed: number) {
  const over = new AbortController();
  const chance = dice(seed);
  const faults: Fault[] = ACTIONS.map((action) => ({
    match: () => chance(RARITY) === 0,
    action,
    times: Number.POSITIVE_INFINITY,
  }));
  const injected = faults.map((fault) => proxy.inject(fault));
  const troubles = (async () => {
    while (!over.signal.aborted) {
      await sleep(200 + chance(900), undefined, { signal: over.signal }).catch(() => undefined);
      if (over.signal.aborted) return;
      if (chance(3) === 0) operator.kill();
      else proxy.cut(({ query }) => query.get('watch') === 'true' && chance(2) === 0);
    }
  })();
  return {
    async calm() {
      over.abort();
      await troubles;
      for (const fault of injected) fault.remove();
    },
  };
}

/** Plays a scenario in its namespace, straight to the API server: authors have their own way there. */
export async function play(client: KubeClient, namespace: string, { steps, goal }: Scenario): Promise<void> {
  for (const { pauseMs, step } of steps) {
    if (step.type === 'apply') await author(client, namespace, step.application);
    else await drift(client, namespace, step.drift);
    await sleep(pauseMs);
  }
  await author(client, namespace, goal);
}

/** Applies the documents of an application and deletes the Components that it does not have any more. */
export async function author(client: KubeClient, namespace: string, plan: ApplicationPlan): Promise<void> {
  for (const document of documentsOf(plan, namespace)) {
    // The references in a scope are the controller's; an author who states none must not take them away.
    const exists = document.kind === 'HealthScope' && (await client.get(referenceTo(document)));
    if (!exists) await client.apply(document, { fieldManager: AUTHOR, force: true });
  }
}

const KINDS: Readonly<Record<Drift['kind'], readonly KindReference[]>> = {
  Deployment: [{ apiVersion: 'apps/v1', kind: 'Deployment' }],
  Service: [{ apiVersion: 'v1', kind: 'Service' }],
  workload: [
    { apiVersion: 'core.oam.dev/v1alpha2', kind: 'ContainerizedWorkload' },
    { apiVersion: 'workloads.capstan.dev/v1alpha1', kind: 'WebService' },
  ],
};

async function drift(client: KubeClient, namespace: string, { kind, target, action }: Drift): Promise<void> {
  const lists = await Promise.all(KINDS[kind].map((one) => client.list(one, { namespace })));
  const object = lists.flatMap(({ items }) => items)[target];
  if (!object) return;
  try {
    if (action === 'delete') await client.delete(referenceTo(object));
    else await client.patch(referenceTo(object), edited(object), { fieldManager: 'kubectl-edit' });
  } catch (error) {
    // It may be gone by now, or be made anew at this moment.
    if (!isCapstanError(error, KUBE_CODES.notFound) && !isCapstanError(error, KUBE_CODES.conflict)) throw error;
  }
}

function edited({ kind }: KubernetesObject): object {
  if (kind === 'Deployment') return { metadata: { labels: { 'app.oam.dev/component': 'edited' } } };
  if (kind === 'Service') return { spec: { selector: { edited: 'yes' } } };
  if (kind === 'WebService') return { spec: { image: 'edited:1' } };
  return { spec: { osType: 'linux' } };
}

/** Whole numbers below a bound, the same ones for the same seed. */
function dice(seed: number): (bound: number) => number {
  const draws = fc.sample(fc.nat(2 ** 30), { seed, numRuns: 10_000 });
  let at = 0;
  return (bound) => (draws[at++ % draws.length] ?? 0) % bound;
}
