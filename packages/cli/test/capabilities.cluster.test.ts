import '@capstan/sandbox/testing';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect, type KubeClient } from '@capstan/kube';
import { installSystem } from '@capstan/operator';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { capstan, type Ran } from './cli.ts';

const repository = fileURLToPath(new URL('../../..', import.meta.url));
let client: KubeClient;

beforeAll(async () => {
  const kubeconfig = inject('kubeconfig');
  vi.stubEnv('CAPSTAN_SANDBOX_DIR', dirname(kubeconfig));
  client = await connect({ kubeconfig });
  await installSystem(client);
  await ok(
    'center',
    'add',
    'capstan',
    `${repository}capability-registry`,
    '--mirror',
    `stand-ins=${repository}charts/stand-ins`,
  );
});

afterAll(async () => {
  await run('cap', 'uninstall', 'keda', '--delete-crds', '--yes');
  await client.delete({
    apiVersion: 'v1',
    kind: 'Secret',
    name: 'capstan-center-capstan',
    namespace: 'capstan-system',
  });
  client.close();
});

function run(...argv: string[]): Promise<Ran> {
  return capstan(...argv, '--kubeconfig', inject('kubeconfig'));
}

async function ok(...argv: string[]): Promise<Ran> {
  const ran = await run(...argv);
  expect(ran.exit, ran.stderr).toBe(0);
  return ran;
}

const digestIn = ({ stdout }: Ran) => /^Digest: (sha256:[0-9a-f]{64})$/m.exec(stdout)?.[1] ?? '';

/** Chapters: each goes on where the one before ended. */
describe('a capability from its first version to its end', () => {
  test('an approved plan is carried out without a question, and another one never', async () => {
    const plan = await ok('cap', 'install', 'keda@2.19', '--plan');
    const digest = digestIn(plan);
    expect(plan.stdout).toContain(`--approve ${digest}`);
    expect((await ok('cap', 'install', 'keda@2.19', '--plan', '-o', 'json')).json()).toMatchObject({
      kind: 'InstallPlan',
      digest,
    });
    const other = await run('cap', 'install', 'keda@2.20', '--approve', digest);
    expect(other.exit).toBe(5);
    expect(other.stderr).toMatch(/CAPSTAN_CAP_PLAN_STALE/);
    expect((await run('cap', 'install', 'keda@2.19', '--approve', 'sha256:typo')).exit).toBe(2);
    expect((await ok('cap', 'install', 'keda@2.19', '--approve', digest)).stdout).toMatch(/keda 2\.19\.0\S*: Ready/);
    expect((await ok('cap', 'install', 'keda@2.19', '--approve', digest)).stdout).toMatch(/no change/);
    const never = `sha256:${'0'.repeat(64)}`;
    for (const command of [
      ['install', 'keda@2.19'],
      ['upgrade', 'keda', '--to', '2.19'],
    ]) {
      const refused = await run('cap', ...command, '--approve', never);
      expect([refused.exit, refused.stderr]).toEqual([5, expect.stringContaining('CAPSTAN_CAP_PLAN_STALE')]);
      expect((await run('cap', ...command, '--approve', 'sha256:00')).exit).toBe(2);
    }
  });

  test('a newer version is listed, its plan names rights, CRDs and the way back, and the upgrade is a revision', async () => {
    const [row] = (await ok('cap', 'list', '--updates', '-o', 'json')).json().items;
    expect(row).toMatchObject({
      name: 'keda',
      version: '2.19.0',
      update: { version: expect.stringMatching(/^2\.20\.2/) },
    });
    const { stdout } = await ok('cap', 'upgrade', 'keda', '--plan');
    for (const part of [/~ keda 2\.20\.2\S* \(from 2\.19\.0\S*\)/, /3 new/, /caution/, /way back/])
      expect(stdout).toMatch(part);
    expect((await run('cap', 'upgrade')).exit).toBe(2);
    expect((await run('cap', 'upgrade', 'keda', '--all')).exit).toBe(2);
    await ok('cap', 'upgrade', 'keda', '--yes');
    expect((await ok('cap', 'history', 'keda', '-o', 'name')).stdout).toBe('keda/2\nkeda/1\n');
  });

  test('it goes back, and paused it stays', async () => {
    await ok('cap', 'rollback', 'keda', '--yes');
    const [newest] = (await ok('cap', 'history', 'keda', '-o', 'json')).json().items;
    expect(newest).toMatchObject({ number: 3, version: '2.19.0', operation: 'rollback', contentOf: 1 });
    await ok('cap', 'pause', 'keda');
    expect((await run('cap', 'upgrade', 'keda', '--plan')).exit).toBe(5);
    expect((await ok('cap', 'resume', 'keda')).stdout).toMatch(/no longer paused/);
  });

  test('why it is there, what it hangs on, and whether Kubernetes may move', async () => {
    expect((await ok('cap', 'why', 'keda', '-o', 'json')).json()).toMatchObject({ package: 'keda', goal: true });
    expect((await run('cap', 'why', 'kedda')).stderr).toMatch(/Did you mean "keda"/);
    expect((await ok('cap', 'graph')).stdout).toMatch(/keda 2\.19\.0/);
    expect((await ok('cap', 'graph', 'keda', '-o', 'dot')).stdout).toMatch(/^digraph/);
    expect((await ok('cap', 'graph', '-o', 'mermaid')).stdout).toMatch(/^flowchart LR/);
    expect((await ok('cap', 'what-if', '--kubernetes', '1.36', '-o', 'json')).json()).toMatchObject({
      status: expect.stringMatching(/ready|after-upgrades/),
    });
    expect((await run('cap', 'what-if', '--kubernetes', 'soon')).exit).toBe(2);
  });

  test('completion knows what is offered, with versions, and what is installed', async () => {
    expect((await run('__complete', 'cap', 'install', 'ke')).exit).toBe(0);
    const complete = async (...words: string[]) =>
      (await capstan('__complete', '--kubeconfig', inject('kubeconfig'), ...words)).stdout;
    // What the cluster says too late for a shell is not offered; one asks again.
    const completed = (...words: string[]) => expect.poll(() => complete(...words));
    await completed('cap', 'install', 'ke').toMatch(/^keda\tScales.*\n:4\n$/);
    await completed('cap', 'install', 'keda@2.19').toBe('keda@2.19.0-r1\nkeda@2.19.0\n:4\n');
    const labelled = await run('cap', 'install', 'keda@2.20.2-r1', '--plan', '-o', 'json');
    expect(labelled.json()).toMatchObject({ packages: [{ name: 'keda', version: '2.20.2', release: 1 }] });
    await completed('cap', 'uninstall', '').toMatch(/^keda\t2\.19\.0\S* Ready\n:4\n$/);
    await completed('explain', 'autos').toMatch(/^autoscale\t/);
    await completed('cap', 'query', 'auto').toMatch(/^autoscale/);
    await completed('cap', 'status', '-n', 'capstan-').toMatch(/^capstan-system/);
  });

  test('its removal is planned: what goes, what stays, and the command that does exactly that', async () => {
    const plan = await ok('cap', 'uninstall', 'keda', '--plan');
    const digest = digestIn(plan);
    for (const part of [
      /- keda 2\.19\.0\S* {2}you asked for it/,
      /withdraws/,
      /keeps/,
      /Run it: {2}capstan cap uninstall keda/,
    ])
      expect(plan.stdout).toMatch(part);
    expect(plan.stdout).toContain(`--approve ${digest}`);
    expect((await ok('cap', 'uninstall', 'keda', '--plan', '-o', 'json')).json()).toMatchObject({
      kind: 'UninstallPlan',
      digest,
      inputs: { wishes: { package: 'keda', deleteCrds: false } },
    });
    const other = await run('cap', 'uninstall', 'keda', '--delete-crds', '--approve', digest);
    expect([other.exit, other.stderr]).toEqual([5, expect.stringContaining('CAPSTAN_CAP_PLAN_STALE')]);
    expect((await run('cap', 'uninstall', 'keda', '--approve', 'yes')).exit).toBe(2);
    expect((await ok('cap', 'cancel', '--yes')).stdout).toMatch(/[Nn]othing/);
    expect((await ok('cap', 'uninstall', 'keda', '--approve', digest)).stdout).toMatch(/^keda 2\.19\.0\S* is removed/);
  });
});
