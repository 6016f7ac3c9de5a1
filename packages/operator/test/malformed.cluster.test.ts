import { isCapstanError, type KubernetesObject } from '@capstan/base';
import { conditionsOf, connect, findCondition, type KubeClient, waitFor } from '@capstan/kube';
import { parseDocuments } from '@capstan/oam-model';
import '@capstan/sandbox/testing';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { corpus } from '../../oam-model/test/corpus.ts';
import { installSystem } from '../src/index.ts';
import {
  aComponent,
  anApplication,
  applicationIn,
  condition,
  DEADLINE_MS,
  newNamespace,
  type RunningOperator,
  startOperator,
} from './support.ts';

const APPLICATIONS = { apiVersion: 'core.oam.dev/v1alpha2', kind: 'ApplicationConfiguration' };

/** Kinds that an application of the corpus may make. */
const MADE = [
  { apiVersion: 'core.oam.dev/v1alpha2', kind: 'ContainerizedWorkload' },
  { apiVersion: 'core.oam.dev/v1alpha2', kind: 'ManualScalerTrait' },
  { apiVersion: 'apps/v1', kind: 'Deployment' },
  { apiVersion: 'v1', kind: 'ConfigMap' },
];

/** What is malformed here is another object, or a part that the application does not use or not reach yet. */
const GOOD_ALL_THE_SAME =
  /^(application-(status-text|twice)|components-none|data-(condition-.*|input-path|output-twice|store-type)|field-path-.*|fuzz-workload-spec-no-object|(health|network)-scope-.*|kind-alias-outside|parameter-published-twice)$/;

/** A field that the kind does not know is left out, as the API server does. */
const LEFT_OUT =
  /^(container-(cmd|env-value-from|probe-handler|probe-misprint|replicas)|parameter-value-into-nowhere|scaler-field-unknown|trait-metadata-misprint)$/;

/** Shows only once the source of the data, or the workload before a trait of a kind of Kubernetes, is there. */
const SHOWS_LATE = /^(data-(output-path|store-(no-value|operator|path|value-not-json))|container-config-param)$/;

let client: KubeClient;
let operator: RunningOperator;
/** Of the test's own; the cluster is shared with other tests. */
const namespaces: string[] = [];

async function ownNamespace(): Promise<string> {
  const name = await newNamespace(client);
  namespaces.push(name);
  return name;
}

beforeAll(async () => {
  client = await connect({ kubeconfig: inject('kubeconfig') });
  await installSystem(client);
  operator = startOperator(client);
  await operator.running;
});

afterAll(async () => {
  for (const name of namespaces) await client.delete({ apiVersion: 'v1', kind: 'Namespace', name });
  await operator?.stop();
  client?.close();
});

interface Outcome {
  readonly name: string;
  readonly namespace: string;
  /** The application as it was judged; undefined where the API server refused it. */
  readonly application?: KubernetesObject;
}

/** Sends every object of a file, as a client does that goes on after a refusal, and waits for the operator's word. */
async function send(name: string, objects: readonly KubernetesObject[]): Promise<Outcome> {
  const namespace = await ownNamespace();
  let sent: string | undefined;
  for (const object of objects) {
    try {
      await client.create({ ...object, metadata: { ...object.metadata, namespace } });
      if (object.kind === APPLICATIONS.kind) sent = object.metadata.name;
    } catch (error) {
      if (!isCapstanError(error)) throw error;
    }
  }
  if (!sent) return { name, namespace };
  const judged = (object: KubernetesObject | undefined) =>
    object !== undefined && findCondition(conditionsOf(object), 'Synced') !== undefined;
  const application = await waitFor(client, applicationIn(namespace, sent), judged, { timeoutMs: DEADLINE_MS });
  return application ? { name, namespace, application } : { name, namespace };
}

/** Everything that applications may have made, by namespace. */
async function madeObjects(): Promise<Map<string, string[]>> {
  const lists = await Promise.all(MADE.map((kind) => client.list(kind, {})));
  const byNamespace = new Map<string, string[]>();
  for (const { kind, metadata } of lists.flatMap(({ items }) => items)) {
    const { namespace = '', name } = metadata;
    if (name !== 'kube-root-ca.crt')
      byNamespace.set(namespace, [...(byNamespace.get(namespace) ?? []), `${kind} ${name}`]);
  }
  return byNamespace;
}

/** A sound application, ready. */
async function soundApplication(namespace: string, name: string): Promise<KubernetesObject> {
  await client.apply(aComponent(namespace, name, { image: 'nginx:1.29' }));
  await client.apply(anApplication(namespace, name, [{ componentName: name }]));
  return condition(client, applicationIn(namespace, name), ['Ready', 'True']);
}

async function versionsIn(among: ReadonlySet<string>): Promise<string[]> {
  const { items } = await client.list(APPLICATIONS, {});
  const failed = items.filter(({ metadata }) => among.has(metadata.namespace ?? ''));
  return failed.map(({ metadata }) => `${metadata.namespace}/${metadata.name} ${metadata.resourceVersion}`).sort();
}

test('malformed manifests: refused, or a condition that says why; nothing applied, nobody else disturbed', {
  timeout: 180_000,
}, async () => {
  const namespace = await ownNamespace();
  const before = await soundApplication(namespace, 'before');
  const files = [...corpus].flatMap(([name, text]) => {
    const { documents, problems } = parseDocuments(text, name);
    const objects = documents.map(({ object }) => object);
    const ofCluster = objects.some(({ kind }) => kind.endsWith('Definition'));
    return problems.length > 0 || ofCluster ? [] : [{ name, objects }];
  });
  const outcomes: Outcome[] = [];
  for (let at = 0; at < files.length; at += 20) {
    outcomes.push(...(await Promise.all(files.slice(at, at + 20).map(({ name, objects }) => send(name, objects)))));
  }
  const made = await madeObjects();
  const failed = new Set<string>();
  for (const { name, namespace: own, application } of outcomes) {
    const synced = application && findCondition(conditionsOf(application), 'Synced');
    if (!synced) expect(made.get(own) ?? [], name).toEqual([]);
    else if ((GOOD_ALL_THE_SAME.test(name) || LEFT_OUT.test(name)) && synced.status === 'True') continue;
    else {
      expect(synced, name).toMatchObject({ status: 'False', reason: 'ReconcileError' });
      expect(synced.message, name).toMatch(/^cannot (render|apply) components: ./);
      if (SHOWS_LATE.test(name)) continue;
      expect(made.get(own) ?? [], name).toEqual([]);
      failed.add(own);
    }
  }
  // Nobody is working at the failed ones while another application becomes ready.
  const settled = await versionsIn(failed);
  await soundApplication(namespace, 'after');
  expect(await versionsIn(failed)).toEqual(settled);
  expect(settled.length).toBeGreaterThan(100);
  const still = await client.get(applicationIn(namespace, 'before'));
  expect(still?.metadata.resourceVersion).toBe(before.metadata.resourceVersion);
});
