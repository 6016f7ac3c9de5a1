import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../../src/testing/index.ts';
import { type Api, apiOf } from './api.ts';
import { chart } from './chart.ts';
import { findProgram, type Outcome, runner } from './programs.ts';
import { simulateControllers } from './simulation.ts';

const there = findProgram('helm') !== undefined;

/** The table of docs/apiserver.md lists these commands. */
describe.skipIf(!there)(`helm${there ? '' : ' (there is none for this platform; set CAPSTAN_HELM)'}`, () => {
  const home = mkdtempSync(join(tmpdir(), 'capstan-helm-'));
  const chartDirectory = join(home, 'web');
  let server: TestServer;
  let api: Api;
  let endControllers = () => {};
  let run: (args: readonly string[]) => Promise<Outcome>;

  beforeAll(async () => {
    for (const [name, content] of Object.entries(chart)) {
      const path = join(chartDirectory, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
    }
    server = await startTestServer();
    api = apiOf(server);
    endControllers = simulateControllers(api);
    run = runner('helm', server.kubeconfigPath, home);
  });
  afterAll(async () => {
    endControllers();
    api.close();
    await server.stop();
    rmSync(home, { recursive: true, force: true });
  });

  /** Every test has a namespace of its own. */
  let namespace = '';
  beforeEach(async ({ task }) => {
    namespace = `test-${task.id.replaceAll('_', '-')}`;
    await api.call('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
  });
  const configMap = () => `/api/v1/namespaces/${namespace}/configmaps/web`;

  async function helm(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await run([...args, '--namespace', namespace]);
    expect(code, `helm ${args.join(' ')}: ${stderr}`).toBe(0);
    return stdout;
  }

  async function fails(...args: readonly string[]): Promise<string> {
    const { code, stderr } = await run([...args, '--namespace', namespace]);
    expect(code).not.toBe(0);
    return stderr;
  }

  async function message(): Promise<string> {
    return (await api.call('GET', configMap())).body.data.message;
  }

  test('a release lives: install with a CRD, an object of it and a hook; upgrade, rollback, uninstall', async () => {
    expect(await helm('install', 'web', chartDirectory, '--wait', '--timeout', '30s')).toContain('STATUS: deployed');
    const gadget = await api.call('GET', `/apis/example.com/v1/namespaces/${namespace}/gadgets/web`);
    expect(gadget.body.spec).toEqual({ size: 1, mode: 'plain' });
    expect((await api.call('GET', `/apis/batch/v1/namespaces/${namespace}/jobs/web-before`)).status).toBe(404);

    await helm('upgrade', 'web', chartDirectory, '--set', 'message=two', '--wait', '--timeout', '30s');
    expect(await message()).toBe('two');
    expect(JSON.parse(await helm('list', '-o', 'json'))).toMatchObject([{ name: 'web', revision: '2' }]);
    expect(await helm('status', 'web')).toContain('REVISION: 2');
    expect(JSON.parse(await helm('get', 'values', 'web', '-o', 'json'))).toEqual({ message: 'two' });
    expect(await helm('get', 'manifest', 'web')).toContain('kind: Deployment');

    await helm('rollback', 'web', '1', '--wait', '--timeout', '30s');
    expect(await message()).toBe('one');
    expect(JSON.parse(await helm('history', 'web', '-o', 'json'))).toHaveLength(3);
    await helm('uninstall', 'web', '--wait');
    expect((await api.call('GET', configMap())).status).toBe(404);
    expect(JSON.parse(await helm('list', '-o', 'json'))).toEqual([]);
  });

  test('without server-side apply, and from one way to the other', async () => {
    await helm('install', 'old', chartDirectory, '--server-side=false');
    await helm('upgrade', 'old', chartDirectory, '--server-side=false', '--set', 'message=two');
    expect(await message()).toBe('two');
    await helm('upgrade', 'old', chartDirectory, '--server-side=true', '--set', 'message=three');
    expect(await message()).toBe('three');
    const { managedFields } = (await api.call('GET', configMap())).body.metadata;
    expect(managedFields).toMatchObject([{ manager: 'helm', operation: 'Apply' }]);
    await helm('rollback', 'old', '2');
    expect(await message()).toBe('two');
  });

  test('field owners are respected: a change of somebody else is a conflict until it is forced', async () => {
    await helm('install', 'web', chartDirectory);
    const patch = { 'content-type': 'application/merge-patch+json' };
    await api.call('PATCH', `${configMap()}?fieldManager=somebody`, { data: { message: 'mine' } }, patch);
    const refusal = await fails('upgrade', 'web', chartDirectory, '--set', 'message=two');
    expect(refusal).toContain('conflict with "somebody"');
    await helm('upgrade', 'web', chartDirectory, '--set', 'message=two', '--force-conflicts');
    expect(await message()).toBe('two');
  });

  test('what is not allowed or wrong is told', async () => {
    const refusal = await fails('install', 'bad', chartDirectory, '--set', 'replicas=-1');
    expect(refusal).toContain('must be greater than or equal to 0');
    await helm('uninstall', 'bad');
    expect(await helm('install', 'dry', chartDirectory, '--dry-run=server')).toContain('kind: Deployment');
    expect((await api.call('GET', configMap())).status).toBe(404);
  });
});
