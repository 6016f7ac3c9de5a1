import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { identifyProcess, isRunning, type KubernetesObject, referenceTo, systemClock } from '@capstan/base';
import { connect } from '@capstan/kube';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { SANDBOX_CODES } from '../codes.ts';
import { ENGINES } from '../engine/names.ts';
import type { SandboxEvent } from './events.ts';
import { sandboxKubeconfigPath } from './phase.ts';
import { startSandbox } from './start.ts';
import { resetSandbox, sandboxStatus, stopSandbox } from './stop.ts';

const NOTE: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'note', namespace: 'default' },
  data: { text: 'kept' },
};

/** A macro with two variables is beyond the embedded engine's CEL. */
const ODD_CRD: KubernetesObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'odds.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'odds', singular: 'odd', kind: 'Odd', listKind: 'OddList' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: oddSchema() } }],
  },
};

function oddSchema() {
  const m = { type: 'object', additionalProperties: { type: 'integer' } };
  const rules = [{ rule: 'self.m.all(k, v, v > 0)' }];
  const spec = { type: 'object', properties: { m }, 'x-kubernetes-validations': rules };
  return { type: 'object', properties: { spec } };
}

/** Directories of these tests; what is left of them is stopped and deleted. */
async function aDirectory(): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), 'capstan-'));
  const directory = join(parent, 'sandbox');
  onTestFinished(async () => {
    await resetSandbox({ directory });
    await rm(parent, { recursive: true });
  });
  return directory;
}

async function pidsOf(directory: string): Promise<number[]> {
  const { processes } = await sandboxStatus({ directory });
  return processes.flatMap(({ state, pid }) => (state === 'running' && pid !== undefined ? [pid] : []));
}

async function untilGone(pid: number): Promise<void> {
  const deadline = Date.now() + 30_000;
  while ((await identifyProcess(pid)) !== undefined) {
    if (Date.now() > deadline) throw new Error(`process ${pid} still runs`);
    await systemClock.sleep(50);
  }
}

/** One process of each engine that survives when the others are killed, and one that does not. */
const SURVIVOR = { embedded: 'agent', real: 'etcd' } as const;
const VICTIM = { embedded: 'apiserver', real: 'kube-apiserver' } as const;

describe.each(ENGINES)('the life of a sandbox with the engine %s', (engine) => {
  let parent = '';
  let directory = '';
  const events: SandboxEvent[] = [];
  const start = (options = {}) =>
    startSandbox({ directory, engine, onProgress: (event) => events.push(event), ...options });

  beforeAll(async () => {
    parent = await mkdtemp(join(tmpdir(), 'capstan-'));
    directory = join(parent, 'sandbox');
  });
  afterAll(async () => {
    await resetSandbox({ directory });
    await rm(parent, { recursive: true });
  });

  test('two starts at the same time make one sandbox', async () => {
    const started = await Promise.all([start(), start()]);
    expect(started.map(({ alreadyRunning }) => alreadyRunning).sort()).toEqual([false, true]);
    expect(started[0].state).toEqual(started[1].state);
    expect(events).toContainEqual({ type: 'waiting-for-lock' });
    const status = await sandboxStatus({ directory });
    expect(status).toMatchObject({ phase: 'running', ready: true });
    expect(status.state?.versions.kubernetes).toMatch(engine === 'real' ? /^v1\.\d+\.\d+$/ : /^v1\.\d+\.\d+\+sim$/);
    expect((await stat(sandboxKubeconfigPath({ directory }))).mode & 0o777).toBe(0o600);
  });

  test('stop leaves no process, and a start afterwards finds the data, on the same port', async () => {
    const before = await sandboxStatus({ directory });
    const client = await connect({ kubeconfig: sandboxKubeconfigPath({ directory }) });
    await client.apply(NOTE);
    const pids = await pidsOf(directory);
    const { stopped } = await stopSandbox({ directory });
    expect(stopped).toHaveLength(before.processes.length);
    expect(await Promise.all(pids.map((pid) => identifyProcess(pid)))).toEqual(pids.map(() => undefined));
    expect((await sandboxStatus({ directory })).phase).toBe('stopped');

    const again = await start();
    expect(again.state.port).toBe(before.state?.port);
    expect(await client.get(referenceTo(NOTE))).toMatchObject({ data: { text: 'kept' } });
    client.close();
  });

  test('after a crash the status says so, and a start repairs it on another port when the last one is taken', async () => {
    const { state, processes } = await sandboxStatus({ directory });
    const victims = processes.flatMap(({ name, pid }) => (name === SURVIVOR[engine] || pid === undefined ? [] : [pid]));
    for (const pid of victims) process.kill(pid, 'SIGKILL');
    await Promise.all(victims.map(untilGone));
    const crashed = await sandboxStatus({ directory });
    expect(crashed.phase).toBe('degraded');
    expect(crashed.processes.map((one) => one.state)).toEqual(
      crashed.processes.map(({ name }) => (name === SURVIVOR[engine] ? 'running' : 'stale')),
    );

    const port = state?.port ?? 0;
    const other = createServer().listen(port, '127.0.0.1');
    onTestFinished(() => void other.close());
    await once(other, 'listening');
    await expect(start({ port })).rejects.toMatchObject({ code: SANDBOX_CODES.portBusy, fields: { port } });
    const repaired = await start();
    expect(events).toContainEqual({ type: 'port-changed', from: port, to: repaired.state.port });
    expect(events).toContainEqual(expect.objectContaining({ type: 'stale-process', process: VICTIM[engine] }));
    expect((await sandboxStatus({ directory })).phase).toBe('running');
  });

  test('a pid that belongs to another program by now is left alone', async () => {
    await stopSandbox({ directory });
    const other = spawn('sleep', ['60'], { stdio: 'ignore' });
    onTestFinished(() => void other.kill());
    await writeFile(join(directory, 'pids', 'agent.pid'), `${other.pid}\nanother-start\n`);
    const { processes } = await sandboxStatus({ directory });
    expect(processes.find(({ name }) => name === 'agent')?.state).toBe('stale');
    expect((await stopSandbox({ directory })).stopped).toEqual([]);
    const identity = await identifyProcess(other.pid ?? 0);
    expect(identity && (await isRunning(identity))).toBe(true);
  });

  test('rules that its API server cannot evaluate are part of the status', async () => {
    await start();
    const client = await connect({ kubeconfig: sandboxKubeconfigPath({ directory }) });
    await client.create(ODD_CRD);
    client.close();
    const { unevaluated } = await sandboxStatus({ directory });
    const rules = ['v1 openAPIV3Schema.properties[spec]: self.m.all(k, v, v > 0)'];
    expect(unevaluated).toEqual(engine === 'real' ? [] : [{ crd: 'odds.example.com', rules }]);
  });

  test('the other engine cannot take it over', async () => {
    const other = engine === 'real' ? 'embedded' : 'real';
    await expect(start({ engine: other })).rejects.toMatchObject({ code: SANDBOX_CODES.engineDiffers });
  });

  test('reset deletes everything', async () => {
    await resetSandbox({ directory });
    expect(existsSync(directory)).toBe(false);
    expect((await sandboxStatus({ directory })).phase).toBe('absent');
  });
});

test('a program that dies during the start is named with its last lines, and nothing is left running', async () => {
  const directory = await aDirectory();
  await mkdir(join(directory, 'etcd'), { recursive: true });
  await writeFile(join(directory, 'etcd', 'member'), 'not a directory');
  await expect(startSandbox({ directory, engine: 'real' })).rejects.toMatchObject({
    code: SANDBOX_CODES.startFailed,
    hint: expect.stringContaining('etcd.log'),
    fields: { process: 'etcd' },
  });
  expect(await pidsOf(directory)).toEqual([]);
});

test('a port that a program takes before the server does is left to it', async () => {
  const directory = await aDirectory();
  const events: SandboxEvent[] = [];
  const other = createServer((socket) => void socket.destroy());
  onTestFinished(() => void other.close());
  const takePort = () => {
    const [, port] = /:(\d+)$/m.exec(readFileSync(sandboxKubeconfigPath({ directory }), 'utf8')) ?? [];
    other.listen(Number(port), '127.0.0.1');
  };
  const onProgress = (event: SandboxEvent) => {
    events.push(event);
    if (event.type === 'step' && event.step === 'processes' && !other.listening) takePort();
  };
  const { state } = await startSandbox({ directory, engine: 'embedded', onProgress });
  expect((await sandboxStatus({ directory })).phase).toBe('running');
  const { port } = other.address() as AddressInfo;
  expect(events).toContainEqual({ type: 'port-changed', from: port, to: state.port });
});

test('an interrupted start leaves nothing running', async () => {
  const directory = await aDirectory();
  const controller = new AbortController();
  const started = startSandbox({
    directory,
    signal: controller.signal,
    onProgress: (event) => {
      if (event.type === 'step' && event.step === 'api-server') controller.abort(new Error('interrupted'));
    },
  });
  await expect(started).rejects.toThrow('interrupted');
  expect(await pidsOf(directory)).toEqual([]);
});

test('the control plane of a test that is killed ends by itself', async () => {
  const owner = spawn('sleep', ['60'], { stdio: 'ignore' });
  const identity = await identifyProcess(owner.pid ?? 0);
  const parent = await mkdtemp(join(tmpdir(), 'capstan-'));
  const directory = join(parent, 'sandbox');
  onTestFinished(() => resetSandbox({ directory }).then(() => rm(parent, { recursive: true, force: true })));
  await startSandbox({ directory, owner: { process: identity!, directory: parent } });
  const pids = await pidsOf(directory);
  owner.kill('SIGKILL');
  for (const pid of pids) await untilGone(pid);
  expect(existsSync(parent)).toBe(false);
});
