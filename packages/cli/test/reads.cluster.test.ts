import '@capstan/sandbox/testing';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect } from '@capstan/kube';
import { installSystem } from '@capstan/operator';
import { Config } from '@oclif/core/config';
import { beforeAll, expect, inject, test, vi } from 'vitest';
import { parse } from 'yaml';
import { capstan } from './cli.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const namespace = 'cli-reads';
const application = fileURLToPath(new URL('./reads.yaml', import.meta.url));

/** Arguments of every command that reads, and how it ends on a cluster with one application and no capability. */
const READS: Readonly<Record<string, { readonly args?: readonly string[]; readonly exit?: number }>> = {
  'cap:bundle': { args: ['keda'], exit: 2 },
  'cap:graph': {},
  'cap:history': { args: ['keda'], exit: 1 },
  'cap:list': {},
  'cap:query': { args: ['autoscale >=1.0'], exit: 5 },
  'cap:search': { args: ['scale'] },
  'cap:show': { args: ['keda'] },
  'cap:status': { args: ['keda'], exit: 1 },
  'cap:what-if': { args: ['--kubernetes', '1.36'] },
  'cap:why': { args: ['keda'], exit: 1 },
  'center:list': {},
  'center:sync': {},
  diff: { args: ['-f', application], exit: 1 },
  doctor: { exit: 1 },
  events: { args: ['reads'] },
  explain: { args: ['webservice'] },
  history: { args: ['reads'] },
  list: {},
  render: { args: ['-f', application] },
  'sandbox:kubeconfig': {},
  'sandbox:status': {},
  'scope:list': {},
  'scope:show': { args: ['healthscope'] },
  status: { args: ['reads'] },
  'system:status': {},
  'trait:list': {},
  'trait:show': { args: ['autoscale'], exit: 2 },
  validate: { args: ['-f', application] },
  version: {},
  'workload:list': {},
  'workload:show': { args: ['webservice'] },
};

beforeAll(async () => {
  const kubeconfig = inject('kubeconfig');
  vi.stubEnv('CAPSTAN_SANDBOX_DIR', dirname(kubeconfig));
  const client = await connect({ kubeconfig });
  await installSystem(client);
  await client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  for (const kind of ['Component', 'ApplicationConfiguration']) {
    const spec =
      kind === 'Component'
        ? {
            workload: {
              apiVersion: 'workloads.capstan.dev/v1alpha1',
              kind: 'WebService',
              spec: { image: 'redis:7.4' },
            },
          }
        : { components: [{ componentName: 'reads' }] };
    await client.apply({ apiVersion: 'core.oam.dev/v1alpha2', kind, metadata: { name: 'reads', namespace }, spec });
  }
  client.close();
});

test('every command that reads is in the table', async () => {
  const config = await Config.load({ root, ignoreManifest: true });
  const reads = config.commands.filter((command) => command['reads'] === true).map(({ id }) => id);
  expect(Object.keys(READS).sort()).toEqual(reads.sort());
});

test.each(Object.entries(READS))('%s prints JSON, YAML and names', async (id, { args = [], exit = 0 }) => {
  const json = await run(id, args, 'json');
  expect(json.exit).toBe(exit);
  expect(JSON.parse(json.stdout)).toMatchObject({ apiVersion: 'cli.capstan.dev/v1', kind: expect.any(String) });
  const yaml = await run(id, args, 'yaml');
  expect(yaml.exit).toBe(exit);
  if (exit === 0) expect(parse(yaml.stdout)).toMatchObject({ apiVersion: 'cli.capstan.dev/v1' });
  const name = await run(id, args, 'name');
  expect(name.exit).toBe(exit);
  expect(name.stdout).not.toMatch(/[{}]/);
  const path = await run(id, args, 'jsonpath={.kind}');
  const { kind } = JSON.parse(json.stdout) as { kind: string };
  expect(path).toEqual({ exit, stdout: kind === 'Error' ? '' : kind });
});

async function run(id: string, args: readonly string[], format: string): Promise<{ exit: number; stdout: string }> {
  const target = ['--kubeconfig', inject('kubeconfig'), '-n', namespace];
  const { exit, stdout } = await capstan(...id.split(':'), ...args, ...target, '-o', format);
  return { exit, stdout };
}
