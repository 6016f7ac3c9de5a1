import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type JsonObject, type KubernetesObject, silentLogger } from '@capstan/base';
import { connect, type KubeClient, waitFor, waitUntilServed } from '@capstan/kube';
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest';
import '../testing/context.ts';
import { loadStages } from './load-stages.ts';
import { SIMULATION_MANAGER, startStageRunner } from './runner.ts';

const id = randomUUID().slice(0, 8);
const group = `s${id}.example.com`;
const apiVersion = `${group}/v1`;
const kind = 'Thing';
const reference = { apiVersion, kind, name: 'one', namespace: 'default' };
const crd = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name: `things.${group}` };
let client: KubeClient;

const STAGES = `
apiVersion: kwok.x-k8s.io/v1alpha1
kind: Stage
metadata: {name: ready}
spec:
  resourceRef: {apiGroup: ${apiVersion}, kind: Thing}
  selector:
    matchExpressions:
      - {key: .metadata.deletionTimestamp, operator: DoesNotExist}
  delay: {durationMilliseconds: 20}
  next:
    patches:
      - {subresource: status, root: status, type: merge, template: 'observed: {{ .metadata.generation }}'}
---
apiVersion: kwok.x-k8s.io/v1alpha1
kind: Stage
metadata: {name: with-another, annotations: {simulation.capstan.dev/while-served: ${apiVersion}/Another}}
spec:
  resourceRef: {apiGroup: ${apiVersion}, kind: Thing}
  next:
    patches:
      - {subresource: status, root: status, template: 'another: true'}
---
apiVersion: kwok.x-k8s.io/v1alpha1
kind: Stage
metadata: {name: finalize}
spec:
  resourceRef: {apiGroup: ${apiVersion}, kind: Thing}
  selector:
    matchExpressions:
      - {key: .metadata.deletionTimestamp, operator: Exists}
  next:
    patches:
      - {template: 'metadata: {finalizers: []}'}
`;

function theCrd(): KubernetesObject {
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  const version = { name: 'v1', served: true, storage: true, schema, subresources: { status: {} } };
  const names = { kind, plural: 'things', singular: 'thing' };
  const spec = { group, names, scope: 'Namespaced', versions: [version] };
  return { apiVersion: crd.apiVersion, kind: crd.kind, metadata: { name: crd.name }, spec };
}

function aThing(size: number): KubernetesObject {
  const metadata = { name: 'one', namespace: 'default', finalizers: ['example.com/held'] };
  return { apiVersion, kind, metadata, spec: { size } };
}

function observed(object: KubernetesObject | undefined): unknown {
  return (object?.['status'] as JsonObject | undefined)?.['observed'];
}

beforeAll(async () => {
  client = await connect({ kubeconfig: inject('kubeconfig') });
});

afterAll(async () => {
  await client.delete(crd);
  client.close();
});

test('stages of a chart are played once their kind is served, for each generation, until the object may go', async () => {
  const charts = await mkdtemp(join(tmpdir(), 'capstan-'));
  onTestFinished(() => rm(charts, { recursive: true }));
  const folder = join(charts, 'things', '1.0.0', 'simulation');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'stages.yaml'), STAGES);

  const stop = new AbortController();
  const stages = await loadStages({ charts: [charts], stages: join(charts, 'none') });
  const ended = startStageRunner(client, { stages, signal: stop.signal, log: silentLogger });

  await client.apply(theCrd());
  await waitUntilServed(client, { apiVersion, kind });
  const timeout = { timeoutMs: 30_000 };
  await client.apply(aThing(1));
  const first = await waitFor(client, reference, (object) => observed(object) === 1, timeout);
  expect(first?.metadata.managedFields).toContainEqual(expect.objectContaining({ manager: SIMULATION_MANAGER }));
  await client.apply(aThing(2));
  const second = await waitFor(client, reference, (object) => observed(object) === 2, timeout);
  expect(second?.['status']).toEqual({ observed: 2 });
  await client.delete(reference);
  await waitFor(client, reference, (object) => object === undefined, timeout);

  stop.abort();
  await ended;
});
