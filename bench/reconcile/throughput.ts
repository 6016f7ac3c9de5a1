import { type KindReference, type KubernetesObject, systemClock } from '@capstan/base';
import { conditionsOf, connect, findCondition, type KubeClient } from '@capstan/kube';
import type { Workload } from './documents.ts';
import type { MeasuredOperator } from './operator.ts';
import { follow, quantile } from './progress.ts';

const APPLICATION: KindReference = { apiVersion: 'core.oam.dev/v1alpha2', kind: 'ApplicationConfiguration' };
const DEPLOYMENT: KindReference = { apiVersion: 'apps/v1', kind: 'Deployment' };
/** Requests that a client sends at once. */
const WIDTH = 8;

/** Seconds and requests of bringing about many applications. */
export interface Throughput {
  readonly syncedSeconds: number;
  readonly readySeconds: number;
  /** Seconds from the creation of one application to Synced. */
  readonly p50: number;
  readonly p99: number;
  readonly requestsEach: number;
  readonly megabytesEach: number;
}

/** Creates this many applications in a namespace of their own and measures until all of them are ready. */
export async function applications(
  kubeconfig: string,
  operator: MeasuredOperator,
  workload: Workload,
  count: number,
): Promise<Throughput> {
  const client = await connect({ kubeconfig });
  const namespace = await newNamespace(client, `apps-${count}`);
  const synced = await follow(client, APPLICATION, (object) => holds(object, 'Synced', namespace));
  const ready = await follow(client, APPLICATION, (object) => holds(object, 'Ready', namespace));
  const requests = await operator.requests();
  const memory = operator.memory();
  const created = new Map<string, number>();
  const began = performance.now();
  await inParallel(count, async (index) => {
    for (const object of workload.application(namespace, index)) {
      await client.create(object);
      created.set(`${namespace}/${object.metadata.name}`, performance.now());
    }
  });
  await synced.reached(count);
  await ready.reached(count);
  const latencies = [...synced.met].map(([key, at]) => (at - (created.get(key) ?? Number.NaN)) / 1000);
  const result = {
    syncedSeconds: (Math.max(...synced.met.values()) - began) / 1000,
    readySeconds: (Math.max(...ready.met.values()) - began) / 1000,
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    requestsEach: ((await operator.requests()) - requests) / count,
    megabytesEach: (operator.memory() - memory) / count,
  };
  await Promise.all([synced.stop(), ready.stop()]);
  await removeNamespace(client, namespace);
  client.close();
  return result;
}

/** Seconds until the same pods and Services are there when a client applies them bare. */
export async function floor(kubeconfig: string, workload: Workload, count: number): Promise<number> {
  const client = await connect({ kubeconfig });
  const namespace = await newNamespace(client, `bare-${count}`);
  const ready = await follow(client, DEPLOYMENT, (object) => isAvailable(object, namespace));
  const began = performance.now();
  await inParallel(count, async (index) => {
    for (const object of workload.bare(namespace, index)) await client.apply(object);
  });
  await ready.reached(count * workload.deployments);
  const seconds = (Math.max(...ready.met.values()) - began) / 1000;
  await ready.stop();
  await removeNamespace(client, namespace);
  client.close();
  return seconds;
}

/** Runs the work for 0 to count-1, a few at a time. */
export async function inParallel(count: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async () => {
    for (let index = next++; index < count; index = next++) await work(index);
  };
  await Promise.all(Array.from({ length: WIDTH }, lane));
}

/** True when a condition of the object holds for what it states now. */
export function holds(object: KubernetesObject, type: string, namespace: string): boolean {
  const condition = findCondition(conditionsOf(object), type);
  return (
    object.metadata.namespace === namespace &&
    condition?.status === 'True' &&
    (condition.observedGeneration === undefined || condition.observedGeneration === object.metadata.generation)
  );
}

function isAvailable(object: KubernetesObject, namespace: string): boolean {
  const { spec, status } = object as KubernetesObject & {
    spec: { replicas?: number };
    status?: { readyReplicas?: number };
  };
  return object.metadata.namespace === namespace && (status?.readyReplicas ?? 0) >= (spec.replicas ?? 1);
}

let namespaces = 0;

/** A namespace that no earlier measurement used. */
export async function newNamespace(client: KubeClient, what: string): Promise<string> {
  namespaces += 1;
  const name = `${what}-${namespaces}`;
  await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  return name;
}

/** Deletes a namespace and waits until it is gone, so that its end does not disturb the next measurement. */
export async function removeNamespace(client: KubeClient, name: string): Promise<void> {
  const reference = { apiVersion: 'v1', kind: 'Namespace', name };
  await client.delete(reference);
  while (await client.get(reference)) await systemClock.sleep(500);
}
