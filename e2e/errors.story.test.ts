import { chmod, cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { stage } from './support/story.ts';

/** What a person does wrong, and what the command line says to it: a code, a way out, the right exit code, nothing half done. */
describe('clear errors', () => {
  const scene = stage();
  const { run, ok, json } = scene;

  beforeAll(() => ok('system install --yes --context sandbox'));

  /** The error of a command that must fail, as people and as scripts see it. */
  async function failure(args: string, exit: number, more: Record<string, string> = {}) {
    const outcome = await run(args, { env: more });
    expect(outcome.code, `${outcome.stdout}\n${outcome.stderr}`).toBe(exit);
    return outcome.stderr.replace(/\s+/g, ' ');
  }

  async function file(name: string, text: string): Promise<string> {
    const path = join(scene.folder, name);
    await writeFile(path, text);
    return path;
  }

  test('an unknown capability: the nearest names', async () => {
    const error = await failure('cap install kedda --yes --context sandbox', 1);
    expect(error).toMatch(/kedda/);
    expect(error).toMatch(/keda\b/);
    expect(error).toMatch(/CAPSTAN_CAP_UNKNOWN/);
  });

  test('an impossible range: who asked for what, and what there is', async () => {
    const error = await failure('cap install keda@>=9 --yes --context sandbox', 5);
    expect(error).toMatch(/>=9/);
    expect(error).toMatch(/2\.20\.2/);
    expect(error).toMatch(/you/i);
    expect((await json('cap list --context sandbox')).items).toEqual([]);
  });

  test('a range that is none', async () => {
    expect(await failure('cap install keda@banana --yes --context sandbox', 2)).toMatch(/CAPSTAN_RANGE_INVALID/);
  });

  test('a value that the package does not have: its name, and nothing is installed', async () => {
    const error = await failure('cap install keda --set pollingg=3 --yes --context sandbox', 2);
    expect(error).toMatch(/pollingg/);
    expect(error).toMatch(/CAPSTAN_CAP_VALUES_INVALID/);
    expect((await json('cap list --context sandbox')).items).toEqual([]);
  });

  test('an invalid application: file, line, column, field and the likely name; nothing is applied', async () => {
    const text = (await readFile('examples/helloworld/app.yaml', 'utf8')).replace('port: 8080', 'prot: 8080');
    const path = await file('bad.yaml', text);
    const line = text.split('\n').findIndex((one) => one.includes('prot: 8080')) + 1;
    const outcome = await run(`up -f ${path} --context sandbox`);
    expect(outcome.code).toBe(2);
    expect(outcome.stderr).toContain(`bad.yaml:${line}:7`);
    expect(outcome.stderr).toMatch(/spec\.workload\.spec\.prot/);
    expect(outcome.stderr).toMatch(/Did you mean "port"/);
    expect((await json('list --context sandbox')).items).toEqual([]);
  });

  test('broken YAML: file, line and column', async () => {
    const path = await file('broken.yaml', 'apiVersion: v1\nkind: [\n');
    expect((await run(`validate -f ${path} --context sandbox`)).stderr).toMatch(/broken\.yaml:\d+:\d+/);
  });

  test('an unknown trait: which package offers it and the command that installs it', async () => {
    const error = await failure('up -f examples/helloworld/app.yaml --context sandbox', 5);
    expect(error).toMatch(/Autoscale/);
    expect(error).toMatch(/capstan cap install keda --context sandbox/);
    expect((await json('list --context sandbox')).items).toEqual([]);
  });

  test('a cluster that does not answer: exit 3 and its address', async () => {
    const config = await readFile(scene.kubeconfig, 'utf8');
    const path = await file('unreachable', config.replace(/127\.0\.0\.1:\d+/, '127.0.0.1:1'));
    expect(await failure(`cap list --kubeconfig ${path}`, 3)).toMatch(/127\.0\.0\.1:1\b/);
  });

  test('a kubeconfig and a context that are not there', async () => {
    expect(await failure(`cap list --kubeconfig ${scene.folder}/none`, 3)).toMatch(/none/);
    const config = scene.kubeconfig;
    expect(await failure(`cap list --kubeconfig ${config} --context sandbx`, 2)).toMatch(/sandbox/);
  });

  test('a right that is missing: exit 4 and which right', async () => {
    const error = await failure('list --context sandbox --as nobody', 4);
    expect(error).toMatch(/list/);
    expect(error).toMatch(/applicationconfigurations/);
  });

  test('no Helm and a Helm that is too old', async () => {
    const missing = await failure('cap install keda --yes --context sandbox', 5, { CAPSTAN_HELM: '/none/helm' });
    expect(missing).toMatch(/CAPSTAN_HELM_NOT_FOUND/);
    const old = await file('helm', '#!/bin/sh\necho v3.9.4+gdbc6d8e\n');
    await chmod(old, 0o755);
    const error = await failure('cap install keda --yes --context sandbox', 5, { CAPSTAN_HELM: old });
    expect(error).toMatch(/3\.9\.4/);
    expect(error).toMatch(/CAPSTAN_HELM_TOO_OLD/);
    expect((await json('cap list --context sandbox')).items).toEqual([]);
  });

  test('a damaged registry file: its name and place', async () => {
    const registry = join(scene.folder, 'registry');
    await cp('capability-registry', registry, { recursive: true });
    const [name] = await readdir(join(registry, 'packages/keda'));
    const whole = await readFile(join(registry, `packages/keda/${name}`), 'utf8');
    await writeFile(join(registry, 'packages/keda', name ?? ''), whole.slice(0, 200));
    const error = await failure(`center add broken ${registry} --context sandbox`, 2);
    expect(error).toMatch(/CAPSTAN_REGISTRY_CORRUPT/);
    expect(error).toContain(`packages/keda/${name}`);
  });

  test('a busy port', async () => {
    const { server, port } = await listen();
    const fresh = { CAPSTAN_SANDBOX_DIR: join(scene.folder, 'second') };
    const error = await failure(`sandbox start --bare --port ${port}`, 1, fresh);
    server.close();
    expect(error).toContain(String(port));
    expect(JSON.parse((await run('sandbox status -o json', { env: fresh })).stdout)).toMatchObject({ running: false });
  });

  test('unknown commands and flags', async () => {
    expect(await failure('cap instal keda', 127)).toMatch(/cap install/);
    expect(await failure('cap list --contxt sandbox', 2)).toMatch(/--context/);
    const outcome = await run('cap list --contxt sandbox -o json');
    expect(JSON.parse(outcome.stdout)).toMatchObject({ kind: 'Error', exit: 2 });
    expect(outcome.stdout.length).toBeLessThan(2_000);
  });

  test('no operator: exit 5 and the command that starts it', async () => {
    const bare = { CAPSTAN_SANDBOX_DIR: join(scene.folder, 'bare') };
    await ok('sandbox start --bare', { env: bare });
    try {
      await ok('system install --yes --context sandbox', { env: bare });
      const path = await file('plain.yaml', PLAIN);
      const error = await failure(`up -f ${path} --context sandbox`, 5, bare);
      expect(error).toMatch(/capstan system run --context sandbox/);
    } finally {
      await ok('sandbox reset --yes', { env: bare });
    }
  });
});

const PLAIN = `apiVersion: core.oam.dev/v1alpha2
kind: Component
metadata: { name: web }
spec:
  workload:
    apiVersion: workloads.capstan.dev/v1alpha1
    kind: WebService
    spec: { image: "example.org/web:1" }
---
apiVersion: core.oam.dev/v1alpha2
kind: ApplicationConfiguration
metadata: { name: web }
spec:
  components:
    - componentName: web
`;

async function listen(): Promise<{ server: Server; port: number }> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  const address = server.address();
  return { server, port: typeof address === 'object' && address ? address.port : 0 };
}
