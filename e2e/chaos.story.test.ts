import type { KubernetesObject, ObjectReference } from '@capstan/base';
import { conditionsOf, connect, findCondition, type KubeClient } from '@capstan/kube';
import { startControlPlane, startFaultProxy, type TestControlPlane } from '@capstan/sandbox/testing';
import { afterAll, beforeAll, describe, expect, onTestFailed, test } from 'vitest';
import { superviseOperator } from './chaos/operator-process.ts';
import { scenarioOf } from './chaos/scenario.ts';
import { snapshot } from './chaos/snapshot.ts';
import { author, play, startStorm } from './chaos/storm.ts';
import { capstan } from './support/capstan.ts';

const REAL = process.env['CAPSTAN_SANDBOX_ENGINE'] === 'real';
/** How many seeds; a run with CAPSTAN_CHAOS_FROM repeats those of another one. */
const SEEDS = Number(process.env['CAPSTAN_CHAOS_SEEDS'] ?? (REAL ? 30 : 60));
const FROM = Number(process.env['CAPSTAN_CHAOS_FROM'] ?? 1);
/** Scenarios that one storm hits together, each in a namespace of its own. */
const TOGETHER = 15;
const WITHIN = { timeout: 90_000, interval: 250 };

let cluster: TestControlPlane;
let client: KubeClient;

beforeAll(async () => {
  cluster = await startControlPlane();
  client = await connect({ kubeconfig: cluster.kubeconfig });
  const installed = await capstan(['system', 'install', '--yes', '--kubeconfig', cluster.kubeconfig]);
  expect(installed.code, installed.stderr).toBe(0);
});

afterAll(async () => {
  client?.close();
  await cluster?.stop();
});

describe('whatever happens to the operator and to its connection, the end is the same', () => {
  const storms = Array.from({ length: Math.ceil(SEEDS / TOGETHER) }, (_, index) => FROM + index * TOGETHER);

  test.each(storms)('seeds from %i', { timeout: 400_000 }, async (first) => {
    const last = Math.min(first + TOGETHER, FROM + SEEDS);
    const scenarios = Array.from({ length: last - first }, (_, index) => scenarioOf(first + index));
    const proxy = await startFaultProxy({ kubeconfig: cluster.kubeconfig });
    const operator = superviseOperator(proxy.kubeconfig, {});
    onTestFailed(() => {
      process.stderr.write(operator.log());
    });
    try {
      const storm = startStorm(proxy, operator, first);
      await Promise.all(
        scenarios.map(async (scenario) => {
          await namespace(`chaos-${scenario.seed}`);
          await play(client, `chaos-${scenario.seed}`, scenario);
        }),
      );
      await storm.calm();
      process.stderr.write(
        `seeds ${first} to ${last - 1}: ${operator.kills} kills, ${proxy.requests.length} requests\n`,
      );
      await Promise.all(
        scenarios.map(async ({ seed, goal }) => {
          await namespace(`calm-${seed}`);
          await author(client, `calm-${seed}`, goal);
          await expect.poll(() => isReady(`calm-${seed}`), { ...WITHIN, message: `seed ${seed}` }).toBe(true);
          const calm = await snapshot(client, `calm-${seed}`);
          await expect
            .poll(() => snapshot(client, `chaos-${seed}`), { ...WITHIN, message: `seed ${seed}` })
            .toEqual(calm);
        }),
      );
    } finally {
      await operator.stop();
      await proxy.stop();
    }
  });
});

async function namespace(name: string): Promise<void> {
  await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
}

async function isReady(name: string): Promise<boolean> {
  const reference: ObjectReference = {
    apiVersion: 'core.oam.dev/v1alpha2',
    kind: 'ApplicationConfiguration',
    name: 'app',
    namespace: name,
  };
  const live: KubernetesObject | undefined = await client.get(reference);
  const ready = live && findCondition(conditionsOf(live), 'Ready');
  return ready?.status === 'True' && ready.observedGeneration === live?.metadata.generation;
}
