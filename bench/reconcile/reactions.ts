import { type KubernetesObject, type ObjectReference, referenceTo, systemClock } from '@capstan/base';
import { connect, type KubeClient, waitFor } from '@capstan/kube';
import { WEB_SERVICE, type Workload } from './documents.ts';
import type { MeasuredOperator } from './operator.ts';
import { quantile } from './progress.ts';
import { holds, inParallel, newNamespace, removeNamespace } from './throughput.ts';

const TIME_LIMIT = 60_000;

/** What an operator does when nothing happens. */
export interface Rest {
  readonly requestsPerMinute: number;
  readonly cpuSecondsPerMinute: number;
}

/** Looks at an operator for a minute in which nobody does anything. */
export async function atRest(operator: MeasuredOperator): Promise<Rest> {
  const [requests, cpu] = [await operator.requests(), operator.cpu()];
  await systemClock.sleep(60_000);
  return { requestsPerMinute: (await operator.requests()) - requests, cpuSecondsPerMinute: operator.cpu() - cpu };
}

/** What one edit among many applications costs. */
export interface EditCost {
  readonly seconds: number;
  readonly requests: number;
  readonly cpuSeconds: number;
}

/** Edits one Component among this many applications, ten times; medians until the Deployment has the new image. */
export async function edits(kubeconfig: string, operator: MeasuredOperator, count: number): Promise<EditCost> {
  const { client, namespace } = await populated(kubeconfig, WEB_SERVICE, count);
  await systemClock.sleep(2_000);
  const times: number[] = [];
  const [requests, cpu] = [await operator.requests(), operator.cpu()];
  const rounds = 10;
  for (let round = 0; round < rounds; round++) {
    const index = round % count;
    const image = `nginx:1.${round}`;
    const component = { apiVersion: 'core.oam.dev/v1alpha2', kind: 'Component', name: `web-${index}`, namespace };
    const began = performance.now();
    await client.patch(component, { spec: { workload: { spec: { image } } } });
    await waitFor(client, deployment(namespace, `web-${index}`), (live) => imageOf(live) === image, {
      timeoutMs: TIME_LIMIT,
    });
    times.push((performance.now() - began) / 1000);
  }
  await systemClock.sleep(2_000);
  const cost = {
    seconds: quantile(times, 0.5),
    requests: ((await operator.requests()) - requests) / rounds,
    cpuSeconds: (operator.cpu() - cpu) / rounds,
  };
  await removeNamespace(client, namespace);
  client.close();
  return cost;
}

/** Seconds until what was deleted or edited by hand is as it should be, and until a lone application is ready. */
export interface Reactions {
  readonly drift: readonly number[];
  readonly dependency: readonly number[];
  readonly lone: readonly number[];
}

/** Deletes Deployments, lets dependencies become ready, and makes lone applications: 20 times each. */
export async function reactions(kubeconfig: string): Promise<Reactions> {
  const { client, namespace } = await populated(kubeconfig, WEB_SERVICE, 20);
  const result: Record<keyof Reactions, number[]> = { drift: [], dependency: [], lone: [] };
  for (let index = 0; index < 20; index++) {
    result.drift.push(await drift(client, deployment(namespace, `web-${index}`)));
    result.dependency.push(await dependency(client, namespace, index));
    result.lone.push(await lone(client, namespace, 1_000 + index));
  }
  await removeNamespace(client, namespace);
  client.close();
  return result;
}

async function drift(client: KubeClient, reference: ObjectReference): Promise<number> {
  const uid = (await client.get(reference))?.metadata.uid;
  const began = performance.now();
  await client.delete(reference);
  const isNew = (live: KubernetesObject | undefined) => live !== undefined && live.metadata.uid !== uid;
  await waitFor(client, reference, isNew, { timeoutMs: TIME_LIMIT });
  return (performance.now() - began) / 1000;
}

/** From the moment a ConfigMap that a component waits for has its value to the creation of the workload. */
async function dependency(client: KubeClient, namespace: string, index: number): Promise<number> {
  const [source, target] = [`source-${index}`, `target-${index}`];
  const oam = 'core.oam.dev/v1alpha2';
  const component = (name: string, workload: object) => ({
    apiVersion: oam,
    kind: 'Component',
    metadata: { name, namespace },
    spec: { workload },
  });
  await client.create(component(source, { apiVersion: 'v1', kind: 'ConfigMap', data: { other: 'x' } }));
  await client.create(component(target, { apiVersion: 'v1', kind: 'ConfigMap', data: { own: 'x' } }));
  const value = { name: 'value', fieldPath: 'metadata.annotations[bench/value]' };
  await client.create({
    apiVersion: oam,
    kind: 'ApplicationConfiguration',
    metadata: { name: `waits-${index}`, namespace },
    spec: {
      components: [
        { componentName: source, dataOutputs: [value] },
        {
          componentName: target,
          dataInputs: [{ valueFrom: { dataOutputName: value.name }, toFieldPaths: ['data.value'] }],
        },
      ],
    },
  });
  const reference = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', name, namespace });
  await waitFor(client, reference(source), (live) => live !== undefined, { timeoutMs: TIME_LIMIT });
  const began = performance.now();
  await client.patch(reference(source), { metadata: { annotations: { 'bench/value': 'here' } } });
  await waitFor(client, reference(target), (live) => live !== undefined, { timeoutMs: TIME_LIMIT });
  return (performance.now() - began) / 1000;
}

async function lone(client: KubeClient, namespace: string, index: number): Promise<number> {
  const began = performance.now();
  await make(client, WEB_SERVICE, namespace, index);
  return (performance.now() - began) / 1000;
}

async function populated(kubeconfig: string, workload: Workload, count: number) {
  const client = await connect({ kubeconfig });
  const namespace = await newNamespace(client, `filled-${count}`);
  await inParallel(count, (index) => make(client, workload, namespace, index));
  return { client, namespace };
}

/** Creates an application and waits until it is ready. */
async function make(client: KubeClient, workload: Workload, namespace: string, index: number): Promise<void> {
  const objects = workload.application(namespace, index);
  for (const object of objects) await client.create(object);
  const application = objects.at(-1);
  if (!application) throw new Error('a workload without objects');
  await waitFor(client, referenceTo(application), (live) => live !== undefined && holds(live, 'Ready', namespace), {
    timeoutMs: TIME_LIMIT,
  });
}

function deployment(namespace: string, name: string): ObjectReference {
  return { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name };
}

function imageOf(object: KubernetesObject | undefined): string | undefined {
  const { spec } = (object ?? {}) as { spec?: { template?: { spec?: { containers?: { image?: string }[] } } } };
  return spec?.template?.spec?.containers?.[0]?.image;
}
