import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { isCapstanError, type KubernetesObject, silentLogger } from '@capstan/base';
import {
  conditionsOf,
  connect,
  createInformerHub,
  findCondition,
  type KubeClient,
  type SharedInformer,
} from '@capstan/kube';
import {
  type FaultProxy,
  type ProxiedRequest,
  startControlPlane,
  startFaultProxy,
  type TestControlPlane,
} from '@capstan/sandbox/testing';
import { afterAll, beforeAll, expect, onTestFailed, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { type SupervisedOperator, superviseOperator } from './chaos/operator-process.ts';
import { capstan, repository } from './support/capstan.ts';

const OAM = 'core.oam.dev/v1alpha2';
const APPLICATIONS = { apiVersion: OAM, kind: 'ApplicationConfiguration' };
const CORPUS = `${repository}/packages/oam-model/test/corpus`;
const WITHIN = { timeout: 60_000, interval: 50 };
/** How many files are offered at the same time. */
const TOGETHER = 16;
/** Far shorter than the 30 s after which an error that stands is looked at again, far longer than a hot loop's turn. */
const QUIET_MS = 3_000;
/** About thirty applications of the corpus name a kind that nobody serves; each asks four times in ten seconds. */
const MAX_DISCOVERY = 100;

/** Files of which the API server and the controller rightly take the application; the command line says what is wrong. */
const SOUND_ALL_THE_SAME: readonly { readonly why: string; readonly files: RegExp }[] = [
  {
    why: 'wrong is another object, or a part that the application does not use',
    files:
      /^(application-twice|components-none|definition-.*|field-path-.*|(health|network)-scope-.*|kind-alias-outside|parameter-published-twice|fuzz-workload-spec-no-object)$/,
  },
  {
    why: 'the values are waited for, which the status tells under dependency.unsatisfied',
    files: /^data-(condition-.*|input-path|output-twice|store-type)$/,
  },
  {
    why: 'a field that the kind of the workload or trait does not know is left out, as the API server does',
    files:
      /^(container-(cmd|env-value-from|probe-handler|probe-misprint|replicas)|fuzz-document-replaced|parameter-value-into-nowhere|scaler-field-unknown|trait-metadata-misprint)$/,
  },
  { why: 'another reader of YAML takes the text', files: /^syntax-(alias-bomb|too-deep)$/ },
];

/** What is wrong is known only when the workload, or the source of a value, is there. */
const SHOWS_LATE = /^(container-config-param|data-(output-path|store-(no-value|operator|path|value-not-json)))$/;

let cluster: TestControlPlane;
let proxy: FaultProxy;
let operator: SupervisedOperator;
let client: KubeClient;
let applications: SharedInformer;
const ended = new AbortController();

beforeAll(async () => {
  cluster = await startControlPlane();
  proxy = await startFaultProxy({ kubeconfig: cluster.kubeconfig });
  client = await connect({ kubeconfig: cluster.kubeconfig });
  const installed = await capstan(['system', 'install', '--yes', '--kubeconfig', cluster.kubeconfig]);
  expect(installed.code, installed.stderr).toBe(0);
  applications = createInformerHub(client, { log: silentLogger, signal: ended.signal }).use(APPLICATIONS);
  operator = superviseOperator(proxy.kubeconfig, {});
  await operator.working();
});

afterAll(async () => {
  ended.abort();
  await applications?.informer.stopped;
  await operator?.stop();
  await proxy?.stop();
  client?.close();
  await cluster?.stop();
});

test('malformed manifests are refused or say what is wrong, and disturb nobody', { timeout: 240_000 }, async () => {
  onTestFailed(() => {
    process.stderr.write(operator.log());
  });
  await apply('sound', soundApplication('1.28'));
  await expect.poll(() => synced('sound', 'sound')?.status, WITHIN).toBe('True');

  const accepted = await offerAll();
  process.stderr.write(`${accepted.length} applications of the corpus got past the API server\n`);
  const silent = () => accepted.filter(({ name, file }) => !synced(namespaceOf(file), name)).map(({ file }) => file);
  await expect.poll(silent, WITHIN).toEqual([]);
  const made = await namespacesWithParts();
  expect(verdicts(accepted, made)).toEqual([]);

  // Who holds an application up does so each time; the machine may pause once.
  const times = [await timeToChange('1.29'), await timeToChange('1.30'), await timeToChange('1.31')];
  expect(Math.min(...times)).toBeLessThan(5_000);
  expect(await tooMuchWithin(QUIET_MS)).toEqual([]);
  expect(operator.log()).not.toContain('"level":"error"');
});

test('malformed Definitions are refused by the webhooks', { timeout: 120_000 }, async () => {
  await operator.stop();
  operator = superviseOperator(proxy.kubeconfig, {}, ['--use-webhook', '--webhook-port', '0']);
  await operator.working();
  const taken = await Promise.all(definitionFiles().map(offerDefinitions));
  expect(taken.filter((file) => file !== undefined)).toEqual([]);
});

/** Changes the sound application and waits until it is ready again; how many milliseconds its Deployment took to hear of it. */
async function timeToChange(version: string): Promise<number> {
  const before = Date.now();
  await apply('sound', soundApplication(version));
  await expect.poll(soundImage, WITHIN).toBe(`nginx:${version}`);
  const time = Date.now() - before;
  await expect.poll(isRolledOut, WITHIN).toBe(true);
  await expect.poll(isSoundReady, WITHIN).toBe(true);
  return time;
}

/** What is wrong with what was said about the accepted applications, one line each. */
function verdicts(accepted: readonly Offered[], made: ReadonlySet<string>): string[] {
  return accepted.flatMap(({ file, name }) => {
    const { status, message = '' } = synced(namespaceOf(file), name) ?? {};
    if (SOUND_ALL_THE_SAME.some(({ files }) => files.test(file))) return [];
    if (status !== 'False' || message === '') return [`${file}: Synced=${status} ${message}`];
    return made.has(namespaceOf(file)) && !SHOWS_LATE.test(file) ? [`${file}: something was applied`] : [];
  });
}

/**
 * What the operator asks too often in a while, but for its Lease and its watches. What stands wrong is looked at again every
 * five to thirty seconds: then what is missing is read, and what was refused is sent, once more.
 */
async function tooMuchWithin(ms: number): Promise<string[]> {
  const before = proxy.requests.length;
  await sleep(ms);
  const asked = proxy.requests.slice(before).filter((request) => !isUpkeep(request));
  const objects = asked.flatMap(({ method, path }) => (isDiscovery(path) ? [] : [`${method} ${path}`]));
  const discovery = asked.length - objects.length;
  process.stderr.write(`${asked.length} requests in ${ms / 1000} s, ${discovery} of them for discovery\n`);
  const repeated = objects.filter((one) => objects.filter((other) => other === one).length > 2);
  return [...repeated, ...(discovery > MAX_DISCOVERY ? [`discovery ${discovery} times`] : [])];
}

const isDiscovery = (path: string) => path === '/api' || path === '/apis';

interface Offered {
  /** Of the corpus, without its ending. */
  readonly file: string;
  /** Of an application that the API server accepted. */
  readonly name: string;
}

/** Offers every file of the corpus to the API server, each in a namespace of its own. */
async function offerAll(): Promise<Offered[]> {
  const files = readdirSync(CORPUS).flatMap((file) => (file.endsWith('.yaml') ? [file.slice(0, -'.yaml'.length)] : []));
  const accepted: Offered[] = [];
  const worker = async () => {
    for (let file = files.shift(); file !== undefined; file = files.shift()) accepted.push(...(await offer(file)));
  };
  await Promise.all(Array.from({ length: TOGETHER }, worker));
  return accepted;
}

function namespaceOf(file: string): string {
  return `bad-${file}`;
}

/** Applies what can be applied of a file, as a client that goes on after a refusal. */
async function offer(file: string): Promise<Offered[]> {
  const namespace = namespaceOf(file);
  await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  const accepted: Offered[] = [];
  for (const object of documentsOf(readFileSync(`${CORPUS}/${file}.yaml`, 'utf8'))) {
    // Definitions are the whole cluster's: the other files would feel them.
    if (isDefinition(object)) continue;
    try {
      await client.apply({ ...object, metadata: { ...object.metadata, namespace } }, { fieldManager: 'author' });
      if (object.kind === APPLICATIONS.kind) accepted.push({ file, name: object.metadata.name });
    } catch (error) {
      if (!isCapstanError(error)) throw error;
    }
  }
  return accepted;
}

/** The objects of a text that a client can send at all. */
function documentsOf(text: string): KubernetesObject[] {
  return parseAllDocuments(text, { logLevel: 'silent' }).flatMap((document) => {
    if (document.errors.length > 0) return [];
    try {
      const object: unknown = document.toJS({ maxAliasCount: 100 });
      return isObject(object) ? [object] : [];
    } catch {
      // Aliases without measure: no client reads that.
      return [];
    }
  });
}

const isDefinition = ({ kind }: KubernetesObject) => kind.endsWith('Definition');

function isObject(value: unknown): value is KubernetesObject {
  const { apiVersion, kind, metadata } = (value ?? {}) as Partial<KubernetesObject>;
  return typeof apiVersion === 'string' && typeof kind === 'string' && typeof metadata?.name === 'string';
}

function definitionFiles(): string[] {
  return readdirSync(CORPUS).flatMap((file) =>
    file.startsWith('definition-') ? [file.slice(0, -'.yaml'.length)] : [],
  );
}

/** Offers the Definitions of a file without leaving them in the cluster; names the file when all of them were taken. */
async function offerDefinitions(file: string): Promise<string | undefined> {
  const objects = documentsOf(readFileSync(`${CORPUS}/${file}.yaml`, 'utf8')).filter(isDefinition);
  const results = await Promise.allSettled(
    objects.map((object) => client.apply(object, { fieldManager: 'author', force: true, dryRun: true })),
  );
  return results.some(({ status }) => status === 'rejected') ? undefined : file;
}

/** Every namespace in which something carries the label that parts of applications carry, of whatever kind. */
async function namespacesWithParts(): Promise<ReadonlySet<string>> {
  const kinds = (await client.discovery.all()).filter(({ namespaced, verbs }) => namespaced && verbs.includes('list'));
  const lists = await Promise.all(kinds.map((kind) => client.list(kind, { labelSelector: 'app.oam.dev/name' })));
  return new Set(lists.flatMap(({ items }) => items.map(({ metadata }) => metadata.namespace ?? '')));
}

function soundApplication(version: string): KubernetesObject[] {
  const containers = [{ name: 'main', image: `nginx:${version}`, ports: [{ name: 'http', containerPort: 80 }] }];
  const workload = { apiVersion: OAM, kind: 'ContainerizedWorkload', spec: { containers } };
  const components = [{ componentName: 'sound' }];
  return [
    { apiVersion: OAM, kind: 'Component', metadata: { name: 'sound' }, spec: { workload } },
    { ...APPLICATIONS, metadata: { name: 'sound' }, spec: { components } },
  ];
}

async function apply(namespace: string, objects: readonly KubernetesObject[]): Promise<void> {
  await client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  for (const object of objects) {
    await client.apply({ ...object, metadata: { ...object.metadata, namespace } }, { fieldManager: 'author' });
  }
}

function synced(namespace: string, name: string) {
  const live = applications.informer.get(name, namespace);
  return live && findCondition(conditionsOf(live), 'Synced');
}

function isSoundReady(): boolean {
  const live = applications.informer.get('sound', 'sound');
  const ready = live && findCondition(conditionsOf(live), 'Ready');
  return ready?.status === 'True' && ready.observedGeneration === live?.metadata.generation;
}

async function soundDeployment() {
  const live = await client.get({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'sound', namespace: 'sound' });
  return live as typeof live & { spec: DeploymentSpec; status?: Readonly<Record<string, number>> };
}

interface DeploymentSpec {
  readonly replicas: number;
  readonly template: { readonly spec: { readonly containers: readonly { readonly image: string }[] } };
}

async function soundImage(): Promise<string | undefined> {
  return (await soundDeployment()).spec.template.spec.containers[0]?.image;
}

/** Nothing more happens to its pods, of which the operator would hear. */
async function isRolledOut(): Promise<boolean> {
  const { metadata, spec, status = {} } = await soundDeployment();
  const counts = ['replicas', 'updatedReplicas', 'availableReplicas'].map((name) => status[name]);
  return status['observedGeneration'] === metadata.generation && counts.every((count) => count === spec.replicas);
}

const isUpkeep = ({ path, query }: ProxiedRequest) => path.includes('/leases/') || query.get('watch') === 'true';
