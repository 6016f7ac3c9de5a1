import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { recordCenter } from '@capstan/capability-center';
import { type TestPackage, writeTestCenter } from '@capstan/capability-center/testing';
import { CAPSTAN_KINDS } from '@capstan/capability-model';
import { createHelm, type Helm } from '@capstan/helm-ts';
import { connect, type KubeClient } from '@capstan/kube';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { serveFolder } from './support/serve-folder.ts';
import { stage } from './support/story.ts';

const story = stage();
let client: KubeClient;
let helm: Helm;
let charts = '';

/** Where most packages live: there before them and after them, for a namespace takes its time to go. */
const SHARED = 'stories';

/** Packages for all the stories; each story uses its own and removes them again. */
const OFFERED: readonly TestPackage[] = [
  { name: 'cache' },
  { name: 'queue' },
  { name: 'app', needs: { cache: '*', queue: '*' } },
  ...['1.0.0', '1.4.0', '1.6.0', '2.0.0'].map((version) => ({
    name: 'lib',
    version,
    fields: { upgrade: { from: ['*'] } },
  })),
  { name: 'web', needs: { lib: '>=1.0 <2' } },
  { name: 'left', needs: { lib: '^1.0.0' } },
  { name: 'right', needs: { lib: '>=1.2 <1.5' } },
  { name: 'top', needs: { left: '*', right: '*' } },
  { name: 'ping', needs: { pong: '*' } },
  { name: 'pong', needs: { ping: '*' } },
  { name: 'needs-old', needs: { lib: '<1.5' } },
  { name: 'needs-new', needs: { lib: '>=2' } },
  { name: 'red', fields: { conflicts: [{ package: 'blue', reason: 'both paint the same wall' }] } },
  { name: 'blue' },
  { name: 'weak', chart: { templates: { 'broken.yaml': neverReady('weak') } } },
  { name: 'strong', needs: { weak: '*' } },
  { name: 'manual' },
];

/** Packages that bring a namespace and take it with them again. */
const OF_ITS_OWN: readonly string[] = ['cache', 'far', 'manual'];

/** A Deployment whose pods no node takes. */
function neverReady(name: string): string {
  return `{{- if eq .Values.message "broken" }}
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}-stuck, namespace: {{ .Release.Namespace }} }
spec:
  selector: { matchLabels: { app: ${name}-stuck } }
  template:
    metadata: { labels: { app: ${name}-stuck } }
    spec:
      nodeSelector: { nowhere: "true" }
      containers: [{ name: main, image: registry.example.org/stuck:1 }]
{{- end }}
`;
}

beforeAll(async () => {
  await story.ok('system install --yes --context sandbox');
  client = await connect({ kubeconfig: story.kubeconfig });
  helm = await createHelm({ kubeconfig: story.kubeconfig });
  await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: SHARED } });
  const packages = OFFERED.map((one) => (OF_ITS_OWN.includes(one.name) ? one : { ...one, namespace: SHARED }));
  const center = await writeTestCenter(join(story.folder, 'center'), { name: 'stories', packages });
  charts = center.charts;
  await recordCenter(client, center.record);
});

afterAll(() => client?.close());

/** Each story begins with nothing installed, also after one that failed. */
beforeEach(async () => {
  await capstan('cap cancel --yes');
  for (const name of Object.keys(await installed())) await capstan(`cap uninstall ${name} --cascade --yes`);
  expect(await installed()).toEqual({});
});

const capstan = (words: string) => story.run(`${words} --context sandbox`);
const install = (words: string) => story.ok(`cap install ${words} --yes --context sandbox`);
const remove = (words: string) => story.ok(`cap uninstall ${words} --yes --context sandbox`);

/** Name and version of everything installed. */
async function installed(): Promise<Record<string, string>> {
  const { items } = await client.list(CAPSTAN_KINDS.install);
  const versions = items.map(({ metadata, status }) => [metadata.name, (status as { version?: string }).version ?? '']);
  return Object.fromEntries(versions);
}

describe('what a package needs', () => {
  test('two dependencies come with it, before it; they are kept until somebody removes them', async () => {
    await install('app');
    expect(await installed()).toEqual({ app: '1.0.0', cache: '1.0.0', queue: '1.0.0' });
    expect(await story.ok('cap why cache --context sandbox')).toMatch(/app/);
    const refused = await capstan('cap uninstall queue --yes');
    expect(refused).toMatchObject({ code: 5, stderr: expect.stringMatching(/app needs queue/) });
    const report = await remove('app');
    expect(report).toMatch(/cache/);
    expect(await installed()).toEqual({ cache: '1.0.0', queue: '1.0.0' });
    await remove('cache');
    await remove('queue');
  });

  test('a range takes the newest version in it, and keeps a newer one out', async () => {
    await install('web');
    expect(await installed()).toEqual({ web: '1.0.0', lib: '1.6.0' });
    const refused = await capstan('cap install lib@2 --yes');
    expect(refused.code).toBe(5);
    expect(refused.stderr).toMatch(/web/);
    expect(refused.stderr).toMatch(/>=1\.0/);
    expect(refused.stderr.trim().split('\n').length).toBeLessThanOrEqual(16);
    await remove('web');
    await remove('lib');
  });

  test('a diamond meets both ranges with one version', async () => {
    await install('top');
    expect(await installed()).toEqual({ top: '1.0.0', left: '1.0.0', right: '1.0.0', lib: '1.4.0' });
    await remove('lib --cascade');
    expect(await installed()).toEqual({});
  });

  test('packages that need one another are installed and removed together', async () => {
    await install('ping');
    expect(await installed()).toEqual({ ping: '1.0.0', pong: '1.0.0' });
    await remove('ping --cascade');
    expect(await installed()).toEqual({});
  });
});

describe('what cannot be', () => {
  test('two packages that need different versions: both are named, with what they ask', async () => {
    await install('needs-old');
    const refused = await capstan('cap install needs-new --yes');
    expect(refused.code).toBe(5);
    for (const part of [/needs-old/, /<1\.5/, /needs-new/, />=2/]) expect(refused.stderr).toMatch(part);
    expect(await installed()).toEqual({ 'needs-old': '1.0.0', lib: '1.4.0' });
    await remove('lib --cascade');
  });

  test('two packages that exclude one another: both are named, with the reason', async () => {
    await install('red');
    const refused = await capstan('cap install blue --yes');
    expect(refused.code).toBe(5);
    for (const part of [/red/, /blue/, /both paint the same wall/]) expect(refused.stderr).toMatch(part);
    await remove('red');
  });

  test('a dependency that does not become healthy holds back what needs it, and says so', async () => {
    const values = join(story.folder, 'broken.yaml');
    await story.ok(`cap install weak --yes --context sandbox`);
    await writeFile(values, 'message: broken\n');
    const broken = await capstan(`cap install weak --values ${values} --on-failure stall --timeout 5s --yes`);
    expect(broken.code).toBe(6);
    expect(broken.stderr).toMatch(/weak-stuck/);
    const held = await capstan('cap install strong --timeout 5s --yes');
    expect([5, 6]).toContain(held.code);
    expect(held.stderr).toMatch(/weak/);
    const strong = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: SHARED, name: 'strong' };
    expect(await client.get(strong)).toBeUndefined();
    await capstan('cap cancel --yes');
    await remove('weak --cascade');
    expect(await installed()).toEqual({});
  });
});

describe('a registry that dies', () => {
  test('is a warning that names what it hides; what it gave stays, and the others go on', async () => {
    const folder = join(story.folder, 'remote');
    await writeTestCenter(folder, { name: 'remote', packages: [{ name: 'far' }] });
    const server = await serveFolder(folder);
    await story.ok(
      `center add remote ${server.url} --mirror https://charts.example.org=${join(folder, 'charts')} --yes --context sandbox`,
    );
    await install('far');
    await server.close();
    const sync = await capstan('center sync remote');
    expect(sync.code).not.toBe(0);
    expect(sync.stdout).toMatch(/remote/);
    const listed = await capstan('cap list');
    expect(listed).toMatchObject({ code: 0, stdout: expect.stringMatching(/far +.*1\.0\.0/) });
    await install('cache');
    const centers = await story.ok('center list --context sandbox');
    expect(centers).toMatch(/remote/);
    await remove('far');
    await remove('cache');
    await story.ok('center remove remote --yes --context sandbox');
  });
});

describe('what was installed by hand', () => {
  test('is refused with its name, adopted when asked, and never there twice', async () => {
    await helm.install('manual', join(charts, 'manual/1.0.0'), {
      namespace: 'manual',
      createNamespace: true,
      values: { message: 'by hand' },
      wait: true,
    });
    const refused = await capstan('cap install manual --yes');
    expect(refused.code).toBe(5);
    expect(refused.stderr).toMatch(/manual/);
    expect(refused.stderr).toMatch(/--adopt/);
    expect(await installed()).toEqual({});
    await install('manual --adopt');
    expect(await installed()).toEqual({ manual: '1.0.0' });
    const map = await client.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'manual', name: 'manual' });
    expect(map?.['data']).toMatchObject({ message: 'by hand' });
    expect((await helm.list({ allNamespaces: true })).map(({ name }) => name)).toEqual(['manual']);
    const again = await capstan('cap install manual --yes');
    expect(again.code).toBe(0);
    await remove('manual');
    expect(await helm.list({ allNamespaces: true })).toEqual([]);
  });
});
