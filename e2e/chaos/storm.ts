import { setTimeout as sleep } from 'node:timers/promises';
import { isCapstanError, type KindReference, type KubernetesObject, referenceTo } from '@capstan/base';
import { KUBE_CODES, type KubeClient } from '@capstan/kube';
import type { Fault, FaultProxy, ProxiedRequest } from '@capstan/sandbox/testing';
import fc from 'fast-check';
import type { SupervisedOperator } from './operator-process.ts';
import { type ApplicationPlan, type Drift, documentsOf, type Scenario } from './scenario.ts';

/** Whose documents these are, as a person's `kubectl apply --server-side` would say. */
const AUTHOR = 'author';

/** Of this many requests about one is hit by each kind of fault that may hit it. */
const RARITY = 60;

const isWrite = ({ method }: ProxiedRequest) => method !== 'GET';
const isWatch = ({ query }: ProxiedRequest) => query.get('watch') === 'true';

const FAULTS: readonly Fault[] = [
  { match: () => true, action: { type: 'reset' } },
  { match: () => true, action: { type: 'lose-response' } },
  { match: () => true, action: { type: 'status', status: 429, retryAfterSeconds: 0 } },
  { match: () => true, action: { type: 'status', status: 500 } },
  { match: () => true, action: { type: 'slow', ms: 150 } },
  { match: isWrite, action: { type: 'status', status: 409 } },
  { match: isWatch, action: { type: 'status', status: 410 } },
  { match: isWatch, action: { type: 'watch-expired' } },
];

/** How often a storm kills the operator at the least, however soon the scenarios have been played. */
const KILLS = 3;

/** Lets things go wrong between an operator and its cluster while something is done. The seed decides what. */
export async function inStorm(
  {
    proxy,
    operator,
    seed,
  }: { readonly proxy: FaultProxy; readonly operator: SupervisedOperator; readonly seed: number },
  doing: () => Promise<unknown>,
): Promise<void> {
  const chance = dice(seed);
  const injected = FAULTS.map(({ match, action }) =>
    proxy.inject({
      match: (request) => match(request) && chance(RARITY) === 0,
      action,
      times: Number.POSITIVE_INFINITY,
    }),
  );
  let done = false;
  const played = doing().finally(() => {
    done = true;
  });
  const before = operator.kills;
  while (!done || operator.kills - before < KILLS) {
    await sleep(100 + chance(500));
    if (chance(2) === 0) {
      operator.kill();
      // Most of the next ones get as far as to work; some are killed while they start.
      if (chance(4) > 0) await operator.working();
    } else proxy.cut((request) => isWatch(request) && chance(2) === 0);
  }
  await played;
  for (const fault of injected) fault.remove();
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
