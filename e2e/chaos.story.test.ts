import { isDeepStrictEqual } from 'node:util';
import { connect, type KubeClient } from '@capstan/kube';
import { type FaultProxy, startControlPlane, startFaultProxy, type TestControlPlane } from '@capstan/sandbox/testing';
import { afterAll, beforeAll, describe, expect, onTestFailed, test } from 'vitest';
import { type SupervisedOperator, superviseOperator } from './chaos/operator-process.ts';
import { type Scenario, scenarioOf } from './chaos/scenario.ts';
import { followWorld, type World } from './chaos/snapshot.ts';
import { author, inStorm, play } from './chaos/storm.ts';
import { capstan } from './support/capstan.ts';

const REAL = process.env['CAPSTAN_SANDBOX_ENGINE'] === 'real';
/** How many seeds; a run with CAPSTAN_CHAOS_FROM repeats those of another one. */
const SEEDS = Number(process.env['CAPSTAN_CHAOS_SEEDS'] ?? (REAL ? 30 : 60));
const FROM = Number(process.env['CAPSTAN_CHAOS_FROM'] ?? 1);
/** Scenarios that one storm hits together, each in a namespace of its own. */
const TOGETHER = 15;
/** How many namespaces are deleted in the end. */
const GOING = 4;
const WITHIN = { timeout: 90_000, interval: 100 };

let cluster: TestControlPlane;
let client: KubeClient;
let world: World;
let proxy: FaultProxy;
let operator: SupervisedOperator;

beforeAll(async () => {
  cluster = await startControlPlane();
  client = await connect({ kubeconfig: cluster.kubeconfig });
  const installed = await capstan(['system', 'install', '--yes', '--kubeconfig', cluster.kubeconfig]);
  expect(installed.code, installed.stderr).toBe(0);
  world = await followWorld(client);
  proxy = await startFaultProxy({ kubeconfig: cluster.kubeconfig });
  operator = superviseOperator(proxy.kubeconfig, {}, ['--use-webhook', '--webhook-port', '0']);
});

afterAll(async () => {
  await operator?.stop();
  await proxy?.stop();
  await world?.stop();
  client?.close();
  await cluster?.stop();
});

describe('whatever happens to the operator and to its connection, the end is the same', () => {
  const storms = Array.from({ length: Math.ceil(SEEDS / TOGETHER) }, (_, index) => FROM + index * TOGETHER);

  test.each(storms)('seeds from %i', { timeout: 240_000 }, async (first) => {
    onTestFailed(() => {
      process.stderr.write(operator.log());
    });
    const last = Math.min(first + TOGETHER, FROM + SEEDS) - 1;
    const scenarios = Array.from({ length: last - first + 1 }, (_, index) => scenarioOf(first + index));
    const report = reporter(`seeds ${first} to ${last}`);
    await operator.working();
    await inStorm({ proxy, operator, seed: first }, () => Promise.all(scenarios.map(playInNamespace)));
    report('storm');
    await Promise.all(scenarios.map(({ seed, goal }) => authorIn(`calm-${seed}`, goal)));
    await expect.poll(() => differing(scenarios), WITHIN).toEqual([]);
    report('calm');
  });

  test('a namespace goes with everything in it, and nobody calls that a failure', { timeout: 120_000 }, async () => {
    await operator.working();
    const since = new Date().toISOString();
    const going = Array.from({ length: Math.min(SEEDS, GOING) }, (_, index) => `chaos-${FROM + index}`);
    await Promise.all(going.map((name) => client.delete({ apiVersion: 'v1', kind: 'Namespace', name })));
    const left = async () => {
      const { items } = await client.list({ apiVersion: 'v1', kind: 'Namespace' });
      return items.map(({ metadata }) => metadata.name).filter((name) => going.includes(name));
    };
    await expect.poll(left, { ...WITHIN, interval: 500 }).toEqual([]);
    expect(errorsSince(since)).toEqual([]);
  });

  test('a graceful end leaves nothing that waits for the operator', async () => {
    expect(await operator.stop()).toBe(0);
    const left = await Promise.all(
      ['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'].map((kind) =>
        client.list({ apiVersion: 'admissionregistration.k8s.io/v1', kind }),
      ),
    );
    expect(left.flatMap(({ items }) => items.map(({ metadata }) => metadata.name))).toEqual([]);
  });
});

async function playInNamespace(scenario: Scenario): Promise<void> {
  await namespace(`chaos-${scenario.seed}`);
  await play(client, `chaos-${scenario.seed}`, scenario);
}

async function authorIn(name: string, goal: Scenario['goal']): Promise<void> {
  await namespace(name);
  await author(client, name, goal);
}

async function namespace(name: string): Promise<void> {
  await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
}

/** Each namespace in which a storm has been and that is not as one that has never seen one, with what differs. */
function differing(scenarios: readonly Scenario[]): object[] {
  return scenarios.flatMap(({ seed }) => {
    const chaos = world.snapshot(`chaos-${seed}`);
    const calm = world.snapshot(`calm-${seed}`);
    const names = [...new Set([...Object.keys(calm), ...Object.keys(chaos)])];
    const different = names.filter((name) => !isDeepStrictEqual(calm[name], chaos[name]));
    if (different.length === 0 && world.isReady(`calm-${seed}`)) return [];
    return [{ seed, differs: different.map((name) => ({ name, calm: calm[name], chaos: chaos[name] })) }];
  });
}

/** What the operator logged as errors since a time. */
function errorsSince(time: string): string[] {
  const lines = operator.log().split('\n');
  return lines.filter((line) => line.includes('"level":"error"') && (JSON.parse(line) as { time: string }).time > time);
}

/** Says on stderr how long each part of a storm took. */
function reporter(what: string): (part: string) => void {
  let since = performance.now();
  return (part) => {
    const seconds = ((performance.now() - since) / 1000).toFixed(1);
    since = performance.now();
    process.stderr.write(
      `${what}: ${part} over after ${seconds} s; ${operator.kills} kills, ${proxy.requests.length} requests so far\n`,
    );
  };
}
