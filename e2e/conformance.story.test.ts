import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { KubernetesObject } from '@capstan/base';
import { connect, type KubeClient, waitUntilServed } from '@capstan/kube';
import { startControlPlane, type TestControlPlane } from '@capstan/sandbox/testing';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { type SupervisedOperator, superviseOperator } from './chaos/operator-process.ts';
import { type ConformanceCase, readCases } from './conformance/case.ts';
import { play } from './conformance/play.ts';
import { capstan } from './support/capstan.ts';

/**
 * A cluster where the OAM reference runtime runs: only the cases that it passes too are played, to show that the cases
 * say the truth about it. Nothing is started.
 */
const REFERENCE = process.env['CAPSTAN_CONFORMANCE_REFERENCE'];
const DEADLINE_MS = REFERENCE ? 100_000 : 20_000;

const folder = fileURLToPath(new URL('conformance', import.meta.url));
const cases = readdirSync(`${folder}/cases`)
  .sort()
  .map((file) => [file, readCases(`${folder}/cases/${file}`)] as const);

/** How `capstan system run` is started. */
const MODES = [
  { mode: 'webhooks: false', webhooks: false, flags: [] },
  { mode: 'webhooks: true', webhooks: true, flags: ['--use-webhook', '--webhook-port', '0'] },
  { mode: 'other flags', webhooks: undefined, flags: ['--revision-limit', '2', '--apply-once-only'] },
];

describe.each(REFERENCE ? MODES.slice(0, 1) : MODES)('$mode', ({ webhooks, flags }) => {
  let cluster: TestControlPlane | undefined;
  let operator: SupervisedOperator | undefined;
  let client: KubeClient;
  let namespaces = 0;

  beforeAll(async () => {
    cluster = REFERENCE ? undefined : await startControlPlane();
    const kubeconfig = REFERENCE ?? cluster?.kubeconfig ?? '';
    client = await connect({ kubeconfig });
    if (cluster) {
      await capstan(['system', 'install', '--yes', '--kubeconfig', kubeconfig]);
      operator = superviseOperator(kubeconfig, {}, flags);
    }
    await operator?.working();
    await prepare(client);
  });

  afterAll(async () => {
    await operator?.stop();
    client?.close();
    await cluster?.stop();
  });

  for (const [file, all] of cases) {
    const wanted = all.filter((one) => isWanted(one, webhooks));
    if (wanted.length === 0) continue;
    describe.concurrent(file.replace('.yaml', ''), () => {
      test.each(wanted)('$case', { timeout: 300_000 }, async (one) => {
        namespaces += 1;
        const namespace = `case-${Date.now().toString(36)}-${namespaces}`;
        await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
        await play(one, { client, namespace, deadlineMs: DEADLINE_MS });
        await client.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
      });
    });
  }
});

function isWanted(one: ConformanceCase, webhooks: boolean | undefined): boolean {
  if (REFERENCE && one.reference !== 'same') return false;
  if (one.flags || webhooks === undefined) return one.flags === true && webhooks === undefined;
  return one.webhooks === undefined || one.webhooks === webhooks;
}

/** The kinds and Definitions that all cases share. */
async function prepare(client: KubeClient): Promise<void> {
  const documents = parseAllDocuments(readFileSync(`${folder}/definitions.yaml`, 'utf8'));
  for (const document of documents) {
    const object = document.toJS() as KubernetesObject;
    await client.apply(object, { fieldManager: 'author', force: true });
    if (object.kind !== 'CustomResourceDefinition') continue;
    const { group, names } = object['spec'] as { group: string; names: { kind: string } };
    await waitUntilServed(client, { apiVersion: `${group}/v1`, kind: names.kind }, {});
  }
}
