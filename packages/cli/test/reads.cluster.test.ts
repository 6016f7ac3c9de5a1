import '@capstan/sandbox/testing';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect } from '@capstan/kube';
import { installSystem } from '@capstan/operator';
import { Config } from '@oclif/core/config';
import { afterEach, beforeAll, expect, inject, test, vi } from 'vitest';
import { parse } from 'yaml';
import { main } from '../src/main.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const namespace = 'cli-reads';
const application = fileURLToPath(new URL('./reads.yaml', import.meta.url));

/** Arguments of every command that reads, and how it ends on a cluster with one application and no capability. */
const READS: Readonly<Record<string, { readonly args?: readonly string[]; readonly exit?: number }>> = {
  'cap:list': {},
  'cap:query': { args: ['autoscale >=1.0'], exit: 5 },
  'cap:search': { args: ['scale'] },
  'cap:show': { args: ['keda'] },
  'cap:status': { args: ['keda'], exit: 1 },
  'center:list': {},
  explain: { args: ['webservice'] },
  list: {},
  render: { args: ['-f', application] },
  'sandbox:kubeconfig': {},
  'sandbox:status': {},
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

afterEach(() => {
  vi.restoreAllMocks();
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
});

async function run(id: string, args: readonly string[], format: string): Promise<{ exit: number; stdout: string }> {
  let stdout = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    stdout += String(text);
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  const target = ['--kubeconfig', inject('kubeconfig'), '-n', namespace];
  const exit = await main({ root, fromSource: true, argv: [...id.split(':'), ...args, ...target, '-o', format] });
  vi.restoreAllMocks();
  return { exit, stdout };
}
